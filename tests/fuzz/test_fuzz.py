"""Broken files by the thousand: `make fuzz`, with SECONDS and SEED; a short round in `make test`.

A case that fails is named `seed:number`; `tests.fuzz.mutations.case` makes it again.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indicators.models import Observation
from metroplan.audit.models import AuditEvent
from metroplan.submissions.models import ColumnMapping, StagedRow, StoredFile, Upload
from tests.fuzz.mutations import case
from tests.fuzz.reading import LONGEST
from tests.submissions.quarter import filled, opened, page, send, uploaded

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 20)
SEED = os.environ.get("FUZZ_SEED") or "1"
CASES = int(os.environ.get("FUZZ_CASES") or 1_000_000)
MEGABYTES = 400
# Looked at now and then: each takes about a second.
MARKED_EVERY, SEEN_EVERY = 40, 10
ROOT = Path(__file__).parents[2]


def test_no_broken_file_crashes_the_reading_or_makes_it_hang():
    seconds = SECONDS * 0.6
    command = [sys.executable, "-m", "tests.fuzz.reading", SEED, str(seconds), str(CASES)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    sys.stdout.write(f"\nseed {SEED}: {done.stdout}\n")
    assert told["cases"] > 0
    assert told["slowest"][0] < LONGEST
    assert told["megabytes"] < MEGABYTES


@pytest.fixture
def county(world, client, settings, tmp_path):
    """A clerk before a form that has an accepted version already."""
    settings.MEDIA_ROOT = tmp_path
    submission = opened(world)
    uploaded(world, submission, filled())
    client.force_login(world.people["clerk"])
    return client, submission


def test_no_broken_file_breaks_the_page_or_leaves_half_a_write(county):
    client, submission = county
    ends, number = time.monotonic() + SECONDS * 0.4, 0
    while number < CASES and time.monotonic() < ends:
        sys.stdout.write(f"{SEED}-page:{number}\n")
        offer(client, submission, case(f"{SEED}-page", number), number)
        number += 1
    sys.stdout.write(f"seed {SEED}-page: {number} files through the page\n")
    assert number


def offer(client, submission, content: bytes, number: int) -> None:
    before, version, began = written(), submission.version, time.monotonic()
    response = send(client, submission, content, name="季报.xlsx")
    assert time.monotonic() - began < LONGEST
    assert response.status_code in (302, 413, 422)
    submission.refresh_from_db()
    upload = Upload.objects.first()
    if submission.version == version:
        assert written() == before
        assert response.status_code != 302 or upload.issues.exists() or is_present(upload, version)
    else:
        assert upload.version == submission.version == version + 1
        assert upload.rows.exists()
    look(client, submission, upload, response, number)


def look(client, submission, upload, response, number: int) -> None:
    if response.status_code == 302 and response.url == page("upload-mapping", upload):
        assert client.get(response.url).status_code in (200, 302)
    if number % SEEN_EVERY == 0:
        assert client.get(page("submission-detail", submission)).status_code == 200
        assert client.get(page("upload-issues", upload)).status_code == 200
    if number % MARKED_EVERY == 0:
        assert client.get(page("upload-marked", upload)).status_code in (200, 422)


def is_present(upload: Upload, version: int) -> bool:
    return upload.version == version


def written() -> list[int]:
    """What a refused file must not add to."""
    return [model.objects.count() for model in (StagedRow, Observation, ColumnMapping)]


def test_a_refused_file_is_on_record_whole(county):
    client, submission = county
    kinds = (Upload, StoredFile, AuditEvent)
    before = [kind.objects.count() for kind in kinds]
    send(client, submission, b"PK\x03\x04" + bytes(200), name="x.xlsx")
    assert [kind.objects.count() for kind in kinds] == [count + 1 for count in before]
