"""What is counted as people see it: where a figure comes from, and who lets a register count."""

from django.conf import settings
from django.urls import reverse

from indicators.models import Measure
from indicators.services.registers import drain_registers
from tests.indicators.registering import switch
from tests.world import World, current

LIST = "/plans/registers/"
PAGE = "/plans/registers/standards/"


def english(client, person):
    client.force_login(person)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def trace(client, world: World, period: str = "2022Q2", unit: str = "A") -> str:
    seen = current(world.measures["standards"], world.units[unit], period)
    page = client.get(reverse("indicators:observation-trace", args=[seen.pk]))
    assert page.status_code == 200
    return page.content.decode()


def send(client, **fields):
    sent = {"key": "tested", "since": "2022Q1", "document": "1号", "reason": "已核对"} | fields
    return client.post(PAGE, sent)


def test_a_figure_leads_to_the_entries_it_was_counted_from(world, register, client):
    register.hold(world, "A", "2021Q1", "2022Q2", "2022Q3")
    switch(world)
    english(client, world.people["clerk"])
    page = trace(client, world)
    assert "Counted from the register · Tested register" in page
    assert "Item of 2021Q1" in page
    assert "Item of 2022Q2" in page
    assert "Item of 2022Q3" not in page
    assert 'href="/somewhere/"' in page
    assert "2 entries" in page


def test_entries_that_the_page_does_not_list_are_in_the_file(world, register, client, monkeypatch):
    monkeypatch.setattr("indicators.selectors.trace.SHOWN", 1)
    register.hold(world, "A", "2021Q1", "2022Q1", "2022Q2")
    switch(world)
    english(client, world.people["clerk"])
    page = trace(client, world)
    assert "3 entries" in page
    assert "Only the first 1 are listed here" in page
    assert "Item of 2022Q1" not in page
    seen = current(world.measures["standards"], world.units["A"], "2022Q2")
    address = reverse("indicators:observation-entries", args=[seen.pk])
    assert address in page
    file = client.get(address)
    assert file["Content-Type"].startswith("text/csv")
    lines = file.content.decode().splitlines()
    assert [line.split(",")[1] for line in lines[-3:]] == [
        *("Item of 2021Q1", "Item of 2022Q1", "Item of 2022Q2"),
    ]
    client.force_login(world.people["neighbour"])
    assert client.get(address).status_code == 404


def test_a_figure_says_why_it_was_counted_anew(world, register, client):
    register.hold(world, "A", "2021Q1", "2022Q1")
    switch(world)
    register.hold(world, "A", "2021Q1")
    register.touch(world, "A", "2022Q2", "证书撤销")
    drain_registers()
    english(client, world.people["clerk"])
    assert "Why it was counted anew: 证书撤销" in trace(client, world)
    assert "Why it was counted anew: 证书撤销" not in trace(client, world, "2022Q1")


def test_a_figure_that_the_register_has_left_behind_says_so(world, register, client):
    register.hold(world, "A", "2021Q1")
    switch(world)
    register.hold(world, "A")
    english(client, world.people["clerk"])
    assert "The register has changed since" in trace(client, world)


def test_a_figure_stays_readable_when_its_register_is_gone(world, register, client):
    register.hold(world, "A", "2021Q1")
    switch(world)
    Measure.objects.update(source="reported")
    english(client, world.people["clerk"])
    assert "Counted from the register" in trace(client, world)


def test_the_list_shows_what_is_counted_and_since_when(world, register, client):
    switch(world)
    english(client, world.people["leader"])
    page = client.get(LIST).content.decode()
    assert "from 2022Q1 on" in page
    assert "What tests put in." in page


def test_staff_at_the_top_switch_a_source(world, register, client):
    register.hold(world, "A", "2022Q1")
    english(client, world.people["staff"])
    page = client.get(PAGE).content.decode()
    assert "Tested register (tested)" in page
    answer = send(client)
    assert (answer.status_code, answer.url) == (302, LIST)
    assert Measure.objects.get(code="standards").source == "register:tested"
    assert client.get(LIST).status_code == 200


def test_a_bad_quarter_or_no_papers_are_told_at_their_fields(world, register, client):
    english(client, world.people["staff"])
    answer = send(client, since="2022-1", reason="")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"since", "reason"}
    assert Measure.objects.get(code="standards").source == "reported"


def test_the_same_source_again_is_refused_with_a_sentence(world, register, client):
    switch(world)
    english(client, world.people["staff"])
    answer = send(client)
    assert answer.status_code == 422
    assert "comes from there already" in answer.content.decode()


def test_others_read_and_do_not_switch(world, register, client):
    english(client, world.people["leader"])
    assert 'method="post" class="card' not in client.get(PAGE).content.decode()
    assert send(client).status_code == 403


def test_the_api_says_from_when_a_measure_is_counted(world, register, client):
    switch(world)
    client.force_login(world.people["leader"])
    answer = client.get("/api/v1/measures/standards/").json()
    assert (answer["source"], answer["counted_since"]) == ("register:tested", "2022Q1")
    assert client.get("/api/v1/measures/units/").json()["counted_since"] is None
