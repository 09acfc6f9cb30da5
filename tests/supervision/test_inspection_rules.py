"""What an inspection says must hold together: failures, findings, signatures, who came."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from supervision.models import InspectionItem
from supervision.rules.checks import within_mpe
from supervision.services.escalation import escalate_overdue
from supervision.services.findings import extend_deadline, recheck_finding
from supervision.services.inspection_files import sign
from supervision.services.inspection_lines import CheckLine
from supervision.services.inspections import Answer, conclude_inspection, save_inspection
from tests.supervision import campaign as made
from tests.supervision.counted import add_instrument


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def conclude(world, inspection):
    return conclude_inspection(actor=world.people["clerk"], inspection=inspection)


def missing(world, inspection) -> set[str]:
    with pytest.raises(ValidationError) as error:
        conclude(world, inspection)
    return set(error.value.message_dict)


@pytest.fixture
def inspection(world):
    return made.begun(world, campaign=made.campaign(world))


def noted(world, inspection, *notes: str):
    """Both points failed, with these notes."""
    items = list(inspection.items.all())
    return save_inspection(
        actor=world.people["clerk"],
        inspection=inspection,
        data={
            "inspected_on": inspection.inspected_on,
            **dict.fromkeys(("basis", "substitution", "signed_by_entity", "refusal"), ""),
            "outcome": "minor_corrected",
            "summary": "当场改正",
        },
        inspectors=list(inspection.inspectors.all()),
        answers=[Answer(item.pk, "no", note) for item, note in zip(items, notes, strict=True)],
        checks=[],
    )


def test_every_failed_point_leads_to_a_finding_or_says_why_not(world, inspection):
    made.signed(world, noted(world, inspection, "", ""))
    with pytest.raises(ValidationError) as error:
        conclude(world, inspection)
    assert len(error.value.message_dict["items"]) == 2
    made.ordered(world, inspection, item=inspection.items.first())
    assert missing(world, inspection) == {"items"}
    made.signed(world, noted(world, inspection, "", "已当场补贴收费公示"))
    assert conclude(world, inspection).state == "closed"


def test_a_finding_about_the_whole_inspection_answers_for_all_points(world, inspection):
    made.signed(world, noted(world, inspection, "", ""))
    made.ordered(world, inspection)
    assert conclude(world, inspection).state == "closed"


def test_a_point_of_another_inspection_is_no_reason(world, inspection):
    other = made.begun(world, campaign=inspection.campaign)
    with pytest.raises(ValidationError) as error:
        made.ordered(world, inspection, item=other.items.first())
    assert set(error.value.message_dict) == {"item"}


@pytest.mark.parametrize(
    "line",
    [
        {"found": "valid", "error": Decimal("0.02"), "mpe": Decimal("0.01"), "unit": "kg"},
        {"found": "overdue"},
        {"found": "never"},
        {"found": "failed"},
    ],
)
def test_an_instrument_that_must_not_be_used_leads_to_a_finding_or_a_note(world, line):
    inspection = made.begun(world)
    scale = add_instrument(inspection.entity)
    bad = CheckLine(scale, "", **line)
    made.signed(world, made.filled(world, inspection, checks=[bad]))
    assert missing(world, inspection) == {"outcome"}
    made.signed(world, made.filled(world, inspection, checks=[bad], outcome="minor_corrected"))
    assert missing(world, inspection) == {"checks"}
    explained = CheckLine(scale, "", **line, note="当场停用，送检")
    made.signed(
        world, made.filled(world, inspection, checks=[explained], outcome="minor_corrected")
    )
    assert conclude(world, inspection).state == "closed"


@pytest.mark.parametrize(
    "outcome",
    ["rectification", "stop_use", "case_filed", "transferred_judicial", "transferred_other"],
)
def test_an_outcome_with_consequences_has_a_finding(world, outcome):
    inspection = made.signed(world, made.filled(world, made.begun(world), outcome=outcome))
    assert missing(world, inspection) == {"outcome"}
    made.ordered(world, inspection)
    assert conclude(world, inspection).outcome == outcome


@pytest.mark.parametrize(
    ("error", "mpe", "passed"),
    [
        ("0.005", "0.005", True),
        ("-0.005", "0.005", True),
        ("0.005001", "0.005", False),
        ("-0.005001", "0.005", False),
        ("0.0050", "0.005", True),
        ("0", "0", True),
        ("0.000001", "0", False),
    ],
)
def test_exactly_the_permissible_error_passes_and_nothing_beyond(error, mpe, passed):
    assert within_mpe(Decimal(error), Decimal(mpe)) is passed


def test_an_error_has_its_unit(world):
    inspection = made.begun(world)
    line = CheckLine(None, "台秤", "valid", Decimal("0.01"), Decimal("0.02"))
    with pytest.raises(ValidationError) as error:
        made.filled(world, inspection, checks=[line])
    assert set(error.value.message_dict) == {"checks-0-unit"}


def test_the_entity_signs_or_its_refusal_is_recorded(world):
    clerk = world.people["clerk"]
    inspection = made.filled(world, made.begun(world), summary="一切正常")
    sign(actor=clerk, inspection=inspection, side="inspector", image=made.PNG)
    assert missing(world, inspection) == {"signature"}
    made.filled(world, inspection, summary="一切正常", refusal="负责人拒签，社区工作人员在场")
    assert conclude(world, inspection).refusal == "负责人拒签，社区工作人员在场"


def test_a_signature_and_a_refusal_exclude_each_other(world):
    inspection = made.signed(world, made.filled(world, made.begun(world), refusal="拒签"))
    assert missing(world, inspection) == {"signature"}


def test_the_inspectors_sign_whatever_the_entity_does(world):
    inspection = made.filled(world, made.begun(world), refusal="拒签")
    assert missing(world, inspection) == {"signature"}


def test_what_is_changed_after_it_was_signed_is_signed_again(world, inspection):
    made.signed(world, made.filled(world, inspection))
    kept = made.filled(world, inspection, summary="结论措辞")
    assert kept.entity_signature_id and kept.inspector_signature_id
    changed = made.filled(world, inspection, result="na")
    assert changed.entity_signature_id is None
    assert changed.inspector_signature_id is None
    assert AuditEvent.objects.filter(action="inspection.signatures_dropped").count() == 1
    assert missing(world, inspection) == {"signature"}


def test_the_day_stays_once_something_was_ordered(world, inspection):
    made.ordered(world, inspection)
    with pytest.raises(ValidationError) as error:
        made.filled(world, inspection, inspected_on=made.ago(2))
    assert set(error.value.message_dict) == {"inspected_on"}


def test_nothing_is_ordered_where_all_conformed(world):
    done = made.concluded(world)
    with pytest.raises(ValidationError):
        made.ordered(world, done)


def test_a_deadline_that_rose_is_moved_by_the_unit_it_rose_to(world):
    finding = made.ordered(world, due_on=made.ago(3))
    escalate_overdue(today=made.today())
    finding.refresh_from_db()
    later = made.today() + timedelta(days=9)
    given = {"finding": finding, "on": made.today(), "due_on": later}
    for act, more in ((extend_deadline, {"text": "延期"}), (recheck_finding, {"rectified": False})):
        with pytest.raises(ValidationError) as error:
            act(actor=world.people["clerk"], **given, **more)
        assert set(error.value.message_dict) == {"due_on"}
    moved = extend_deadline(actor=world.people["city_reviewer"], **given, text="延期")
    assert (moved.due_on, moved.level_up, moved.escalated_to) == (later, 0, None)


def test_what_rose_to_a_unit_is_found_there(world, client):
    finding = made.ordered(world, due_on=made.ago(3))
    made.ordered(world)
    escalate_overdue(today=made.today())
    address = reverse("supervision:finding-list")
    counts = {}
    for name in ("city_reviewer", "staff", "clerk"):
        client.force_login(world.people[name])
        for asked in ("us", "any"):
            page = client.get(address, {"escalated": asked}).context["page"]
            counts[name, asked] = [row.pk for row in page]
    assert counts["city_reviewer", "us"] == [finding.pk]
    assert counts["staff", "us"] == counts["clerk", "us"] == []
    assert counts["staff", "any"] == counts["clerk", "any"] == [finding.pk]


def test_the_first_failed_point_is_proposed_for_the_order(world, inspection, client):
    noted(world, inspection, "", "")
    first, second = inspection.items.order_by("position")
    client.force_login(world.people["clerk"])
    address = reverse("supervision:inspection-order", args=[inspection.pk])
    assert client.get(address).context["form"].initial == {
        "item": first.pk,
        "description": first.text,
    }
    made.ordered(world, inspection, item=first)
    assert client.get(address).context["form"].initial["item"] == second.pk
    InspectionItem.objects.update(result="yes")
    assert client.get(address).context["form"].initial == {}


def test_a_photo_shows_a_point_of_its_own_inspection(world, inspection, client):
    client.force_login(world.people["clerk"])
    address = reverse("supervision:inspection-photo", args=[inspection.pk])
    other = made.begun(world, campaign=inspection.campaign)

    def sent(name: str, content: bytes, item: InspectionItem | None = None) -> int:
        file = SimpleUploadedFile(name, content, "image/png")
        return client.post(address, {"file": file, "item": item.pk if item else ""}).status_code

    item = inspection.items.first()
    assert sent("秤.png", made.PICTURE, item) == 302
    assert inspection.evidence.get().item == item
    assert sent("秤.png", made.PICTURE, other.items.first()) == 422
    assert sent("说明.pdf", b"%PDF-1.7") == 422
    assert sent("秤.jpg", b"\xff\xd8\xff\xe0xx") == 422
    assert inspection.evidence.count() == 1
