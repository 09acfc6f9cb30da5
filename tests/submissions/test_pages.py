import pytest
from django.urls import reverse

from metroplan.common.periods import Period
from metroplan.submissions.services import review
from metroplan.submissions.states import Status
from tests.counting import assert_queries
from tests.submissions.quarter import (
    QUARTER,
    approved,
    filled,
    more_counties,
    opened,
    page,
    send,
    submitted,
    text,
    uploaded,
)
from tests.world import add_measure, add_person, report

FIGURE_READERS = ["clerk", "city_reviewer", "reviewer", "staff", "leader", "city_leader"]
NO_FIGURES = ["auditor", "security_admin", "system_admin"]


@pytest.mark.parametrize("person", FIGURE_READERS)
def test_who_reads_figures_sees_list_form_and_source(world, as_person, person):
    submission = submitted(world, opened(world))
    client = as_person(person)
    row = submission.rows.first()
    for address in (
        reverse("submissions:submission-list"),
        page("submission-detail", submission),
        page("row-detail", row),
        page("template", submission, format="csv"),
        page("upload-download", row.upload),
        page("upload-issues", row.upload),
    ):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("person", NO_FIGURES)
def test_who_reads_no_figures_is_turned_away(world, as_person, person):
    submission = submitted(world, opened(world))
    client = as_person(person)
    row = submission.rows.first()
    for address in (
        reverse("submissions:submission-list"),
        reverse("submissions:review-queue"),
        page("submission-detail", submission),
        page("row-detail", row),
        page("template", submission),
        page("upload-download", row.upload),
        page("upload-issues", row.upload),
    ):
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("person", ["neighbour", "other_city_reviewer"])
def test_another_area_does_not_exist(world, as_person, person):
    submission = submitted(world, opened(world))
    client = as_person(person)
    row = submission.rows.first()
    for address in (
        page("submission-detail", submission),
        page("row-detail", row),
        page("template", submission),
        page("upload-download", row.upload),
        page("upload-issues", row.upload),
    ):
        assert client.get(address).status_code == 404, address
    for name in ("upload-create", "submission-submit", "submission-approve", "submission-return"):
        assert client.post(page(name, submission)).status_code == 404, name


def test_nobody_gets_in_without_signing_in(world, client):
    submission = opened(world)
    for address in (
        reverse("submissions:submission-list"),
        page("submission-detail", submission),
    ):
        assert client.get(address).status_code == 302


def test_the_reporter_sees_what_to_do_now_and_only_the_own_unit(world, as_person):
    submission = opened(world)
    response = as_person("clerk").get(reverse("submissions:submission-list"))
    assert [row.submission for row in response.context["present"]] == [submission]
    assert response.context["present"][0].step == "fill"
    assert response.context["rows"] == []


def test_the_next_step_follows_the_form(world, as_person):
    client, submission = as_person("clerk"), opened(world)

    def step() -> str:
        return client.get(reverse("submissions:submission-list")).context["present"][0].step

    uploaded(world, submission, b"nothing")
    assert step() == "repair"
    uploaded(world, submission)
    assert step() == "submit"


def test_older_quarters_are_filtered_by_quarter_and_state(world, as_person):
    for period in ("2022Q2", "2022Q3"):
        submission = submitted(world, opened(world, period=period))
        submission = approved(world, submission, "city_reviewer")
        approved(world, submission, "reviewer")
    client, address = as_person("clerk"), reverse("submissions:submission-list")
    assert len(client.get(address).context["rows"]) == 2
    one = client.get(address, {"period": "2022Q2", "status": "approved"}).context["rows"]
    assert [str(row.submission.period) for row in one] == ["2022Q2"]
    assert client.get(address, {"status": "submitted"}).context["rows"] == []


def test_staff_find_a_unit_of_their_area(world, as_person):
    opened(world)
    client, address = as_person("staff"), reverse("submissions:submission-list")
    assert len(client.get(address).context["rows"]) == 3
    found = client.get(address, {"q": "B区"}).context["rows"]
    assert [row.submission.organisation for row in found] == [world.units["B"]]
    assert found[0].step == "look"


def test_a_form_goes_all_the_way_through_the_pages(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    assert send(client, submission, filled()).status_code == 302
    detail = client.get(page("submission-detail", submission)).context["detail"]
    others = dict.fromkeys(("changed", "same", "missing", "blank", "counted"), 0)
    assert detail.counts == {"added": 3} | others
    version = {"expected_version": 1}
    response = client.post(page("submission-submit", submission), version)
    assert response["Location"] == page("submission-detail", submission)
    for person in ("city_reviewer", "reviewer"):
        client = as_person(person)
        queue = client.get(reverse("submissions:review-queue"))
        assert [row.submission for row in queue.context["rows"]] == [submission]
        assert client.post(page("submission-approve", submission), version).status_code == 302
    submission.refresh_from_db()
    assert submission.status == Status.APPROVED
    assert client.get(page("submission-detail", submission)).status_code == 200


def test_the_figures_stand_beside_the_four_quarters_before(world, as_person):
    report(world, "units", "A", "2021Q4", "7")
    report(world, "rate", "A", "2022Q3", ("3", "4"))
    report(world, "units", "A", "2021Q3", "5")
    submission = submitted(world, opened(world))
    detail = as_person("city_reviewer").get(page("submission-detail", submission)).context["detail"]
    assert [str(period) for period in detail.past_periods] == [
        "2021Q4",
        "2022Q1",
        "2022Q2",
        "2022Q3",
    ]
    past = {line.key: [figure.text for figure in line.past] for line in detail.lines}
    assert past["units"] == ["7", "", "", ""]
    assert past["rate"] == ["", "", "", "75.0% (3/4)"]


def test_a_returned_form_shows_the_reason_to_the_unit(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 1, "reason": "请核对分母"}
    assert as_person("city_reviewer").post(page("submission-return", submission), sent).url == (
        reverse("submissions:review-queue")
    )
    response = as_person("clerk").get(page("submission-detail", submission))
    assert response.context["detail"].return_reason.reason == "请核对分母"
    assert "请核对分母" in text(response)


def test_the_source_page_shows_the_cell_in_its_sheet(world, as_person):
    submission = submitted(world, opened(world))
    row = submission.rows.get(key="rate")
    detail = as_person("leader").get(page("row-detail", row)).context["detail"]
    assert [(cell.reference, cell.written, cell.clean) for cell in detail.cells] == [
        ("C4", "9", "9"),
        ("D4", "10", "10"),
    ]
    assert [line.number for line in detail.window.rows] == [1, 2, 3, 4]
    here = [cell.text for line in detail.window.rows for cell in line.cells if cell.here]
    assert here == ["9", "10"]


def test_the_queue_is_ordered_by_due_date_and_counts_changes(world, as_person):
    report(world, "units", "A", "2022Q3", "12")
    older = submitted(world, opened(world, "B", "2022Q3"), "neighbour")
    newer = submitted(world, opened(world))
    client = as_person("city_reviewer")
    rows = client.get(reverse("submissions:review-queue")).context["rows"]
    assert [row.submission for row in rows] == [older, newer]
    assert [(row.lines, row.changed, row.warnings) for row in rows] == [(3, 3, 0), (3, 2, 0)]


def test_the_queue_is_filtered(world, as_person):
    submitted(world, opened(world, "B", "2022Q3"), "neighbour")
    submitted(world, opened(world))
    client, address = as_person("city_reviewer"), reverse("submissions:review-queue")
    for query, found in (
        ({"period": QUARTER}, 1),
        ({"q": "B区"}, 1),
        ({"form": world.form.code}, 2),
        ({"warned": "on"}, 0),
        ({"period": "2000Q1"}, 2),
    ):
        assert len(client.get(address, query).context["rows"]) == found, query


def test_what_was_decided_lately_stands_below_the_queue(world, as_person):
    submission = approved(world, submitted(world, opened(world)), "city_reviewer")
    response = as_person("city_reviewer").get(reverse("submissions:review-queue"))
    assert response.context["rows"] == []
    assert [item.submission for item in response.context["decisions"]] == [submission]


@pytest.mark.parametrize("number", [2, 20])
def test_lists_ask_the_same_number_of_queries_at_any_length(
    world, as_person, django_assert_num_queries, number
):
    for unit in more_counties(world, number):
        person = add_person(world, f"clerk{unit.code}", unit.name_en.split()[1], "reporter")
        submitted(world, opened(world, unit.name_en.split()[1]), person.username)
    client = as_person("city_reviewer")
    for name in ("review-queue", "submission-list"):
        with assert_queries(f"submissions:{name}", django_assert_num_queries):
            client.get(reverse(f"submissions:{name}"))


@pytest.mark.parametrize("number", [2, 20])
def test_a_reporters_list_asks_the_same_number_of_queries_at_any_length(
    world, as_person, django_assert_num_queries, number
):
    first = Period.parse("2021Q1")
    world.form.opens = first - 20
    world.form.save()
    for back in range(number):
        opened(world, period=str(first - back))
        submitted(world, opened(world, period=str(first - 30 - back)))
    client = as_person("clerk")
    with assert_queries("submissions:submission-list reporter", django_assert_num_queries):
        client.get(reverse("submissions:submission-list"))


@pytest.mark.parametrize("number", [2, 20])
def test_a_form_asks_the_same_number_of_queries_at_any_length(
    world, as_person, django_assert_num_queries, number
):
    for count in range(number):
        add_measure(world, f"more{count}")
    submission = opened(world)
    uploaded(world, submission, filled({f"more{count}": str(count) for count in range(number)}))
    uploaded(world, submission, filled({f"more{count}": "x" for count in range(number)}))
    client, row = as_person("clerk"), submission.rows.first()
    with assert_queries("submissions:submission-detail", django_assert_num_queries):
        client.get(page("submission-detail", submission))
    with assert_queries("submissions:row-detail", django_assert_num_queries):
        client.get(page("row-detail", row))
    with assert_queries("submissions:upload-issues", django_assert_num_queries):
        client.get(page("upload-issues", submission.uploads.first()))


def returned(world, submission, person="city_reviewer"):
    return review.return_submission(
        submission=submission,
        actor=world.people[person],
        reason="请核对",
        expected_version=submission.version,
    )


@pytest.mark.parametrize("person", ["clerk", "city_reviewer"])
def test_what_changed_since_the_form_was_returned_is_marked(world, as_person, person):
    add_measure(world, "=extra")
    add_measure(world, "late")
    figures = {"units": "12", "standards": "1397", "rate": ("9", "10"), "=extra": "4"}
    submission = opened(world)
    uploaded(world, submission, filled(figures))
    returned(world, submitted(world, submission))
    submission.refresh_from_db()
    figures |= {"standards": "1422", "late": "1"}
    uploaded(world, submission, filled({k: v for k, v in figures.items() if k != "=extra"}))
    if person == "city_reviewer":
        submission = submitted(world, submission)
    response = as_person(person).get(page("submission-detail", submission))
    detail = response.context["detail"]
    assert (detail.seen, detail.submission.version, detail.moved) == (1, 2, 3)
    lines = {line.key: line for line in detail.lines}
    assert {key: line.since for key, line in lines.items()} == {
        "units": "same",
        "standards": "changed",
        "rate": "same",
        "=extra": "missing",
        "late": "added",
    }
    assert (lines["standards"].seen, lines["standards"].new) == ("1,397", "1,422")
    assert lines["=extra"].seen == "4"
    assert text(response).count("sub-moved") == 3


def test_another_note_alone_is_a_change_too(world, as_person):
    submission = opened(world)
    uploaded(world, submission, "代码,数值,分子,分母,备注\nunits,12,,,\n".encode())
    returned(world, submitted(world, submission))
    submission.refresh_from_db()
    uploaded(world, submission, "代码,数值,分子,分母,备注\nunits,12,,,已核对台账\n".encode())
    detail = as_person("clerk").get(page("submission-detail", submission)).context["detail"]
    assert [line.since for line in detail.lines if line.key == "units"] == ["noted"]


def test_nothing_is_compared_before_a_return_nor_right_after_it(world, as_person):
    client, submission = as_person("clerk"), opened(world)
    uploaded(world, submission)
    assert client.get(page("submission-detail", submission)).context["detail"].seen is None
    returned(world, submitted(world, submission))
    assert client.get(page("submission-detail", submission)).context["detail"].seen is None
