"""The main job at the browser, from the empty template to the leaders' pages and back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from metroplan.common.periods import Period
from tests.browser.quarter import CITY, COUNTY, INDICATOR, MEASURE, PLAN, PROVINCE
from tests.browser.workbook import DENOMINATOR, NUMERATOR, VALUE, Workbook

pytestmark = [pytest.mark.browser, pytest.mark.worker]

RATE, CAPACITY = "key_instrument_verification_rate", "compulsory_verification_capacity"
REASON = "诚信计量示范单位数比台账少，请核对后重新报送。"
WRONG, RIGHT = 80, 100
INDICATOR_PATH = f"/plans/{PLAN}/indicators/{INDICATOR}/"
FIGURE, STATUS = ".mp-measured .mp-big", ".mp-measured .mp-status"


def indicator_page(unit: str, period: Period) -> str:
    return f"{INDICATOR_PATH}?organisation={unit}&period={period}"


def overview_page(unit: str, period: Period) -> str:
    return f"/overview/?organisation={unit}&period={period}&plan={PLAN}"


def open_own_form(page: Page) -> None:
    page.goto("/")
    page.locator(".sub-next a.btn-primary").first.click()
    expect(page.locator("input[type=file]")).to_be_visible()


def download_template(page: Page, folder: Path) -> Workbook:
    with page.expect_download() as download:
        page.locator("a[href$='format=xlsx']").click()
    path = folder / "template.xlsx"
    download.value.save_as(path)
    return Workbook(path)


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.locator("[data-upload] button[type=submit]").click()
    expect(page.locator("#mp-messages .alert")).to_contain_text(path.name)


def submit(page: Page) -> None:
    page.locator("form[action$='/submit/'] button").click()
    expect(page.locator("input[type=file]")).to_have_count(0)


def open_from_queue(page: Page) -> None:
    page.goto("/")
    page.locator(".sub-next a").first.click()
    expect(page.locator("form[action$='/approve/']")).to_be_visible()


def approve(page: Page) -> None:
    open_from_queue(page)
    page.locator("form[action$='/approve/'] button").click()
    expect(page.locator("#mp-messages .alert-success")).to_be_visible()


def fill_with_faults(book: Workbook) -> set[str]:
    """A text, a negative count, more passed than there are, an unknown measure: their cells."""
    book.write(RATE, DENOMINATOR, 90)
    return {
        book.write(CAPACITY, VALUE, -3),
        book.write(MEASURE, VALUE, "一百左右"),
        book.write(RATE, NUMERATOR, 95),
        book.add_line("no_such_measure", 7),
    }


def fill(book: Workbook, value: int) -> str:
    """The cell of the figure that the plan's target is about."""
    book.write(RATE, NUMERATOR, 85)
    book.write(RATE, DENOMINATOR, 90)
    return book.write(MEASURE, VALUE, value)


def check_before(leader: Page, city_leader: Page, period: Period) -> None:
    leader.goto(indicator_page(PROVINCE, period))
    expect(leader.locator(FIGURE)).to_contain_text("2,900")
    expect(leader.locator(STATUS)).to_have_class(re.compile("mp-status--missed"))
    city_leader.goto(overview_page(CITY, period))
    expect(city_leader.locator("#attention")).to_contain_text("150")


def report(reporter: Page, folder: Path) -> str:
    """The reporter's part up to the first submission; answers the cell of the figure."""
    open_own_form(reporter)
    faulty = download_template(reporter, folder)
    cells = fill_with_faults(faulty)
    upload(reporter, faulty.save(folder / "有错.xlsx"))
    expect(reporter.locator("#issues .sub-cell")).to_have_count(len(cells))
    assert set(reporter.locator("#issues .sub-cell").all_inner_texts()) == cells
    good = download_template(reporter, folder)
    cell = fill(good, WRONG)
    upload(reporter, good.save(folder / "改正.xlsx"))
    expect(reporter.locator("#issues")).to_have_count(0)
    expect(reporter.locator("#figures .sub-line--added")).to_have_count(2)
    expect(reporter.locator("#figures .sub-line--added", has_text=cell)).to_contain_text("80")
    submit(reporter)
    return cell


def answer_the_return(reporter: Page, folder: Path) -> None:
    open_own_form(reporter)
    expect(reporter.locator("main")).to_contain_text(REASON)
    book = download_template(reporter, folder)
    fill(book, RIGHT)
    upload(reporter, book.save(folder / "重报.xlsx"))
    submit(reporter)


def give_back(reviewer: Page) -> None:
    open_from_queue(reviewer)
    reviewer.locator("textarea[name=reason]").fill(REASON)
    reviewer.locator("form[action$='/return/'] button").click()
    expect(reviewer.locator("#mp-messages .alert-success")).to_be_visible()


def check_after(leader: Page, city_leader: Page, period: Period) -> None:
    """The leader's page, left open, follows by itself; the others show it when opened."""
    expect(leader.locator(FIGURE)).to_contain_text("3,000")
    expect(leader.locator(STATUS)).to_have_class(re.compile("mp-status--achieved"))
    leader.goto(overview_page(PROVINCE, period))
    expect(leader.locator("#standings tr", has_text="3,000")).to_contain_text("1/")
    city_leader.goto(overview_page(CITY, period))
    expect(city_leader.locator("#standings tr", has_text="250")).to_contain_text("1/")
    city_leader.goto(indicator_page(CITY, period))
    expect(city_leader.locator(FIGURE)).to_contain_text("250")
    expect(city_leader.locator(STATUS)).to_have_class(re.compile("mp-status--achieved"))
    expect(city_leader.locator(".mp-facts .mp-coverage")).to_contain_text("1/")


def check_trace(leader: Page, period: Period, cell: str) -> None:
    """Click by click from the province's figure to the cell."""
    leader.goto(indicator_page(PROVINCE, period))
    for unit in (CITY, COUNTY):
        leader.locator(f"#contributions td.mp-name a[href*='{unit}']").click()
        leader.wait_for_url(f"**organisation={unit}*")
    leader.locator("#observations tr", has_text=str(period)).locator("a").first.click()
    leader.locator("a[href*='/reporting/rows/']").click()
    expect(leader.locator(".sub-sheet__cell")).to_have_text([str(RIGHT)])
    expect(leader.locator(".sub-cell").first).to_have_text(cell)


def test_a_county_figure_goes_from_its_file_to_the_leaders_pages(
    quarter, worker, sign_in, tmp_path
):
    leader, city_leader = sign_in("leader"), sign_in("city-leader")
    check_before(leader, city_leader, quarter)
    reporter, city_reviewer = sign_in("reporter"), sign_in("city-reviewer")
    cell = report(reporter, tmp_path)
    give_back(city_reviewer)
    answer_the_return(reporter, tmp_path)
    approve(city_reviewer)
    approve(sign_in("reviewer"))
    check_after(leader, city_leader, quarter)
    check_trace(leader, quarter, cell)
