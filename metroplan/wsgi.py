import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metroplan.settings")

application = get_wsgi_application()
# Every view is loaded here, once for all workers, and not while the first reader waits.
import_module(settings.ROOT_URLCONF)
