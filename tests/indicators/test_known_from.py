"""Imported history is known from its document's day on, and never before its quarter ended."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from indicators.engine.as_known import as_known_on
from indicators.models import ImportBatch, Observation, RollUp
from indicators.services.recompute import drain
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from tests.world import World, current, report

HEADER = "organisation,measure,period,state,value,numerator,denominator"
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def bring(world: World, tmp_path):
    """Import standards of unit A, given as quarter and figure."""

    def run(*figures: tuple[str, int], **options) -> None:
        code = world.units["A"].code
        lines = [f"{code},standards,{quarter},,{value},," for quarter, value in figures]
        file = tmp_path / "history.csv"
        file.write_text("\n".join([HEADER, *lines]))
        call_command("import_figures", file, document="甲〔2020〕1号", **options)
        drain()

    return run


def known_at(world: World, quarter: str) -> datetime:
    found = current(world.measures["standards"], world.units["A"], quarter)
    return found.recorded_at.astimezone(CHINA)


def test_a_figure_is_known_from_the_document_on_but_not_before_its_quarter_ended(world, bring):
    bring(("2019Q4", 5), ("2020Q2", 7), known_from=date(2020, 4, 15))
    assert known_at(world, "2019Q4") == datetime(2020, 4, 15, tzinfo=CHINA)
    assert known_at(world, "2020Q2") == datetime(2020, 7, 1, tzinfo=CHINA)


def test_a_page_that_looks_back_shows_what_the_document_had_made_known(world, bring):
    bring(("2021Q4", 5), ("2022Q2", 7), known_from=date(2022, 1, 20))
    seen = {}
    for day in (date(2022, 1, 19), date(2022, 1, 20), date(2022, 7, 1)):
        measures = [world.measures["standards"].pk]
        with as_known_on(day, organisation=world.units["P"], measures=measures):
            rows = RollUp.objects.filter(organisation=world.units["P"], value__isnull=False)
            seen[day] = [(str(row.period), row.value) for row in rows.order_by("period")]
    first, second, third = seen.values()
    assert first == []
    assert second[0] == ("2021Q4", 5)
    assert third[-1] == ("2022Q2", 7)


def test_a_correction_by_import_is_known_only_since_it_was_imported(world, bring):
    report(world, "standards", "A", "2021Q4", 4)
    before = timezone.now()
    bring(("2021Q4", 5), known_from=date(2022, 1, 20))
    assert known_at(world, "2021Q4") >= before
    assert Observation.objects.get(superseded_at__isnull=False).value == 4


def test_without_the_option_history_is_known_since_its_import(world, bring):
    before = timezone.now()
    bring(("2021Q4", 5))
    assert known_at(world, "2021Q4") >= before
    assert not AuditEvent.objects.filter(action="figures.known_from").exists()


def test_the_log_says_from_which_day_they_count(world, bring):
    bring(("2021Q4", 5), known_from=date(2022, 1, 20))
    event = AuditEvent.objects.get(action="figures.known_from")
    assert (event.data["known_from"], event.data["figures"]) == ("2022-01-20", 1)


def test_a_trial_and_a_day_to_come_store_nothing(world, bring):
    bring(("2021Q4", 5), known_from=date(2022, 1, 20), dry_run=True)
    with pytest.raises(CommandError, match="尚未到来"):
        bring(("2021Q4", 5), known_from=timezone.localdate() + timedelta(days=1))
    assert not ImportBatch.objects.exists()
    assert not Observation.objects.filter(period=Period.parse("2021Q4")).exists()
