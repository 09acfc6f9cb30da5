"""Settings of the worker that a browser test starts: the test run's own database and queue."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["METROPLAN_TEST_DATABASE"]
