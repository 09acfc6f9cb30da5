"""Evidence of a line: kept beside it, read by right, removed and still on record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client

from metroplan.audit.models import AuditEvent
from metroplan.submissions.models import Draft, Evidence, StoredFile, Submission
from tests.submissions.entry import form_of
from tests.submissions.quarter import opened, page, submitted

PDF = b"%PDF-1.7\n" + b"x" * 100
SCRIPT = {"HTTP_X_REQUESTED_WITH": "fetch"}


def add(
    client: Client,
    submission: Submission,
    name: str = "证书.pdf",
    content: bytes = PDF,
    key: str = "units",
    **more,
) -> HttpResponseBase:
    sent = {"evidence": key, f"file.{key}": SimpleUploadedFile(name, content)}
    return client.post(page("submission-evidence", submission), sent | more, **SCRIPT)


def test_a_file_stands_with_its_line_and_can_be_read(world, as_person):
    submission, client = opened(world), as_person("clerk")
    assert add(client, submission).status_code == 200
    evidence = Evidence.objects.get()
    grid = client.get(page("submission-entry", submission)).context["grid"]
    assert [len(line.evidence) for line in grid.lines] == [1, 0, 0]
    answer = as_person("city_reviewer").get(page("evidence-file", evidence))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert as_person("neighbour").get(page("evidence-file", evidence)).status_code == 404
    assert as_person("auditor").get(page("evidence-file", evidence)).status_code == 403


def test_without_a_script_what_was_typed_is_kept_with_the_file(world, as_person):
    submission, client = opened(world), as_person("clerk")
    sent = form_of(submission, units="12") | {
        "evidence": "units",
        "file.units": SimpleUploadedFile("证书.pdf", PDF),
    }
    answer = client.post(page("submission-evidence", submission), sent)
    assert answer.url == page("submission-entry", submission)
    assert (Evidence.objects.count(), Draft.objects.get().lines["units"]["value"]) == (1, "12")


def test_a_removed_file_is_no_longer_shown_and_stays_on_record(world, as_person):
    submission, client = opened(world), as_person("clerk")
    add(client, submission)
    evidence = Evidence.objects.get()
    assert client.post(page("evidence-remove", evidence), **SCRIPT).status_code == 200
    evidence.refresh_from_db()
    assert (evidence.removed_by, StoredFile.objects.count()) == (world.people["clerk"], 1)
    assert client.get(page("evidence-file", evidence)).status_code == 404
    assert client.post(page("evidence-remove", evidence), **SCRIPT).status_code == 404
    acts = AuditEvent.objects.filter(action__startswith="evidence.").values_list(
        "action", flat=True
    )
    assert list(acts.order_by("id")) == ["evidence.added", "evidence.removed"]


@pytest.mark.parametrize(
    ("name", "content", "code", "status"),
    [
        ("证书.exe", b"MZ", "evidence.kind", 422),
        ("page.html", b"<script>", "evidence.kind", 422),
        ("证书.pdf", b"MZ\x90", "evidence.kind", 422),
        ("证书.pdf", b"", "evidence.empty", 422),
        ("证书.pdf", PDF + b"x" * 2000, "evidence.too_large", 413),
        ("证书.pdf", PDF + b"x" * 200_000, "evidence.too_large", 413),
    ],
)
def test_what_is_no_evidence_is_refused(world, as_person, settings, name, content, code, status):
    settings.EVIDENCE_MAX_BYTES = 1500
    answer = add(as_person("clerk"), opened(world), name, content)
    assert (answer.status_code, answer.context["problem"].code) == (status, code)
    assert not StoredFile.objects.exists()


def test_a_line_takes_so_many_files_and_only_lines_of_the_form_do(world, as_person, settings):
    settings.EVIDENCE_MAX_FILES = 1
    submission, client = opened(world), as_person("clerk")
    assert add(client, submission).status_code == 200
    assert add(client, submission).context["problem"].code == "evidence.too_many"
    unknown = add(client, submission, key="no_such")
    assert unknown.context["problem"].code == "evidence.unknown_line"


def test_nothing_is_added_or_removed_under_review(world, as_person):
    submission, client = opened(world), as_person("clerk")
    add(client, submission)
    submitted(world, submission)
    assert add(client, submission).status_code == 403 or Evidence.objects.count() == 1
    client.post(page("evidence-remove", Evidence.objects.get()), **SCRIPT)
    assert Evidence.objects.filter(removed_at=None).count() == 1


@pytest.mark.parametrize(("person", "status"), [("neighbour", 404), ("city_reviewer", 403)])
def test_only_the_unit_itself_adds_and_removes(world, as_person, person, status):
    submission = opened(world)
    add(as_person("clerk"), submission)
    client = as_person(person)
    assert add(client, submission).status_code == status
    assert client.post(page("evidence-remove", Evidence.objects.get())).status_code == status
