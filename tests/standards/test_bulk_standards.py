"""Large files of standards: several lines for one standard, checked whole, applied whole."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import RegisterDue
from metroplan.audit.models import AuditEvent
from metroplan.audit.verify import broken_links
from metroplan.common.files import csv_text
from metroplan.common.tables import table_file
from metroplan.organisations.models import User
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.services import bulk
from metroplan.submissions.wording import describe
from standards.columns.standards import HEADINGS, file_rows
from standards.exports import record, whole
from standards.models import InForceSpan, InstrumentKind, MeasurementStandard
from standards.selectors.standards import on_day, standards_for
from standards.services.life import add_certificate, move_standard
from tests.standards.register import certified, day, institute, saved, spans
from tests.submissions.bulk_files import codes, received

COLUMNS = (
    "number", "name", "code", "field", "institute", "holder_kind", "rank", "national_level",
    "state", "since", "exam_number", "exam_valid_from", "exam_valid_until",
    "capability_range_text", "capability_performance_kind", "capability_performance_text",
    "service_way", "service_instrument", "service_range_text", "service_document_no",
    "service_kinds", "equipment_name",
)  # fmt: skip
GOOD = {
    "number": "S-1",
    "name": "0.05级活塞式压力计标准装置",
    "code": "12710100",
    "field": "力学",
    "institute": "I1",
    "holder_kind": "department",
    "rank": "highest",
    "state": "in_force",
    "since": "2020/1/5",
    "exam_number": "E-1",
    "exam_valid_from": "2020-03-01",
    "exam_valid_until": "2024年2月29日",
    "capability_range_text": "(0.04~0.6) MPa",
    "capability_performance_kind": "accuracy_class",
    "capability_performance_text": "0.05级",
    "service_way": "verification",
    "service_instrument": "压力表",
    "service_range_text": "(0~600) kPa",
    "service_document_no": "JJG 52-2013",
}


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 2


@pytest.fixture
def holder(world):
    return institute(world)


def file_of(*rows: dict) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def looked_at(world, content: bytes, name="台账.csv"):
    job = received(world, content, kind="standards", name=name)
    run(job.pk)
    job.refresh_from_db()
    return job


def applied(world, content: bytes, **more):
    job = looked_at(world, content, **more)
    assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    return job


def tallied(job):
    return [job.preview[change] for change in ("added", "changed", "same")]


def exported(world) -> list[list]:
    found = on_day(standards_for(User.objects.get(username="staff")), timezone.localdate())
    return list(file_rows(map(record, whole(found.order_by("number")))))


def test_lines_of_one_number_make_one_standard_and_a_second_person_applies_it(world, holder):
    kind = InstrumentKind.objects.create(code="K1", name_zh="压力表")
    second = {
        "number": "S-1",
        "capability_range_text": "(0~100) kPa",
        "capability_performance_kind": "Measurement uncertainty",
        "capability_performance_text": "Urel=1×10⁻⁴ (k=2)",
        "service_way": "Calibration",
        "service_instrument": "压力变送器",
        "service_document_no": "JJF 1",
        "service_kinds": "K1",
        "equipment_name": "活塞式压力计",
    }
    job = looked_at(world, file_of(GOOD | {"service_range_text": "(50~600) kPa"}, second))
    assert (job.status, tallied(job)) == ("ready", [1, 0, 0]), [
        describe(issue) for issue in job.issues.all()
    ]
    assert not MeasurementStandard.objects.exists()
    RegisterDue.objects.all().delete()
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    standard = MeasurementStandard.objects.get()
    assert (standard.field, standard.holder_kind) == ("12", "department")
    ranges = list(standard.capabilities.values_list("high", "unit", "performance_text"))
    assert ranges == [
        (Decimal("0.6"), "MPa", "0.05级"),
        (Decimal(100), "kPa", "Urel=1×10⁻⁴ (k=2)"),
    ]
    assert [service.instrument for service in standard.services.all()] == ["压力表", "压力变送器"]
    assert standard.services.last().kinds.get() == kind
    assert spans(standard) == [("2020-03-01", "2024-02-29")]
    grade = standard.grades.get()
    assert (grade.rank, str(grade.since)) == ("highest", "2020-01-05")
    assert {str(due.since) for due in RegisterDue.objects.all()} == {"2020Q1"}


def test_every_fault_of_every_cell_is_named(world, holder):
    institute(world, "C2", code="OTHER")
    job = looked_at(
        world,
        file_of(
            GOOD | {"name": "压力计", "field": "99", "code": "", "since": "2020-02-30"},
            GOOD
            | {
                "number": "S-2",
                "institute": "NOBODY",
                "holder_kind": "ours",
                "exam_valid_until": "2019-01-01",
            },
            GOOD
            | {
                "number": "S-3",
                "code": "1271",
                "capability_range_text": "(6~0.04) MPa",
                "capability_performance_text": "0.05级, MPE: ±0.1%",
                "service_document_no": "",
                "service_kinds": "K9",
            },
            GOOD | {"number": "", "exam_valid_until": ""},
        ),
    )
    assert job.status == "refused"
    names = dict(enumerate(COLUMNS))
    found = {
        (code, row, names[ord(column) - 65] if column else "") for code, row, column in codes(job)
    }
    assert found == {
        ("name.ending", 2, "name"),
        ("field.unknown", 2, "field"),
        ("day.invalid", 2, "since"),
        ("institute.unknown", 3, "institute"),
        ("register.choice", 3, "holder_kind"),
        ("dates.reversed", 3, "exam_valid_until"),
        ("code.shape", 4, "code"),
        ("range.reversed", 4, "capability_range_text"),
        ("performance.two_kinds", 4, "capability_performance_text"),
        ("register.missing", 4, "service_document_no"),
        ("kind.unknown", 4, "service_kinds"),
        ("register.missing", 5, "number"),
        ("certificate.first_day", 5, "exam_number"),
    }
    assert all(describe(issue) for issue in job.issues.all())


def test_what_only_the_lines_together_show_is_refused_at_the_cell(world, holder):
    job = looked_at(
        world,
        file_of(
            GOOD,
            {"number": "S-1", "name": "另一标准装置"},
            GOOD | {"number": "S-2"},
            GOOD
            | {
                "number": "S-3",
                "name": "",
                "exam_number": "E-3",
                "service_range_text": "(0~700) kPa",
            },
        ),
    )
    assert set(codes(job)) == {
        ("service.outside", 2, "S"),
        ("register.differs", 3, "B"),
        ("certificate.taken", 4, "K"),
        ("service.outside", 4, "S"),
        ("register.missing", 5, "B"),
        ("service.outside", 5, "S"),
    }


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_an_export_comes_back_without_a_change(world, holder, fmt):
    certified(world, saved(world, holder, national_level="upper_middle"))
    certified(world, saved(world, holder, name="活塞式压力计标准装置", code="", equipment=[]))
    rows = exported(world)
    job = looked_at(world, table_file(fmt, rows), name=f"台账.{fmt}")
    assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
    assert tallied(job) == [0, 0, 2], job.preview["lines"]


def test_what_the_file_says_otherwise_is_written_and_shown_first(world, holder):
    standard = certified(world, saved(world, holder))
    rows = exported(world)
    line = dict(zip(HEADINGS, rows[1], strict=True))
    line |= {"custodian": "力学室", "state": "sealed", "since": "2023-01-01"}
    line["capability_range_text"] = "(0~600) mm"
    content = csv_text([rows[0], line.values()]).encode()
    job = looked_at(world, content)
    assert tallied(job) == [0, 1, 0], [describe(issue) for issue in job.issues.all()]
    (shown,) = bulk_registry.get("standards").show(job.preview).differences
    assert "力学室" in shown.new
    assert "(0~500) mm" in shown.old
    job = applied(world, content)
    standard.refresh_from_db()
    assert (standard.custodian, standard.states.last().state) == ("力学室", "sealed")
    assert standard.states.last().reason == job.document
    assert standard.capabilities.get().high == 600
    assert spans(standard) == [("2020-03-01", "2022-12-31")]
    assert standard.upper_links.count() == 1


def examined(standard, number: str) -> None:
    days = {"valid_from": day("2021-01-01"), "valid_until": day("2024-12-31")}
    add_certificate(actor=None, standard=standard, kind="examination", number=number, **days)


def approved_after(world, holder, change):
    """A file that seals S-1, taken over once `change` has befallen the standard."""
    standard = saved(world, holder, number="S-1", holder_kind="department")
    content = file_of(GOOD | {"service_range_text": "", "state": "sealed", "since": "2023-01-01"})
    job = looked_at(world, content)
    change(standard)
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    return job, standard


def test_a_register_that_moved_on_is_shown_anew(world, holder):
    job, standard = approved_after(world, holder, lambda one: examined(one, "E-8"))
    assert (job.status, job.outdated, job.approved_by) == ("ready", True, None)
    assert standard.states.last().state == "in_force"


def test_a_file_that_no_longer_fits_the_register_is_refused_at_its_cell(world, holder):
    def revoke(standard):
        since = day("2022-01-01")
        move_standard(actor=None, standard=standard, to="revoked", since=since, reason="撤销")

    job, standard = approved_after(world, holder, revoke)
    assert job.status == "refused"
    assert codes(job) == [("state.not_allowed", 2, "I")]
    assert standard.states.last().state == "revoked"


def test_standards_of_other_units_are_not_touched(world, holder):
    saved(world, institute(world, "C2"), number="S-1")
    person = User.objects.create(
        username="city_staff", organisation=world.units["C1"], role="staff", email="x@y.invalid"
    )
    world.people["city_staff"] = person
    job = received(world, file_of(GOOD), kind="standards", person="city_staff")
    run(job.pk)
    assert ("register.elsewhere", 2, "A") in codes(job)


def many(number: int) -> bytes:
    """New standards, each with two lines of range, a service of a kind and a certificate."""
    more = {
        "capability_range_text": "(0~100) kPa",
        "capability_performance_kind": "accuracy_class",
        "capability_performance_text": "0.1级",
        "equipment_name": "活塞式压力计",
    }
    rows = []
    for at in range(number):
        first = GOOD | {"exam_number": f"E-{number}-{at}", "service_kinds": "K1"}
        rows += [row | {"number": f"S-{number}-{at}"} for row in (first, more)]
    return file_of(*rows)


def test_many_new_standards_are_written_in_as_many_queries_as_few(world, holder, settings):
    settings.BULK_CHUNK_ROWS = 1000
    InstrumentKind.objects.create(code="K1", name_zh="压力表")
    counts = []
    for number in (3, 60):
        job = looked_at(world, many(number))
        assert tallied(job) == [number, 0, 0], [describe(issue) for issue in job.issues.all()]
        bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
        with CaptureQueriesContext(connection) as queries:
            run(job.pk)
        counts.append(len(queries))
        job.refresh_from_db()
        assert (job.status, job.changed) == ("applied", number)
    few, many_more = counts
    assert many_more <= few
    written = MeasurementStandard.objects.filter(number__startswith="S-60-")
    last = written.get(number="S-60-59")
    assert [item.position for item in last.capabilities.all()] == [0, 1]
    assert last.services.get().kinds.get().code == "K1"
    assert InForceSpan.objects.filter(standard__in=written).count() == 60
    logged = AuditEvent.objects.filter(object_label=str(last)).order_by("id")
    assert [event.action for event in logged] == ["standard.created", "standard.certified"]
    assert logged[0].data["after"]["state"] == "in_force"
    assert broken_links() == []


def test_a_certificate_taken_since_the_look_refuses_the_file_at_its_cell(world, holder):
    job = looked_at(world, file_of(GOOD | {"service_range_text": ""}))
    other = saved(world, holder, number="S-9", holder_kind="department")
    examined(other, "E-1")
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert job.status == "refused"
    assert codes(job) == [("certificate.taken", 2, "K")]
    assert not MeasurementStandard.objects.filter(number="S-1").exists()
