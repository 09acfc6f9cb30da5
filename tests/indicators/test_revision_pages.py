"""The pages on which revisions are proposed, decided and looked up."""

import pytest
from django.urls import reverse

from indicators.models import Revision, RuleVersion, Target
from indicators.rules import THRESHOLDS, Thresholds
from tests.indicators.test_revisions import propose

PAPERS = {"effective_from": "2023-01-15", "document": "省计字〔2023〕1号", "reason": "中期调整"}
TARGET = {"kind": "target", "year": "2025", "low": "60"} | PAPERS


def history(indicator="standards") -> str:
    return reverse("indicators:indicator-revisions", args=["test-plan", indicator])


def decide(verb: str, revision: Revision) -> str:
    return reverse(f"indicators:revision-{verb}", args=[revision.pk])


def test_a_target_is_proposed_and_approved_on_pages(client, world):
    client.force_login(world.people["staff"])
    assert client.post(history(), TARGET).status_code == 302
    revision = Revision.objects.get()
    assert client.post(decide("approve", revision)).status_code == 403
    client.force_login(world.people["reviewer"])
    listed = client.get(reverse("indicators:revision-list")).content.decode()
    assert decide("approve", revision) in listed
    assert client.post(decide("approve", revision)).status_code == 302
    assert Target.objects.get(revision=2).low == 60
    page = client.get(history()).content.decode()
    assert PAPERS["document"] in page
    assert PAPERS["reason"] in page


def test_a_revised_target_is_marked_where_it_is_shown(client, world):
    client.force_login(world.people["staff"])
    client.post(history(), TARGET)
    client.force_login(world.people["reviewer"])
    client.post(decide("approve", Revision.objects.get()))
    for name, args in (("plan-detail", ["test-plan"]), ("indicator-detail", None)):
        page = client.get(reverse(f"indicators:{name}", args=args or ["test-plan", "standards"]))
        assert history() in page.content.decode()


def test_a_rejection_needs_a_reason(client, world):
    revision = propose(world)
    client.force_login(world.people["reviewer"])
    assert client.post(decide("reject", revision), {"remark": " "}).status_code == 422
    assert client.post(decide("reject", revision), {"remark": "依据不足"}).status_code == 302
    revision.refresh_from_db()
    assert revision.state == "rejected"


def test_a_baseline_is_proposed_on_the_page_of_its_owner(client, world):
    client.force_login(world.people["staff"])
    sent = {f"baseline-{name}": value for name, value in PAPERS.items()} | {
        "kind": "baseline", "baseline-baseline_year": "2020", "baseline-baseline_value": "5"
    }  # fmt: skip
    assert client.post(history(), sent).status_code == 302
    assert Revision.objects.get().after == {"year": 2020, "value": "5"}


@pytest.mark.parametrize(
    "change", [{"low": "-1"}, {"low": ""}, {"year": "2020"}, {"document": ""}, {"year": "1"}]
)
def test_a_wrong_proposal_shows_the_page_again(client, world, change):
    client.force_login(world.people["staff"])
    assert client.post(history(), TARGET | change).status_code == 422
    assert not Revision.objects.exists()


@pytest.mark.parametrize("person", ["leader", "reviewer", "clerk"])
def test_who_may_not_propose_is_refused(client, world, person):
    client.force_login(world.people[person])
    assert client.get(history()).status_code == 200
    assert client.post(history(), TARGET).status_code == 403


def test_a_unit_outside_the_readers_area_is_not_found(client, world):
    client.force_login(world.people["city_reviewer"])
    assert client.get(history(), {"organisation": world.units["C2"].code}).status_code == 404
    revision = propose(world, 10, unit="C2")
    assert client.post(decide("approve", revision)).status_code == 404


def test_thresholds_are_proposed_and_approved(client, world):
    client.force_login(world.people["staff"])
    names = [name for name in Thresholds.__slots__ if name != "version"]
    sent = {name: str(getattr(THRESHOLDS, name)) for name in names} | PAPERS
    page = reverse("indicators:threshold-list")
    assert client.get(page).status_code == 200
    assert client.post(page, sent | {"ahead": "0.10"}).status_code == 422
    assert client.post(page, sent | {"on_track": "0.90"}).status_code == 302
    client.force_login(world.people["reviewer"])
    assert client.post(page, sent).status_code == 403
    assert client.post(decide("approve", Revision.objects.get())).status_code == 302
    assert RuleVersion.objects.latest("version").on_track.normalize().as_tuple().digits == (9,)
    assert client.get(page).status_code == 200
