"""The pages of campaigns, draws, inspections, findings and cases, walked through by hand."""

import base64
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from supervision.models import Campaign, Case, Draw, Finding, Inspection
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity, add_instrument


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page(name: str, *args) -> str:
    return reverse(f"supervision:{name}", args=args)


@pytest.fixture
def staff(world, client):
    client.force_login(world.people["staff"])
    return client


@pytest.fixture
def clerk(world, client):
    client.force_login(world.people["clerk"])
    return client


def campaign_form(world, **more):
    return {
        "title": "眼镜制配专项检查",
        "kind": "special",
        "legal_basis": "《眼镜制配计量监督管理办法》",
        "organisation": world.units["P"].code,
        "starts": made.ago(30),
        "ends": made.today(),
        "departments": "卫生健康委\n公安厅",
        "commodities": "",
        "entity_kinds": ["optician"],
        "checklist": "焦度计是否检定合格 | 第四条\n是否配备瞳距仪",
    } | more


def test_a_campaign_is_entered_given_targets_run_and_published(world, staff, client):
    response = staff.post(page("campaign-create"), campaign_form(world))
    campaign = Campaign.objects.get()
    assert response.url == page("campaign-detail", campaign.pk)
    assert campaign.departments == ["卫生健康委", "公安厅"]
    points = list(campaign.checklist.values_list("text", "basis"))
    assert points == [("焦度计是否检定合格", "第四条"), ("是否配备瞳距仪", "")]
    targets = {"version": 1, f"{world.units['C1'].code}-entities": 5}
    assert staff.post(page("campaign-targets", campaign.pk), targets).status_code == 302
    move = {"move-to": "running", "move-version": 2}
    assert staff.post(page("campaign-move", campaign.pk), move).status_code == 302
    shown = staff.get(page("campaign-detail", campaign.pk)).content.decode()
    assert "0 / 5" in shown
    end = {"move-to": "finished", "move-version": 3, "move-summary": "检查5家，全部合格。"}
    assert staff.post(page("campaign-move", campaign.pk), end).status_code == 302
    address = reverse("public:campaign", args=[campaign.pk])
    client.logout()
    assert client.get(address).status_code == 404
    client.force_login(world.people["staff"])
    publish = {"publish-on": made.today(), "publish-version": 4}
    assert client.post(page("campaign-publish", campaign.pk), publish).status_code == 302
    client.logout()
    assert "检查5家，全部合格。" in client.get(address).content.decode()
    assert "眼镜制配专项检查" in client.get(reverse("public:campaigns")).content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ends": made.ago(40)}, "__all__"),
        ({"checklist": "长" * 301}, "checklist"),
        ({"title": ""}, "title"),
        ({"organisation": "000000"}, "organisation"),
    ],
)
def test_a_campaign_refused_says_so_at_the_field(world, staff, more, field):
    response = staff.post(page("campaign-create"), campaign_form(world, **more))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}


def test_an_outdated_form_overwrites_nothing(world, staff):
    campaign = made.campaign(world)
    sent = campaign_form(world, version=1)
    assert staff.post(page("campaign-edit", campaign.pk), sent).status_code == 409
    campaign.refresh_from_db()
    assert campaign.title != "眼镜制配专项检查"


def test_a_draw_is_prepared_made_repeated_and_carried_out(world, staff, client):
    for _ in range(2):
        made.inspector(world)
    entities = [add_entity(world, "A", "market") for _ in range(3)]
    campaign = made.campaign(world, kind="double_random")
    form = {"organisation": world.units["A"].code, "entities_wanted": 4, "inspectors_each": 2}
    refused = staff.post(page("draw-create", campaign.pk), form)
    assert refused.status_code == 422
    assert refused.context["problem"].code == "draw.too_large"
    staff.post(page("draw-create", campaign.pk), form | {"entities_wanted": 2})
    draw = Draw.objects.get()
    assert draw.seed in staff.get(page("draw-detail", draw.pk)).content.decode()
    assert staff.post(page("draw-make", draw.pk)).status_code == 302
    assert staff.post(page("draw-make", draw.pk)).status_code == 409
    again = staff.get(page("draw-detail", draw.pk), {"replay": "yes"})
    assert again.context["replay"]["same"] is True
    pool = staff.get(page("draw-pool", draw.pk)).content
    assert entities[0].number.encode() in pool
    line = draw.drawn.first()
    begin = page("inspection-create") + f"?drawn={line.pk}"
    client.force_login(world.people["clerk"])
    opened = client.get(begin)
    sent = {
        "inspected_on": made.today(),
        "organisation": world.units["A"].code,
        "inspectors": opened.context["form"].initial["inspectors"],
    }
    client.post(begin, sent)
    assert Inspection.objects.get().drawn == line


def facts(inspection, **more):
    return (
        {
            "inspected_on": inspection.inspected_on,
            "inspectors": [who.pk for who in inspection.inspectors.all()],
            "outcome": "rectification",
            "summary": "超期未检",
            "version": inspection.version,
            "checks-TOTAL_FORMS": 1,
            "checks-INITIAL_FORMS": 0,
        }
        | {f"item-{item.pk}-result": "no" for item in inspection.items.all()}
        | more
    )


def test_an_inspection_is_filled_in_signed_and_concluded(world, clerk):
    inspection = made.begun(world, campaign=made.campaign(world))
    instrument = add_instrument(inspection.entity)
    line = {
        "checks-0-instrument": f"{instrument.number} {instrument.name}",
        "checks-0-found": "overdue",
        "checks-0-error": "0.01",
        "checks-0-mpe": "0.005",
        "checks-0-unit": "kg",
    }
    edit = page("inspection-edit", inspection.pk)
    signs = {"entity_image": made.PNG, "inspector_image": made.PNG, "signed_by_entity": "店长"}
    saved = clerk.post(edit, facts(inspection, next="finding", **line, **signs))
    assert saved.url == page("inspection-order", inspection.pk)
    order = {"description": "电子秤超期", "due_on": made.today() + timedelta(days=7)}
    assert clerk.post(saved.url, order).url == edit
    inspection.refresh_from_db()
    assert inspection.signed_by_entity == "店长"
    assert inspection.checks.get().passed is False
    again = clerk.post(edit, facts(inspection, next="conclude", **line))
    assert again.url == page("inspection-detail", inspection.pk)
    inspection.refresh_from_db()
    assert inspection.state == "closed"
    picture = clerk.get(page("inspection-signature", inspection.pk, "entity"))
    assert picture["Content-Type"] == "image/png"
    assert b"".join(picture) == base64.b64decode(made.PNG.split(",")[1])
    assert clerk.get(edit).url == page("inspection-detail", inspection.pk)


def test_what_is_missing_is_listed_and_what_was_typed_is_kept(world, clerk):
    inspection = made.begun(world, campaign=made.campaign(world))
    edit = page("inspection-edit", inspection.pk)
    response = clerk.post(edit, facts(inspection, next="conclude"))
    assert response.status_code == 422
    assert len(response.context["missing"]) == 3
    inspection.refresh_from_db()
    assert inspection.summary == "超期未检"
    wrong = facts(inspection, **{"checks-0-found": "never", "checks-0-error": "1"})
    response = clerk.post(edit, wrong)
    assert response.status_code == 422
    assert set(response.context["forms"].checks.errors[0]) == {"instrument", "mpe"}
    assert clerk.post(edit, facts(inspection, version=1)).status_code == 409


def test_a_photo_is_added_shown_by_right_and_removed(world, clerk, client):
    inspection = made.begun(world)
    photo = SimpleUploadedFile("现场.png", made.PICTURE, "image/png")
    response = clerk.post(
        page("inspection-photo", inspection.pk),
        {"file": photo, "caption": "一号摊位"},
        headers={"X-Requested-With": "fetch"},
    )
    assert "一号摊位" in response.content.decode()
    kept = inspection.evidence.get()
    assert clerk.get(page("photo-file", kept.pk))["Content-Type"] == "image/png"
    client.force_login(world.people["neighbour"])
    assert client.get(page("photo-file", kept.pk)).status_code == 404
    assert client.post(page("photo-remove", kept.pk)).status_code == 404
    client.force_login(world.people["clerk"])
    bad = SimpleUploadedFile("x.jpg", b"<script>", "image/jpeg")
    refused = clerk.post(page("inspection-photo", inspection.pk), {"file": bad})
    assert refused.status_code == 422
    assert clerk.post(page("photo-remove", kept.pk)).status_code == 302
    assert clerk.get(page("photo-file", kept.pk)).status_code == 404


def test_a_finding_is_answered_checked_again_and_referred(world, clerk, client):
    finding = made.ordered(world)
    sent = {"on": made.ago(5), "version": 1}
    with_file = {f"reply-{name}": value for name, value in sent.items()} | {
        "reply-text": "已送检",
        "reply-file": SimpleUploadedFile("证书.pdf", b"%PDF-1.7", "application/pdf"),
    }
    clerk.post(page("finding-reply", finding.pk), with_file)
    refused = clerk.post(
        page("finding-recheck", finding.pk),
        {"recheck-on": made.ago(4), "recheck-version": 2, "recheck-rectified": "no"},
    )
    assert refused.status_code == 422
    assert set(refused.context["recheck_form"].errors) == {"due_on"}
    refer = {"refer-number": "案〔2026〕1号", "refer-body": "police", "refer-filed_on": made.ago(3)}
    clerk.post(page("finding-refer", finding.pk), refer | {"refer-version": 2})
    finding = Finding.objects.get()
    assert finding.state == "referred"
    step = finding.steps.get(kind="replied")
    assert b"".join(clerk.get(page("step-file", step.pk))) == b"%PDF-1.7"
    case = Case.objects.get()
    client.force_login(world.people["staff"])
    decide = {
        "move-to": "decided",
        "move-version": 1,
        "move-decision_no": "罚1",
        "move-fine": "500",
    }
    assert client.post(page("case-move", case.pk), decide).status_code == 422
    decide["move-decided_on"] = made.today()
    assert client.post(page("case-move", case.pk), decide).status_code == 302
    for kind, thing in (("finding", finding), ("case", case)):
        history = reverse("dashboards:record-history", args=[kind, thing.pk])
        assert client.get(history).status_code == 200


def corrected(world):
    return made.concluded(world, campaign=made.campaign(world), outcome="minor_corrected")


@pytest.mark.parametrize("name", ["campaign", "inspection", "finding", "case"])
@pytest.mark.parametrize("fmt", ["csv", "xlsx", "json"])
def test_lists_leave_as_files(world, staff, name, fmt):
    made.ordered(world, corrected(world))
    response = staff.get(page(f"{name}-export"), {"format": fmt})
    assert response.status_code == 200
    assert staff.get(page(f"{name}-export"), {"format": "exe"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "query", "number"),
    [
        ("campaign", {"q": "集贸", "state": "running"}, 1),
        ("campaign", {"on": str(made.ago(61))}, 0),
        ("inspection", {"outcome": "minor_corrected", "order": "-entity"}, 1),
        ("inspection", {"first": str(made.today())}, 0),
        ("finding", {"state": "overdue"}, 0),
        ("finding", {"state": "ordered", "order": "nonsense"}, 1),
        ("case", {"body": "police"}, 0),
    ],
)
def test_lists_are_narrowed(world, staff, name, query, number):
    made.ordered(world, corrected(world))
    response = staff.get(page(f"{name}-list"), query)
    assert response.context["page"].paginator.count == number


def test_the_api_tells_campaigns_inspections_and_cases(world, staff):
    inspection = corrected(world)
    made.ordered(world, inspection)
    one = staff.get(f"/api/v1/inspections/{inspection.number}/").json()
    assert one["campaign"] == inspection.campaign.number
    assert (len(one["items"]), len(one["findings"]), len(one["inspectors"])) == (2, 1, 2)
    listed = staff.get("/api/v1/inspections/", {"outcome": "minor_corrected"}).json()
    assert [row["number"] for row in listed["results"]] == [inspection.number]
    found = staff.get("/api/v1/campaigns/", {"kind": "special"}).json()["results"]
    assert found[0]["concluded"] == 1
    assert staff.get("/api/v1/cases/").json()["results"] == []
