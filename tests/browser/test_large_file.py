"""A large file at the browser: sent by its script, stopped, refused, looked at, taken over."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.quarter import COUNTY, MEASURE, NEIGHBOUR

pytestmark = [pytest.mark.browser, pytest.mark.worker]

HEAD = "organisation,measure,period,value,numerator,denominator\n"
GOOD = HEAD + f"{COUNTY},{MEASURE},2024Q1,46,,\n{NEIGHBOUR},{MEASURE},2024Q1,47,,\n"
WRONG = HEAD + f"{COUNTY},{MEASURE},2024Q1,很多,,\n"
SLOW = HEAD + f"{COUNTY},{MEASURE},2023Q1,1,,\n" * 40_000
BYTES_PER_SECOND = 300_000
DOCUMENT = "桂市监计量〔2026〕1号"
PAGE = "/reporting/large-files/new/"


def choose(page: Page, file: Path, content: str) -> None:
    page.goto(PAGE)
    page.locator("input[name=document]").fill(DOCUMENT)
    file.write_text(content)
    page.locator("input[type=file]").set_input_files(file)


def send(page: Page) -> None:
    page.locator("form[data-bulk] button[type=submit]").click()


def state(page: Page, status: str) -> Locator:
    return page.locator(f"#progress .sub-bulk--{status}")


def slow_line(page: Page, speed: int) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
    line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": speed})


def test_sending_shows_how_far_it_is_and_is_stopped(quarter, sign_in, tmp_path):
    staff = sign_in("staff")
    choose(staff, tmp_path / "慢.csv", SLOW)
    slow_line(staff, BYTES_PER_SECOND)
    send(staff)
    expect(staff.locator("[data-sending]")).to_be_visible()
    staff.wait_for_function("document.querySelector('[data-sending] progress').value > 5")
    assert staff.locator("[data-sending] progress").evaluate("bar => bar.value") < 100
    staff.locator("[data-stop]").click()
    expect(staff.locator("[data-sending]")).to_be_hidden()
    expect(staff.locator("form[data-bulk] button[type=submit]")).to_be_enabled()
    assert staff.url.endswith(PAGE)

    # What the server misses is said at the form, and what was typed stays.
    slow_line(staff, -1)
    staff.locator("input[name=document]").fill(" ")
    send(staff)
    expect(staff.locator("[data-refusal]")).not_to_be_empty()
    expect(staff.locator("form[data-bulk] button[type=submit]")).to_be_enabled()


def test_a_second_person_takes_over_what_was_sent(quarter, worker, sign_in, tmp_path):
    staff, reviewer = sign_in("staff"), sign_in("reviewer")
    choose(staff, tmp_path / "有错误.csv", WRONG)
    send(staff)
    expect(state(staff, "refused")).to_be_visible()
    expect(staff.locator("#issues")).to_contain_text("很多")

    choose(staff, tmp_path / "历史数据.csv", GOOD)
    send(staff)
    expect(state(staff, "ready")).to_be_visible()
    expect(staff.locator("form[action$='/apply/']")).to_have_count(0)

    reviewer.goto(staff.url)
    expect(reviewer.locator("#preview tbody tr")).to_have_count(2)
    reviewer.locator("form[action$='/apply/'] button").click()
    expect(state(reviewer, "applied")).to_be_visible()
    expect(reviewer.locator("#progress .sub-counts strong").last).to_have_text("2")
