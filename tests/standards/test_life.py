"""What happens to a standard, on which day, and from when figures are counted anew."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from indicators.models import RegisterDue
from indicators.services.verify import derived
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from standards import states
from standards.models import Certificate, Grade
from standards.services import examinations, in_force
from standards.services.life import add_certificate, add_grade, move_standard, revoke_certificate
from standards.states import State
from tests.standards.register import certified, day, institute, saved, spans

TODAY = date(2023, 6, 15)
S = State


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args, **kwargs: TODAY)


def move(world, standard, to, since, **more):
    return move_standard(
        actor=world.people["staff"], standard=standard, to=to, since=day(since), **more
    )


def certify(world, standard, number, first, last, kind="examination"):
    return add_certificate(
        actor=world.people["staff"],
        standard=standard,
        kind=kind,
        number=number,
        valid_from=day(first),
        valid_until=day(last),
    )


def faults(call, *args, **kwargs):
    with pytest.raises(ValidationError) as error:
        call(*args, **kwargs)
    return set(error.value.message_dict)


def dues():
    """Since when and why, of what was marked since the last look."""
    found = {(str(due.since), due.reason) for due in RegisterDue.objects.exclude(reason="")}
    RegisterDue.objects.all().delete()
    return found


EXPECTED = {
    S.PLANNED: {S.APPLIED, S.IN_FORCE},
    S.APPLIED: {S.UNDER_EXAMINATION, S.PLANNED},
    S.UNDER_EXAMINATION: {S.RECTIFYING, S.FAILED, S.IN_FORCE},
    S.RECTIFYING: {S.UNDER_EXAMINATION, S.FAILED, S.IN_FORCE},
    S.FAILED: {S.APPLIED},
    S.IN_FORCE: {S.REEXAMINATION, S.SEALED, S.REPLACED, S.REVOKED},
    S.REEXAMINATION: {S.IN_FORCE, S.RECTIFYING, S.FAILED, S.SEALED, S.REPLACED, S.REVOKED},
    S.SEALED: {S.IN_FORCE, S.REEXAMINATION, S.REPLACED, S.REVOKED},
    S.REPLACED: set(),
    S.REVOKED: set(),
}


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("to", S)
def test_the_table_of_states_says_what_may_follow_what(before, to):
    assert states.may_move(before, to) == (to in EXPECTED[before])


@pytest.mark.parametrize("before", S)
def test_the_service_moves_as_the_table_says(world, before):
    other = saved(world)
    standard = certified(world, saved(world, other.institute, state=before), last="2026-01-01")
    for to in S:
        more = {"replaced_by": other} if to == S.REPLACED else {}
        step = transaction.savepoint()
        if to in EXPECTED[before]:
            move(world, standard, to, "2023-07-01", **more)
            assert standard.states.last().state == to
        else:
            assert faults(move, world, standard, to, "2023-07-01", **more) == {"to"}
        transaction.savepoint_rollback(step)


def test_a_day_in_the_past_needs_a_reason(world):
    standard = saved(world)
    assert faults(move, world, standard, S.SEALED, "2023-06-14") == {"reason"}
    move(world, standard, S.SEALED, "2023-06-15")
    assert not AuditEvent.objects.get(action="standard.moved").data["reason"]


def test_sealed_comes_back_only_while_the_certificates_are_valid(world):
    standard = certified(world, saved(world), last="2023-12-31")
    move(world, standard, S.SEALED, "2023-07-01")
    assert faults(move, world, standard, S.IN_FORCE, "2024-01-01") == {"to"}
    move(world, standard, S.IN_FORCE, "2023-12-31")
    assert spans(standard) == [("2020-03-01", "2023-06-30"), ("2023-12-31", "2023-12-31")]


def test_a_retroactive_revocation_overrules_what_came_later_and_says_why(world):
    standard = certified(world, saved(world))
    move(world, standard, S.SEALED, "2022-05-01", reason="搬迁")
    move(world, standard, S.IN_FORCE, "2022-08-01", reason="复用")
    dues()
    move(world, standard, S.REVOKED, "2021-02-10", reason="考核材料造假")
    assert spans(standard) == [("2020-03-01", "2021-02-09")]
    assert dues() == {("2021Q1", "考核材料造假")}
    assert [row.state for row in standard.states.order_by("since", "id")] == [
        *("in_force", "revoked", "sealed", "revoked", "in_force", "revoked")
    ]


def test_a_retroactive_state_must_agree_with_what_follows_it(world):
    standard = saved(world)
    move(world, standard, S.REEXAMINATION, "2022-05-01", reason="复查")
    move(world, standard, S.RECTIFYING, "2022-07-01", reason="整改")
    late = {"reason": "补记"}
    assert faults(move, world, standard, S.SEALED, "2022-06-01", **late) == {"since"}
    move(world, standard, S.SEALED, "2021-01-01", **late)


def test_a_state_recorded_by_mistake_is_mended_on_its_day(world):
    standard = certified(world, saved(world))
    move(world, standard, S.REVOKED, "2023-06-15")
    assert faults(move, world, standard, S.SEALED, "2023-06-15") == {"to"}
    move(world, standard, S.SEALED, "2023-06-15", reason="误选撤销")
    assert standard.states.last().state == S.SEALED


def test_replaced_names_what_takes_its_place_and_nothing_else_does(world):
    standard, other = saved(world), saved(world)
    assert faults(move, world, standard, S.REPLACED, "2023-07-01") == {"replaced_by"}
    itself = {"replaced_by": standard}
    assert faults(move, world, standard, S.REPLACED, "2023-07-01", **itself) == {"replaced_by"}
    more = {"replaced_by": other}
    assert faults(move, world, standard, S.SEALED, "2023-07-01", **more) == {"replaced_by"}
    move(world, standard, S.REPLACED, "2023-07-01", **more)
    standard.refresh_from_db()
    assert standard.replaced_by == other


def test_certificates_that_overlap_unite_and_the_figures_are_told_from_the_first_new_day(world):
    standard = saved(world, holder_kind="department")
    dues()
    certify(world, standard, "E-1", "2020-03-01", "2024-02-29")
    assert {since for since, _reason in dues()} == {"2020Q1"}
    certify(world, standard, "E-2", "2023-11-01", "2028-10-31")
    assert spans(standard) == [("2020-03-01", "2028-10-31")]
    assert {since for since, _reason in dues()} == {"2024Q1"}


def test_a_prolonged_certificate_keeps_its_number(world):
    standard = saved(world, holder_kind="department")
    certify(world, standard, "E-1", "2020-03-01", "2024-02-29")
    certify(world, standard, "E-1", "2024-03-01", "2029-02-28")
    assert spans(standard) == [("2020-03-01", "2029-02-28")]


def test_a_number_twice_an_end_before_its_start_and_a_wrong_kind_are_refused(world):
    holder = institute(world)
    standard, other = (saved(world, holder, holder_kind="department") for _ in range(2))
    certify(world, standard, "（2020）E－1", "2020-03-01", "2024-02-29")
    days = ("2020-03-01", "2024-02-29")
    assert faults(certify, world, standard, "(2020)E-1", *days) == {"number"}
    assert faults(certify, world, other, "(2020)E-1", "2021-01-01", "2025-01-01") == {"number"}
    assert faults(certify, world, other, "E-2", "2024-02-29", "2024-02-28") == {"valid_until"}
    assert faults(certify, world, other, "P-1", *days, kind="public") == {"kind"}
    certify(world, other, "E-3", "2024-02-29", "2024-02-29")
    assert Certificate.objects.count() == 2


def test_a_revoked_certificate_counts_no_more_and_past_quarters_are_told_why(world):
    standard = certified(world, saved(world))
    certificate = standard.certificates.get(kind="public")
    dues()
    revoke_certificate(
        actor=world.people["staff"], certificate=certificate, on=day("2022-07-01"), reason="造假"
    )
    assert spans(standard) == [("2020-03-01", "2022-06-30")]
    assert dues() == {("2022Q3", "造假")}
    again = {"actor": None, "certificate": certificate, "reason": "再次"}
    assert faults(revoke_certificate, on=day("2022-07-01"), **again) == {"on"}
    revoke_certificate(on=day("2021-01-01"), **again)
    assert spans(standard) == [("2020-03-01", "2020-12-31")]
    assert faults(revoke_certificate, on=day("2025-01-01"), **again) == {"on"}


def test_grades_begin_with_the_establishment_and_are_one_for_a_day(world):
    standard = saved(world, rank="")

    def grade(change, since):
        return add_grade(
            actor=world.people["staff"],
            standard=standard,
            since=day(since),
            change=change,
            rank="highest",
            national_level="upper_middle",
        )

    assert faults(grade, "upgraded", "2021-01-01") == {"change"}
    grade("new", "2021-01-01")
    assert faults(grade, "new", "2022-01-01") == {"change"}
    assert faults(grade, "upgraded", "2021-01-01") == {"since"}
    assert faults(grade, "upgraded", "2020-12-31") == {"since"}
    dues()
    grade("upgraded", "2022-04-01")
    assert {since for since, _reason in dues()} == {"2022Q2"}
    assert Grade.objects.filter(standard=standard).count() == 2


def test_an_examination_takes_the_standard_through_its_states(world):
    standard = saved(world, state="planned", holder_kind="department")
    staff = world.people["staff"]
    dossier = examinations.apply_for(
        actor=staff, standard=standard, kind="first", applied_on=day("2022-01-10")
    )
    twice = {"actor": staff, "standard": standard, "applied_on": day("2022-02-01")}
    assert faults(examinations.apply_for, kind="first", **twice) == {"kind"}
    early = {"actor": staff, "examination": dossier, "decided_on": day("2022-01-09")}
    assert faults(examinations.decide, result="passed", **early) == {"decided_on"}
    examinations.decide(
        actor=staff, examination=dossier, result="rectify", decided_on=day("2022-03-01")
    )
    examinations.decide(
        actor=staff,
        examination=dossier,
        result="passed",
        decided_on=day("2022-05-01"),
        certificates=[
            {
                "kind": "examination",
                "number": "E-9",
                "valid_from": day("2022-05-05"),
                "valid_until": day("2026-05-04"),
            }
        ],
    )
    path = [(row.state, str(row.since)) for row in standard.states.order_by("since", "id")]
    assert path[1:] == [
        ("applied", "2022-01-10"),
        ("under_examination", "2022-03-01"),
        ("rectifying", "2022-03-01"),
        ("in_force", "2022-05-01"),
    ]
    assert spans(standard) == [("2022-05-05", "2026-05-04")]
    done = {"actor": staff, "examination": dossier, "decided_on": day("2022-06-01")}
    assert faults(examinations.decide, result="failed", **done) == {"result"}


def test_a_standard_under_reexamination_counts_until_it_fails(world):
    standard = certified(world, saved(world))
    dossier = examinations.apply_for(
        actor=None, standard=standard, kind="again", applied_on=day("2023-02-01")
    )
    assert spans(standard) == [("2020-03-01", "2024-02-29")]
    examinations.decide(
        actor=None, examination=dossier, result="failed", decided_on=day("2023-05-01")
    )
    assert spans(standard) == [("2020-03-01", "2023-04-30")]


def test_the_days_of_many_standards_take_a_fixed_number_of_queries(
    world, django_assert_num_queries
):
    holder = institute(world)
    ids = [certified(world, saved(world, holder)).pk for _ in range(3)]
    assert list(in_force.wrong_days()) == []
    Certificate.objects.filter(standard=ids[0], kind="public").update(valid_until=day("2022-01-01"))
    (wrong,) = (found for check in derived for found in check())
    assert wrong.computed == "2020-03-01 to 2022-01-01"
    with django_assert_num_queries(8):
        assert in_force.rebuild(ids) == {ids[0]: day("2022-01-02")}
    with django_assert_num_queries(6):
        assert in_force.rebuild(ids) == {}


def test_what_happened_meanwhile_is_not_overwritten(world):
    standard = saved(world)
    move(world, standard, S.SEALED, "2023-07-01", expected_version=1)
    with pytest.raises(MetroplanError) as error:
        move(world, standard, S.REVOKED, "2023-08-01", expected_version=1)
    assert error.value.code == "register.changed"
