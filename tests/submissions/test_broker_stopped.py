"""A real Redis server, the test's own, that stops while a file is being received."""

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from redis import Redis

from indicators.models import Observation
from metroplan import embedded_redis
from metroplan.submissions.bulk import dispatch
from metroplan.submissions.models import BulkImport
from metroplan.submissions.services import bulk
from metroplan.submissions.tasks_bulk import run_bulk, sweep_bulk
from tests.submissions.bulk_files import DOCUMENT, many_lines

QUEUE = "celery"


class OwnBroker:
    """A server in a directory of its own, and a Celery application that sends to it alone."""

    def __init__(self, var: Path, sockets: Path) -> None:
        self.var, self.sockets = var, sockets
        url = f"redis+socket://{sockets / embedded_redis.SOCKET}"
        self.app = Celery("own", broker=url, set_as_current=False)
        self.app.conf.task_publish_retry = False

    def start(self) -> None:
        embedded_redis.start(self.var, self.sockets)

    def stop(self) -> None:
        embedded_redis.stop(self.var, self.sockets)

    def messages(self) -> list[list]:
        """The arguments of the tasks that wait, taken off the queue."""
        with Redis(unix_socket_path=str(self.sockets / embedded_redis.SOCKET)) as client:
            waiting = [json.loads(item) for item in client.lrange(QUEUE, 0, -1)]
            client.delete(QUEUE)
        assert {item["headers"]["task"] for item in waiting} <= {dispatch.RUN}
        return [json.loads(base64.b64decode(item["body"]))[0] for item in waiting]


@pytest.fixture
def broker(tmp_path: Path, monkeypatch, settings) -> Iterator[OwnBroker]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with tempfile.TemporaryDirectory(prefix="mp-") as sockets:
        own = OwnBroker(tmp_path, Path(sockets))
        monkeypatch.setattr(dispatch, "current_app", own.app)
        own.start()
        yield own
        own.stop()
        own.app.close()


@pytest.fixture
def send(as_person, django_capture_on_commit_callbacks):
    def act(content: bytes) -> BulkImport:
        fields = {"kind": "figures", "document": DOCUMENT}
        file = SimpleUploadedFile("大文件.csv", content)
        with django_capture_on_commit_callbacks(execute=True):
            response = as_person("staff").post(
                reverse("submissions:bulk-create"), fields | {"file": file}
            )
        job = BulkImport.objects.latest("pk")
        assert response.url == reverse("submissions:bulk-detail", args=[job.pk])
        return job

    return act


def test_a_broker_that_stops_during_an_upload_loses_nothing(world, broker, send, monkeypatch):
    keep = bulk.keep_file

    def keep_while_it_stops(**given):
        broker.stop()
        return keep(**given)

    before = send(many_lines(world, 2))
    assert broker.messages() == [[before.pk]]
    waiting = send(many_lines(world, 3))
    monkeypatch.setattr(bulk, "keep_file", keep_while_it_stops)
    during = send(many_lines(world, 4))
    monkeypatch.setattr(bulk, "keep_file", keep)
    after = send(many_lines(world, 5))
    jobs = [before, waiting, during, after]
    assert {job.status for job in jobs} == {"received"}
    assert all(job.file.content.size == job.file.size for job in jobs)
    broker.start()
    assert sweep_bulk() == len(jobs)
    assert {*BulkImport.objects.values_list("status", flat=True)} == {"ready"}


def test_with_the_broker_back_the_next_step_is_told_again(
    world, broker, send, django_capture_on_commit_callbacks
):
    broker.stop()
    job = send(many_lines(world, 2))
    assert run_bulk(job.pk) == "ready"
    broker.start()
    job.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    assert broker.messages() == [[job.pk]]
    assert run_bulk(job.pk) == "applied"
    job.refresh_from_db()
    assert Observation.objects.filter(batch__isnull=False).count() == job.changed > 0
