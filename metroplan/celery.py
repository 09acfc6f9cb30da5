"""The Celery application: tasks are found in every installed app, schedules stand here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metroplan.settings")

app = Celery("metroplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="tasks_bulk")
