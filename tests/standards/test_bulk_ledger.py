"""The ledger in files: every fault of every cell, a preview, a second person, and back again."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.common.days import read_day
from metroplan.organisations.models import Role
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.services import bulk
from metroplan.submissions.wording import describe
from standards.models import Institute, LedgerEntry
from standards.services.ledger import save_entry
from tests.submissions.bulk_files import checked, codes
from tests.world import add_person

HEADER = "number,kind,level,role,title,organisation,institute,document_no,state,since"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 7


def file_of(world, *lines, header=HEADER) -> bytes:
    units = {key: unit.code for key, unit in world.units.items()}
    return "\n".join([header, *(line.format(**units) for line in lines)]).encode()


def look(world, content, **more):
    return checked(world, content, kind="ledger", name="台账.csv", **more)


def taken_over(world, content):
    job = look(world, content)
    assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, date(2024, 3, 5)) for text in ("2024-03-05", "2024/3/5", "2024年3月5日")),
        *(
            (text, date(2024, 3, 5))
            for text in ("20240305", "２０２４．３．５", "2024-03-05 00:00:00")
        ),
        *((text, None) for text in ("2024-02-30", "3月5日", "", "昨天", "2024-3")),
    ],
)
def test_days_as_people_write_them(text, expected):
    assert read_day(text) == expected


def test_a_file_adds_changes_and_leaves_alone(world):
    first = file_of(
        world,
        "L1,research,provincial,lead,课题,{A},,批一,done,2023-03-01",
        "L2,Talent,CITY,,编号7,{B},,,Under way,2023年4月1日",
    )
    job = taken_over(world, first)
    assert (job.preview["added"], job.changed) == (2, 2)
    entry = LedgerEntry.objects.get(number="L1")
    assert (entry.kind, entry.organisation, entry.counts_from) == (
        "research",
        world.units["A"],
        date(2023, 3, 1),
    )
    second = file_of(
        world,
        "L1,research,provincial,lead,课题改名,{A},,批一,ended,2024-05-01",
        "L2,talent,city,,编号7,{B},,,under_way,2023-04-01",
    )
    job = taken_over(world, second)
    assert [job.preview[key] for key in ("added", "changed", "same")] == [0, 1, 1]
    entry.refresh_from_db()
    assert (entry.title, entry.version, entry.counts_to) == ("课题改名", 2, date(2024, 5, 1))
    event = AuditEvent.objects.get(action="ledger.changed")
    before = {"title": "课题", "entry_state": "done", "since": "2023-03-01"}
    assert event.data["before"] == before
    assert event.actor == "reviewer"
    shown = bulk_registry.get("ledger").show(job.preview)
    (line,) = shown.differences
    assert "课题改名" in line.new
    assert "课题" in line.old


def test_every_fault_of_every_cell_is_named(world):
    Institute.objects.create(
        code="D-1", name="D所", kind="statutory", organisation=world.units["D"]
    )
    job = look(
        world,
        file_of(
            world,
            "L1,nothing,provincial,boss,课题,{A},,,done,2023-03-01",
            "L2,talent,city,,编号,999999,X-9,,done,2023-02-30",
            ",talent,city,,,{A},D-1,,done,2023-03-01",
            "L4,talent,city,,编号,{A},,,done,",
        ),
    )
    assert job.status == "refused"
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("register.choice", 2, "B"),
        ("register.choice", 2, "D"),
        ("import.unknown_unit", 3, "F"),
        ("institute.unknown", 3, "G"),
        ("day.invalid", 3, "J"),
        ("register.missing", 4, "A"),
        ("register.missing", 4, "E"),
        ("ledger.other_institute", 4, "G"),
        ("register.missing", 5, "J"),
    ]
    assert all(describe(issue) for issue in job.issues.all())


def test_numbers_twice_and_states_that_cannot_follow_are_refused(world):
    taken_over(world, file_of(world, "L1,talent,city,,编号,{A},,,ended,2023-03-01"))
    job = look(
        world,
        file_of(
            world,
            "L1,talent,city,,编号,{A},,,done,2023-04-01",
            "L2,talent,city,,编号,{A},,,done,2023-04-01",
            "L2,talent,city,,编号,{A},,,done,2023-04-01",
        ),
    )
    assert sorted(codes(job)) == [("import.doubled", 4, "A"), ("ledger.broken", 2, "I")]


def test_nobody_reaches_into_another_area(world):
    taken_over(world, file_of(world, "L1,talent,city,,编号,{D},,,done,2023-03-01"))
    add_person(world, "city_staff", "C1", Role.STAFF)
    job = look(
        world,
        file_of(
            world,
            "L1,talent,city,,编号,{A},,,done,2023-03-01",
            "L2,talent,city,,编号,{D},,,done,2023-03-01",
        ),
        person="city_staff",
    )
    assert codes(job) == [("ledger.elsewhere", 2, "A"), ("import.not_your_unit", 3, "F")]


def test_what_changed_meanwhile_is_looked_at_again(world):
    taken_over(world, file_of(world, "L1,talent,city,,编号,{A},,,done,2023-03-01"))
    job = look(world, file_of(world, "L1,talent,city,,编号八,{A},,,done,2023-03-01"))
    entry = LedgerEntry.objects.get()
    names = ("number", "kind", "level", "role", "organisation", "institute", "document_no", "note")
    data = {name: getattr(entry, name) for name in names} | {"title": "别的"}
    save_entry(actor=world.people["staff"], entry=entry, data=data, expected_version=1)
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.outdated) == ("ready", True)
    assert LedgerEntry.objects.get().title == "别的"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_an_export_comes_back_without_a_change(world, client, fmt, language):
    taken_over(
        world,
        file_of(
            world,
            "L1,research,provincial,lead,=课题,{A},,批一,done,2023-03-01",
            "L2,talent,city,,编号7,{B},,,under_way,2023-04-01",
        ),
    )
    client.force_login(world.people["staff"])
    client.cookies["django_language"] = language
    content = client.get(reverse("standards:ledger-export"), {"format": fmt}).content
    job = look(world, content)
    assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
    assert [job.preview[key] for key in ("added", "changed", "same")] == [0, 0, 2]


def test_only_staff_send_such_files(world):
    with pytest.raises(PermissionDenied):
        bulk.receive(
            kind="ledger",
            actor=world.people["clerk"],
            document="文",
            name="a.csv",
            content=ContentFile(b"x"),
            size=1,
            sha256="0",
        )
