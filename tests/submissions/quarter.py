"""A quarter under way in the test world: forms opened, files filled in and sent."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.services import review
from metroplan.submissions.services.opening import open_form
from metroplan.submissions.services.stage import stage_upload
from tests.world import World, add_unit, settle

QUARTER = "2022Q4"
FULL = {"units": "12", "standards": "30", "rate": ("9", "10")}


def filled(figures: dict[str, object] = FULL) -> bytes:
    """A CSV form; a pair is numerator and denominator."""
    lines = ["代码,数值,分子,分母,备注"]
    for code, figure in figures.items():
        parts = ("", *figure) if isinstance(figure, tuple) else (figure, "", "")
        lines.append(",".join((code, *parts, "")))
    return "\n".join(lines).encode()


def opened(world: World, unit: str = "A", period: str = QUARTER) -> Submission:
    open_form(form=world.form, period=Period.parse(period))
    return Submission.objects.get(organisation=world.units[unit], period=Period.parse(period))


def uploaded(
    world: World, submission: Submission, content: bytes | None = None, person: str = "clerk"
) -> Upload:
    upload = stage_upload(
        submission=submission,
        actor=world.people[person],
        filename="季报.csv",
        content=filled() if content is None else content,
        expected_version=submission.version,
    )
    submission.refresh_from_db()
    return upload


def submitted(world: World, submission: Submission, person: str = "clerk") -> Submission:
    if not submission.version:
        uploaded(world, submission, person=person)
    return review.submit(
        submission=submission, actor=world.people[person], expected_version=submission.version
    )


def approved(world: World, submission: Submission, person: str) -> Submission:
    return review.approve(
        submission=submission, actor=world.people[person], expected_version=submission.version
    )


def more_counties(world: World, number: int, city: str = "C1") -> list[Organisation]:
    units = [add_unit(world, f"X{n}", Level.COUNTY, city, code=f"98{n:04d}") for n in range(number)]
    settle(world)
    return units


def page(name: str, thing: object, **query: str) -> str:
    """The address of a reporting page of one form, upload or line."""
    return reverse(f"submissions:{name}", args=[thing.pk], query=query or None)


def send(
    client: Client, submission: Submission, content: bytes, name: str = "季报.csv", **more
) -> HttpResponseBase:
    """Upload through the page."""
    fields = {"expected_version": submission.version, "file": SimpleUploadedFile(name, content)}
    return client.post(page("upload-create", submission), fields | more)


def text(response: HttpResponseBase) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()
