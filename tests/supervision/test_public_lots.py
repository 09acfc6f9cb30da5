"""What anybody may read of sampled lots: published results alone, and nothing else of them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from supervision.models import SamplingPlan
from supervision.services.lots import judge_again
from tests.counting import assert_queries
from tests.supervision.counted import add_entity, add_lot

DAY = timedelta(days=1)


def published(world, at="A", label=True, quantity=True, since=0, **more):
    """A lot whose result is public from so many days after today on."""
    on = timezone.localdate() + since * DAY
    values = {"batch_no": "P1", "maker": "某厂"} | more
    return add_lot(world, at, "2023-05-01", label, quantity, published_on=on, **values)


def shown(client, **query):
    rows = client.get(reverse("public:lots"), query).context["rows"]
    return sorted(row.number for row in rows)


def test_only_judged_lots_whose_day_of_publication_has_come_are_shown(world, client):
    today = published(world)
    published(world, since=1)
    add_lot(world, "A", "2023-05-01", True, True)
    published(world, label=None, quantity=None)
    half = published(world, "D", label=None, since=-9)
    assert shown(client) == sorted([today.number, half.number])


def test_a_result_shows_both_verdicts_and_nothing_of_the_bureaus_own(world, client):
    lot = published(world, quantity=False, tare=7, label_height=3)
    page = client.get(reverse("public:lots"), headers={"accept-language": "en"})
    (row,) = page.context["rows"]
    assert (row.label, row.quantity) == (True, False)
    assert (row.maker, row.sampled_at, row.batch_no) == ("某厂", lot.entity.name, "P1")
    assert (row.nominal, row.measure, row.sampled_on) == (500, "g", date(2023, 5, 1))
    assert row.unit == world.units["A"].name
    text = page.content.decode()
    for said in (lot.product, lot.number, "某厂", lot.entity.name, "2023-05-01", "500"):
        assert said in text
    assert reverse("supervision:lot-detail", args=[lot.pk]) not in text
    hidden = {"tare", "readings", "label_height", "sample_size", "inspection", "campaign"}
    assert not hidden & set(type(row).__dataclass_fields__)


def test_both_rates_are_those_of_the_lots_found(world, client):
    published(world)
    published(world, quantity=False)
    published(world, "D", label=False, quantity=None)
    add_lot(world, "A", "2023-05-01", False, False)
    rates = client.get(reverse("public:lots")).context["rates"]
    assert (rates.label.passed, rates.label.judged) == (2, 3)
    assert (rates.quantity.passed, rates.quantity.judged) == (1, 2)
    rates = client.get(reverse("public:lots"), {"place": "D区"}).context["rates"]
    assert (rates.label.passed, rates.label.judged) == (0, 1)
    assert (rates.quantity.passed, rates.quantity.judged) == (0, 0)


def test_results_are_found_by_product_producer_batch_place_and_verdict(world, client):
    one = published(world, maker="甲厂", batch_no="X-77")
    two = published(world, "D", quantity=False, entity=add_entity(world, "D", number="Q9"))
    assert shown(client, q="甲厂") == [one.number]
    assert shown(client, q="x-77") == [one.number]
    assert shown(client, q="Q9") == [two.number]
    assert shown(client, q="大米") == sorted([one.number, two.number])
    assert shown(client, place=world.units["C2"].code) == [two.number]
    assert shown(client, quantity="failed") == [two.number]
    assert shown(client, label="failed") == []
    assert shown(client, quantity="open") == sorted([one.number, two.number])


@pytest.mark.parametrize(("sampled", "said"), [("2024-10-11", ""), ("2024-10-12", "新版")])
def test_a_result_by_a_superseded_plan_says_which_one_holds(world, client, sampled, said):
    plan = SamplingPlan.objects.create(
        edition="旧版",
        effective_from=date(2006, 1, 1),
        superseded_from=date(2024, 10, 12),
        superseded_by="新版",
    )
    lot = published(world, plan=plan)
    lot.sampled_on = date.fromisoformat(sampled)
    lot.save()
    page = client.get(reverse("public:lots"))
    assert [row.confirmed_by for row in page.context["rows"]] == [said]
    assert ("新版" in page.content.decode()) is bool(said)


@pytest.mark.parametrize("number", [2, 20])
def test_the_page_asks_the_same_number_of_queries(world, client, number, django_assert_num_queries):
    for at in range(number):
        published(world, "AD"[at % 2])
    client.get(reverse("public:lots"))
    with assert_queries("public:lots", django_assert_num_queries):
        assert len(client.get(reverse("public:lots")).context["rows"]) == number


def test_there_are_pages(world, client):
    for _at in range(51):
        published(world)
    assert len(shown(client)) == 50
    assert len(shown(client, page=2)) == 1


def test_what_is_public_is_changed_by_those_alone_who_publish_it(world, client):
    lot = published(world)
    client.force_login(world.people["clerk"])
    assert not client.get(reverse("supervision:lot-detail", args=[lot.pk])).context["may_record"]
    address = reverse("supervision:lot-change", args=[lot.pk])
    assert client.get(address).status_code == 403
    with pytest.raises(PermissionDenied):
        judge_again(actor=world.people["clerk"], lot=lot)
    client.force_login(world.people["staff"])
    assert client.get(address).status_code == 200
