"""The project's settings with data of their own: a test run never meets those of `make run`."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("METROPLAN_DEV", "True")
os.environ.setdefault("METROPLAN_TEST", "True")
os.environ.setdefault("METROPLAN_DEMO_PERCENT", "1")
os.environ.setdefault("METROPLAN_VAR", str(ROOT / "var" / "test"))

from metroplan.settings import *  # noqa: E402, F403
from metroplan.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, STORAGES  # noqa: E402

# Two runs at once do not drop each other's database, nor take each other's tasks.
RUN = os.environ.get("METROPLAN_TEST_RUN", str(os.getpid()))
DATABASES["default"]["TEST"] = {"NAME": f"test_metroplan_{RUN}"}
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"test-{RUN}:"

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
