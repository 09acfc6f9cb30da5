"""At the browser: a line is returned and mended, and an approved line is corrected."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.quarter import MEASURE, PROVINCE
from tests.browser.test_main_job import (
    FIGURE,
    RATE,
    approve,
    download_template,
    fill,
    indicator_page,
    open_from_queue,
    open_own_form,
    submit,
    upload,
)
from tests.browser.workbook import NUMERATOR, VALUE

pytestmark = [pytest.mark.browser, pytest.mark.worker]

WRONG, RIGHT, LATER = 80, 100, 110
REASON = "诚信计量示范单位数比台账少，请核对。"
WHY = "补报十家诚信计量示范单位。"


def hand_in(reporter: Page, folder: Path, value: int) -> None:
    book = download_template(reporter, folder)
    fill(book, value)
    upload(reporter, book.save(folder / f"{value}.xlsx"))
    submit(reporter)


def return_the_line(reviewer: Page) -> None:
    open_from_queue(reviewer)
    beside = reviewer.locator(f"textarea[name='line:{MEASURE}']")
    reviewer.locator("details.sub-return-line", has=beside).locator("summary").click()
    beside.fill(REASON)
    reviewer.locator("#return-form button").click()
    expect(reviewer.locator("#mp-messages .alert-success")).to_be_visible()


def test_a_returned_line_is_marked_and_mended(quarter, worker, sign_in, tmp_path):
    reporter, city_reviewer = sign_in("reporter"), sign_in("city-reviewer")
    open_own_form(reporter)
    hand_in(reporter, tmp_path, WRONG)
    return_the_line(city_reviewer)
    open_own_form(reporter)
    expect(reporter.locator(".sub-marked")).to_have_count(1)
    expect(reporter.locator(".sub-marked")).to_contain_text(REASON)
    hand_in(reporter, tmp_path, RIGHT)
    expect(reporter.locator("#timeline")).to_contain_text(REASON)
    open_from_queue(city_reviewer)
    moved = city_reviewer.locator(".sub-moved")
    expect(moved).to_have_count(1)
    expect(moved).to_contain_text(str(RIGHT))
    city_reviewer.goto("/reporting/review/")
    city_reviewer.locator("[data-tick-all]").check()
    city_reviewer.locator("[data-ticks] button[type=submit]").click()
    expect(city_reviewer.locator("#mp-messages .alert-success")).to_be_visible()
    approve(sign_in("reviewer"))


def ask_for_correction(reporter: Page) -> None:
    reporter.locator("#correct summary").click()
    reporter.locator(f"#correct input[value='{MEASURE}']").check()
    reporter.locator("#correct textarea").fill(WHY)
    reporter.locator("#correct button").click()
    expect(reporter.locator("#correction-asked")).to_contain_text(WHY)


def grant(reviewer: Page) -> None:
    reviewer.goto("/reporting/review/")
    reviewer.locator("a[href$='#correction-asked']").click()
    reviewer.locator("#correction-asked button[value=yes]").click()
    expect(reviewer.locator("#correction-open")).to_be_visible()


def send_corrected(reporter: Page, folder: Path) -> None:
    """First a file that changes another line too, then one that holds the open line alone."""
    book = download_template(reporter, folder)
    fill(book, LATER)
    changed = book.write(RATE, NUMERATOR, 84)
    upload(reporter, book.save(folder / "多改.xlsx"))
    expect(reporter.locator("#issues .sub-cell")).to_have_text([changed])
    book = download_template(reporter, folder)
    book.write(MEASURE, VALUE, LATER)
    upload(reporter, book.save(folder / "更正.xlsx"))
    expect(reporter.locator("#issues")).to_have_count(0)
    expect(reporter.locator("#figures .sub-line--changed")).to_have_count(1)
    submit(reporter)


def test_an_approved_line_is_corrected_and_the_old_figure_counts_until_then(
    quarter, worker, sign_in, tmp_path
):
    reporter, leader = sign_in("reporter"), sign_in("leader")
    city_reviewer, reviewer = sign_in("city-reviewer"), sign_in("reviewer")
    open_own_form(reporter)
    address = reporter.url
    hand_in(reporter, tmp_path, RIGHT)
    approve(city_reviewer)
    approve(reviewer)
    leader.goto(indicator_page(PROVINCE, quarter))
    expect(leader.locator(FIGURE)).to_contain_text("3,000")
    reporter.goto(address)
    ask_for_correction(reporter)
    grant(reviewer)
    reporter.goto(address)
    send_corrected(reporter, tmp_path)
    leader.goto(indicator_page(PROVINCE, quarter))
    expect(leader.locator(FIGURE)).to_contain_text("3,000")
    approve(city_reviewer)
    approve(reviewer)
    expect(leader.locator(FIGURE)).to_contain_text("3,010")
