"""Large files of the test world, and their way through the worker."""

import hashlib

from django.core.files.base import ContentFile

from metroplan.organisations.models import User
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.models import BulkImport
from metroplan.submissions.services import bulk
from metroplan.submissions.services.files import store_file
from tests.world import World

HEADER = "organisation,measure,period,state,value,numerator,denominator"
DOCUMENT = "甲市监〔2024〕1号"


def lines_of(world: World, *lines: str, header: str = HEADER) -> bytes:
    """Lines in which {A} stands for the code of unit A."""
    codes = {key: unit.code for key, unit in world.units.items()}
    return "\n".join([header, *(line.format(**codes) for line in lines)]).encode()


def many_lines(world: World, quarters: int, value: int = 3) -> bytes:
    """One figure of each measure for each county and each of so many quarters since 2010Q1."""
    texts = {"units": f"{value},,", "standards": f"{value},,", "rate": f",{value},10"}
    units = [unit.code for unit in world.units.values() if unit.level == "county"]
    rows = (
        f"{unit},{measure},{2010 + k // 4}Q{k % 4 + 1},,{figure}"
        for k in range(quarters)
        for unit in units
        for measure, figure in texts.items()
    )
    return "\n".join([HEADER, *rows]).encode()


def received(world: World, content: bytes, person: str = "staff", **more) -> BulkImport:
    given = {"kind": "figures", "document": DOCUMENT, "name": "大文件.csv"} | more
    job, _fresh = bulk.receive(
        actor=world.people[person],
        content=ContentFile(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **given,
    )
    return job


def made(sender: User) -> BulkImport:
    """A job that is there and at which nobody works."""
    stored = store_file(name="大文件.csv", content=HEADER.encode(), actor=sender)
    return BulkImport.objects.create(
        kind="figures",
        organisation=sender.organisation,
        file=stored,
        document=DOCUMENT,
        uploaded_by=sender,
    )


def checked(world: World, content: bytes, **more) -> BulkImport:
    job = received(world, content, **more)
    run(job.pk)
    job.refresh_from_db()
    return job


def applied(world: World, content: bytes, **more) -> BulkImport:
    job = checked(world, content, **more)
    person = world.people["reviewer"]
    bulk.approve(job=job, actor=person, expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    return job


def codes(job: BulkImport) -> list[tuple[str, int, str]]:
    return list(job.issues.values_list("code", "row", "column"))
