"""Pages of large files: send, follow, cancel, look, take over."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from indicators.models import Observation
from metroplan.audit.models import AuditEvent
from metroplan.common.text import normalise
from metroplan.organisations.models import Notice
from metroplan.submissions.bulk import incoming
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.models import BulkImport, StoredFile
from tests.submissions.bulk_files import DOCUMENT, checked, lines_of, made, many_lines, received


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 10


def at(name: str, job: BulkImport | None = None) -> str:
    return reverse(f"submissions:bulk-{name}", args=[job.pk] if job else [])


def sent(client: Client, content: bytes, **more):
    fields = {"kind": "figures", "document": DOCUMENT}
    file = SimpleUploadedFile("../大\x07文件.csv", content)
    return client.post(at("create"), fields | {"file": file} | more)


def test_a_file_is_sent_kept_and_its_page_shown(world, as_person):
    content = many_lines(world, 4)
    response = sent(as_person("staff"), content)
    job = BulkImport.objects.get()
    assert response.url == at("detail", job)
    assert job.file.content.read() == content
    assert (job.file.name, job.file.size, job.status) == ("大文件.csv", len(content), "received")
    assert not list(incoming.directory().iterdir())


def test_the_same_file_again_leads_to_the_job_it_has(world, as_person):
    client = as_person("staff")
    first = sent(client, many_lines(world, 4))
    again = sent(client, many_lines(world, 4))
    assert first.url == again.url
    assert StoredFile.objects.count() == 1


def test_a_file_over_the_limit_is_refused_unread(world, as_person, settings):
    settings.BULK_MAX_BYTES = 100
    response = sent(as_person("staff"), b"x" * 200_000)
    assert response.status_code == 413
    assert response.context["problem"].code == "bulk.too_large"
    assert not list(incoming.directory().glob("*"))


def test_a_file_that_turns_out_too_large_is_stopped_on_its_way(world, as_person, settings):
    settings.BULK_MAX_BYTES = 100
    response = sent(as_person("staff"), b"x" * 200)
    assert (response.status_code, BulkImport.objects.count()) == (413, 0)
    assert not list(incoming.directory().glob("*"))


def test_what_is_missing_is_said_beside_its_field(world, as_person):
    response = sent(as_person("staff"), b"x", document=" ")
    assert response.status_code == 422
    assert response.context["form"].errors["document"]
    assert not StoredFile.objects.exists()


def test_a_page_of_another_site_cannot_send_a_file(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["staff"])
    assert sent(client, b"x").status_code == 403
    assert not StoredFile.objects.exists()


def test_the_page_at_work_asks_again_and_is_reloaded_at_the_end(world, as_person):
    client, job = as_person("staff"), received(world, many_lines(world, 4))
    assert "hx-get" in client.get(at("detail", job)).content.decode()
    waiting = client.get(at("progress", job))
    assert "HX-Refresh" not in waiting
    run(job.pk)
    done = client.get(at("progress", job))
    assert done["HX-Refresh"] == "true"
    assert "hx-get" not in done.content.decode()


def test_progress_is_that_of_the_rows(world, as_person):
    job = received(world, many_lines(world, 4))
    BulkImport.objects.update(status="checking", rows_total=200, rows_done=50)
    page = as_person("staff").get(at("progress", job))
    assert page.context["detail"].percents == 25


def test_the_preview_shows_what_would_change(world, as_person):
    job = checked(world, many_lines(world, 4))
    page = as_person("reviewer").get(at("detail", job))
    preview = page.context["detail"].preview
    assert (preview.added, preview.changed, preview.same) == (36, 0, 0)
    assert [len(rows) for _heading, rows, _left in preview.tables] == [3, 3]
    assert preview.differences[0].new == "3"
    assert preview.differences[2].new.startswith("30.0%")
    assert len(preview.effects) == 3
    assert preview.differences_left == 36 - len(preview.differences)
    assert at("apply", job) in page.content.decode()


def test_the_sender_is_told_that_another_decides(world, as_person):
    job = checked(world, many_lines(world, 4))
    client = as_person("staff")
    assert at("apply", job) not in client.get(at("detail", job)).content.decode()
    assert client.post(at("apply", job), {"expected_version": job.version}).status_code == 403


def test_a_second_person_takes_the_file_over(world, as_person):
    job = checked(world, many_lines(world, 4))
    client = as_person("reviewer")
    response = client.post(at("apply", job), {"expected_version": job.version})
    assert response.url == at("detail", job)
    assert run(job.pk) == "applied"
    page = client.get(at("detail", job)).content.decode()
    assert _("What the file changed") in page
    assert _("What the file would change") not in page
    again = client.post(at("apply", job), {"expected_version": job.version})
    assert again.status_code == 409


def test_a_cancel_answers_with_what_became_of_it(world, as_person):
    job = checked(world, many_lines(world, 4))
    client = as_person("staff")
    assert client.post(at("cancel", job)).status_code == 302
    assert client.post(at("cancel", job)).status_code == 409
    assert BulkImport.objects.get().status == "cancelled"
    assert 'id="preview"' not in client.get(at("detail", job)).content.decode()


def test_issues_are_listed_and_leave_as_a_csv_file(world, as_person, settings):
    settings.BULK_ISSUES_KEPT = 120
    rows = (f"=9{n},standards,2021Q1,,1,," for n in range(150))
    job = checked(world, lines_of(world, *rows))
    client = as_person("staff")
    detail = client.get(at("detail", job)).context["detail"]
    assert (len(detail.issues), detail.issues_left, detail.issues_lost) == (100, 50, 30)
    lines = client.get(at("issues", job)).content.decode().splitlines()
    assert len(lines) == 121
    assert lines[1].startswith("2,A2,")


def test_the_file_comes_back_as_it_was_sent(world, as_person):
    job = received(world, b"<script>")
    response = as_person("staff").get(at("file", job))
    assert (b"".join(response), response["Content-Type"]) == (
        b"<script>",
        "application/octet-stream",
    )


@pytest.mark.parametrize("status", ["refused", "failed", "cancelled", "applying", "declined"])
def test_every_state_has_a_page(world, as_person, status):
    job = made(world.people["staff"])
    second = world.people["reviewer"]
    BulkImport.objects.update(status=status, approved_by=second, declined_by=second, reason="x")
    assert as_person("leader").get(at("detail", job)).status_code == 200
    assert as_person("leader").get(at("list")).status_code == 200


def test_a_second_person_declines_the_file_and_its_sender_reads_why(world, as_person):
    job = checked(world, many_lines(world, 4))
    client = as_person("reviewer")
    assert at("decline", job) in client.get(at("detail", job)).content.decode()
    seen = {"expected_version": job.version}
    assert client.post(at("decline", job), seen | {"reason": " "}).status_code == 422
    reason = "年份有误"
    answer = client.post(at("decline", job), seen | {"reason": reason})
    assert answer.url == at("detail", job)
    job.refresh_from_db()
    assert (job.status, job.declined_by, job.reason) == (
        "declined",
        world.people["reviewer"],
        reason,
    )
    assert not Observation.objects.filter(batch__isnull=False).exists()
    assert client.post(at("decline", job), seen | {"reason": reason}).status_code == 409
    notice = Notice.objects.get(code="bulk.declined")
    assert (notice.user, notice.params["reason"]) == (world.people["staff"], reason)
    event = AuditEvent.objects.get(action="bulk.declined")
    assert (event.actor, event.data["reason"]) == (world.people["reviewer"].username, reason)
    assert reason in as_person("staff").get(at("detail", job)).content.decode()
    assert received(world, many_lines(world, 4)).pk != job.pk


def test_who_sent_a_file_does_not_decline_it(world, as_person):
    job = checked(world, many_lines(world, 4))
    sent = {"expected_version": job.version, "reason": "x"}
    assert as_person("staff").post(at("decline", job), sent).status_code == 403


def headings_of(content: bytes, fmt: str) -> list[str]:
    if fmt == "csv":
        return next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [cell.value for cell in next(load_workbook(io.BytesIO(content)).worksheets[0].rows)]


@pytest.mark.parametrize("kind", [kind.key for kind in bulk_registry.kinds()])
def test_every_kind_says_its_columns_and_gives_a_template_with_headings_it_reads(
    world, as_person, kind
):
    client = as_person("staff")
    columns = [each for each in bulk_registry.get(kind).columns if not each.derived]
    for page in (client.get(at("guide"), {"kind": kind}), client.get(at("create"), {"kind": kind})):
        assert page.context["kind"].key == kind
        said = [*(column.heading for column in columns), bulk_registry.get(kind).advice]
        assert all(text in page.content.decode() for text in said)
    for fmt in ("csv", "xlsx"):
        address = reverse("submissions:bulk-template", args=[kind])
        headings = headings_of(client.get(address, {"format": fmt}).content, fmt)
        for column, heading in zip(columns, headings, strict=True):
            assert normalise(heading).casefold() in {column.key, *column.aliases}


def test_a_template_of_no_kind_or_format_is_not_found(world, as_person):
    client = as_person("staff")
    for kind, query in (("nothing", {}), ("figures", {"format": "ods"})):
        address = reverse("submissions:bulk-template", args=[kind])
        assert client.get(address, query).status_code == 404
