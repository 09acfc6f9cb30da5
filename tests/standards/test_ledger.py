"""The ledger of other counted things: when an entry counts, who keeps it, what refuses it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from standards.models import Institute, LedgerEntry
from standards.rules.ledger import Counting, Event, broken_at, counting, first_difference
from standards.services.ledger import (
    add_evidence,
    next_number,
    remove_evidence,
    save_entry,
    set_state,
)

D1, D2, D3 = date(2023, 3, 1), date(2024, 3, 1), date(2025, 3, 1)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def given(world, unit="A", **more):
    return {
        "number": "",
        "kind": "research",
        "level": "provincial",
        "role": "lead",
        "title": "湿度计量研究",
        "organisation": world.units[unit],
        "institute": None,
        "document_no": "湘市监〔2023〕1号",
        "note": "",
        "state": "done",
        "since": D1,
        "document": "",
    } | more


def entered(world, **more) -> LedgerEntry:
    return save_entry(actor=world.people["staff"], data=given(world, **more))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], Counting()),
        ([("planned", D1)], Counting()),
        ([("done", D1)], Counting(D1)),
        ([("under_way", D1), ("done", D2)], Counting(D2)),
        ([("done", D1), ("ended", D2)], Counting(D1, D2)),
        ([("done", D1), ("done", D2), ("withdrawn", D3)], Counting(D1, D3)),
        ([("done", D1), ("under_way", D1), ("done", D2)], Counting(D2)),
        ([("done", D2), ("done", D1)], Counting(D1)),
        ([("done", D1), ("withdrawn", D1)], Counting()),
    ],
)
def test_an_entry_counts_from_the_day_it_is_done_to_the_day_before_it_ends(events, expected):
    assert counting(_events(events)) == expected


def _events(rows):
    return [Event(state, since, number) for number, (state, since) in enumerate(rows)]


@pytest.mark.parametrize(
    "events",
    [
        [("ended", D1), ("done", D2)],
        [("withdrawn", D1), ("planned", D2)],
        [("done", D1), ("under_way", D2)],
        [("done", D2), ("planned", D1), ("ended", D1)],
    ],
)
def test_what_has_ended_does_not_begin_again(events):
    assert broken_at(_events(events))


def test_the_first_day_of_a_difference():
    assert first_difference(Counting(D1), Counting(D1)) is None
    assert first_difference(Counting(), Counting(D2)) == D2
    assert first_difference(Counting(D2), Counting(D1)) == D1
    assert first_difference(Counting(D1, D2), Counting(D1)) == D2
    assert first_difference(Counting(D1, D3), Counting(D1, D2)) == D2


def test_a_new_entry_gets_the_units_next_number_and_counts(world):
    first, second = entered(world), entered(world, title="第二项")
    code = world.units["A"].code
    assert [first.number, second.number] == [f"LD-{code}-0001", f"LD-{code}-0002"]
    assert (first.counts_from, first.counts_to) == (D1, None)
    assert next_number(world.units["B"]).endswith("-0001")
    event = AuditEvent.objects.get(object_key=str(first.pk))
    assert (event.action, event.data["after"]["organisation"]) == ("ledger.added", code)


def test_states_move_the_days_it_counts(world):
    entry = entered(world)
    entry = set_state(actor=world.people["staff"], entry=entry, state="ended", since=D3)
    assert (entry.counts_from, entry.counts_to, entry.version) == (D1, D3, 2)


def test_a_day_in_the_past_needs_a_reason(world):
    entry = entered(world)
    order = {"actor": world.people["staff"], "entry": entry, "state": "under_way", "since": D1}
    with pytest.raises(ValidationError) as refused:
        set_state(**order)
    assert set(refused.value.message_dict) == {"reason"}
    entry = set_state(**order, reason="日期录错")
    assert entry.counts_from is None


def test_a_state_that_cannot_follow_is_refused_at_its_field(world):
    entry = entered(world, state="ended")
    with pytest.raises(ValidationError) as refused:
        set_state(actor=world.people["staff"], entry=entry, state="done", since=D2)
    assert set(refused.value.message_dict) == {"state"}
    assert entry.states.count() == 1


def test_a_change_made_meanwhile_is_not_overwritten(world):
    entry = entered(world)
    order = {"actor": world.people["staff"], "entry": entry, "expected_version": 1}
    save_entry(data=given(world, number=entry.number, title="新名称"), **order)
    with pytest.raises(MetroplanError) as refused:
        save_entry(data=given(world, number=entry.number, title="别的名称"), **order)
    assert refused.value.code == "ledger.stale"
    entry.refresh_from_db()
    assert (entry.title, entry.version) == ("新名称", 2)
    event = AuditEvent.objects.get(action="ledger.changed")
    assert event.data["before"] == {"title": "湿度计量研究"}


def test_a_number_that_is_taken_and_an_institute_elsewhere_are_refused(world):
    entered(world, number="X-1")
    with pytest.raises(ValidationError) as refused:
        entered(world, number="X-1")
    assert set(refused.value.message_dict) == {"number"}
    far = Institute.objects.create(
        code="D-1", name="D所", kind="statutory", organisation=world.units["D"]
    )
    with pytest.raises(ValidationError) as refused:
        entered(world, institute=far)
    assert set(refused.value.message_dict) == {"institute"}


def test_only_staff_of_the_unit_or_above_keep_it(world):
    with pytest.raises(PermissionDenied):
        save_entry(actor=world.people["leader"], data=given(world))
    entry = entered(world)
    with pytest.raises(PermissionDenied):
        set_state(actor=world.people["clerk"], entry=entry, state="ended", since=D3)


def test_evidence_is_kept_and_taken_off_the_page(world):
    entry, staff = entered(world), world.people["staff"]
    kept = add_evidence(actor=staff, entry=entry, filename="批文.pdf", content=b"%PDF-1.4 x")
    with pytest.raises(MetroplanError) as refused:
        add_evidence(actor=staff, entry=entry, filename="a.exe", content=b"MZ")
    assert refused.value.code == "evidence.kind"
    remove_evidence(actor=staff, evidence=kept)
    kept.refresh_from_db()
    assert kept.removed_at
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"ledger.evidence_added", "ledger.evidence_removed"} <= actions


def page(client, name, *args, **query):
    return client.get(reverse(f"standards:{name}", args=args), query)


def test_the_list_is_filtered_and_ordered(world, client):
    entered(world, title="甲", kind="talent", number="1")
    entered(world, title="乙", unit="B", level="city", number="2", since=D3)
    entered(world, title="丙", unit="D", state="planned", number="3")
    client.force_login(world.people["leader"])

    def shown(**query):
        return [row.entry.number for row in page(client, "ledger-list", **query).context["rows"]]

    assert shown() == ["1", "2", "3"]
    assert shown(order="title") == ["3", "2", "1"]
    assert shown(kind="talent") == ["1"]
    assert shown(state="planned") == ["3"]
    assert shown(organisation=world.units["C1"].code) == ["1", "2"]
    assert shown(counting="2024-01-01") == ["1"]
    assert shown(q="乙") == ["2"]


def test_the_exports_hold_what_the_list_shows(world, client):
    entered(world, number="1", title="=1+1")
    entered(world, number="2", unit="D")
    client.force_login(world.people["leader"])
    text = page(client, "ledger-export", q="=1").content.decode()
    assert text.count("\r\n") == 2
    assert "'=1+1" in text
    rows = page(client, "ledger-export", format="json").json()["results"]
    assert [(row["number"], row["state"], row["since"]) for row in rows] == [
        ("1", "done", "2023-03-01"),
        ("2", "done", "2023-03-01"),
    ]
    book = page(client, "ledger-export", format="xlsx")
    assert book.content[:2] == b"PK"
    assert page(client, "ledger-export", format="exe").status_code == 404


def typed(world, **more):
    values = given(world, **more)
    unit = values.pop("organisation")
    return values | {"organisation": unit.code, "institute": "", "since": "2023-03-01"}


def test_an_entry_is_entered_changed_and_its_state_set_on_the_pages(world, client):
    client.force_login(world.people["staff"])
    response = client.post(reverse("standards:ledger-create"), typed(world))
    entry = LedgerEntry.objects.get()
    address = reverse("standards:ledger-detail", args=[entry.pk])
    assert (response.status_code, response["Location"]) == (302, address)
    changed = typed(world, number=entry.number, title="改名") | {"version": 1}
    change = reverse("standards:ledger-change", args=[entry.pk])
    assert client.post(change, changed).status_code == 302
    stale = client.post(change, changed | {"title": "又改"})
    assert stale.status_code == 409
    assert "又改" in stale.content.decode()
    state = reverse("standards:ledger-state", args=[entry.pk])
    order = {"state": "ended", "since": "2024-05-01", "version": 2}
    assert client.post(state, order).status_code == 302
    refused = client.post(state, order | {"version": 3})
    assert refused.status_code == 422
    assert refused.context["state_form"].errors.keys() == {"reason"}
    assert client.get(address).context["detail"].entry.counts_to == date(2024, 5, 1)


def test_a_file_is_added_read_by_right_and_removed(world, client):
    entry = entered(world)
    client.force_login(world.people["staff"])
    file = SimpleUploadedFile("批文.txt", b"text")
    address = reverse("standards:ledger-evidence", args=[entry.pk])
    assert client.post(address, {"file": file}).status_code == 302
    kept = entry.evidence.get()
    assert b"".join(page(client, "ledger-evidence-file", kept.pk).streaming_content) == b"text"
    client.force_login(world.people["clerk"])
    remove = reverse("standards:ledger-evidence-remove", args=[kept.pk])
    assert client.post(remove).status_code == 403
    client.force_login(world.people["staff"])
    assert client.post(remove).status_code == 302
    assert page(client, "ledger-evidence-file", kept.pk).status_code == 404
