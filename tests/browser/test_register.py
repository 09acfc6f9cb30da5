"""At the browser: a standard is entered, coverage and an indicator rise; revoked, both fall."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from metroplan.common.periods import Period
from tests.browser.quarter import PLAN, PROVINCE
from tests.browser.test_main_job import FIGURE

pytestmark = [pytest.mark.browser, pytest.mark.worker]

MEASURE, INDICATOR = "highest_public_standards", "highest-standards"
KIND = "电子秤"
COVERAGE = f"/standards/catalogue/coverage/?organisation={PROVINCE}"


def indicator_page(period: Period) -> str:
    return f"/plans/{PLAN}/indicators/{INDICATOR}/?organisation={PROVINCE}&period={period}"


def count_from_the_register(staff: Page, period: Period, measure: str = MEASURE) -> None:
    staff.goto(f"/plans/registers/{measure}/")
    staff.locator("select[name=key]").select_option(measure)
    staff.locator("input[name=since]").fill(str(period))
    staff.locator("input[name=document]").fill("计量函〔2026〕1号")
    staff.locator("textarea[name=reason]").fill("改由计量标准登记计数。")
    save(staff, "form.card button[type=submit]")


def save(page: Page, button: str) -> None:
    page.locator(button).click()
    expect(page.locator("#mp-messages .alert-success")).to_be_visible()


def enter_institute(staff: Page) -> None:
    staff.goto("/standards/institutes/new/")
    for name, text in (
        ("code", "gx-mti"),
        ("name", "区计量检测研究院"),
        ("organisation", PROVINCE),
        ("established_on", "2000-01-01"),
    ):
        staff.locator(f"[name={name}]").fill(text)
    save(staff, "form.card button[type=submit]")


def enter_standard(staff: Page, kind: str) -> None:
    """With one range and one service, whose lines are added by the buttons."""
    staff.goto("/standards/new/")
    for name, text in (
        ("name", "电子秤检定装置"),
        ("institute", "gx-mti"),
        ("since", "2024-01-01"),
    ):
        staff.locator(f"[name={name}]").fill(text)
    for name, value in (("field", "12"), ("state", "in_force"), ("rank", "highest")):
        staff.locator(f"[name={name}]").select_option(value)
    for prefix in ("capabilities", "services"):
        staff.locator(f"[data-lines={prefix}] [data-add] button").click()
    staff.locator("[name=capabilities-0-range_text]").fill("(0~60) kg")
    staff.locator("[name=capabilities-0-performance_kind]").select_option("accuracy_class")
    staff.locator("[name=capabilities-0-performance_text]").fill("M1等级")
    for name, text in (
        ("instrument", "电子秤"),
        ("range_text", "(0~30) kg"),
        ("document_no", "JJG 539-2016"),
    ):
        staff.locator(f"[name=services-0-{name}]").fill(text)
    typed = staff.locator("#id_services-0-kinds-typed")
    typed.fill(kind)
    typed.press("Enter")
    expect(staff.locator(".mp-chip")).to_have_count(1)
    save(staff, "#standard-form button.btn-primary")


def certify(staff: Page, kind: str) -> None:
    section = staff.locator("section[aria-labelledby=certificates]")
    section.locator("details.mp-act > summary").click()
    section.locator("[name=certificate-kind]").select_option(kind)
    for name, text in (
        ("number", f"〔2024〕桂量标证字第{kind}号"),
        ("valid_from", "2024-01-01"),
        ("valid_until", str(date.today().replace(year=date.today().year + 2, day=1))),
    ):
        section.locator(f"[name=certificate-{name}]").fill(text)
    section.locator("details.mp-act button[type=submit]").click()
    expect(section.locator("strong", has_text=kind)).to_be_visible()


def revoke(staff: Page, since: date) -> None:
    """The public certificate, from a day in the past."""
    item = staff.locator("section[aria-labelledby=certificates] li", has_text="public")
    item.locator("summary").click()
    item.locator("[name=revoke-on]").fill(str(since))
    item.locator("[name=revoke-reason]").fill("查实原始记录不实。")
    item.locator("button.btn-danger").click()
    expect(item.locator(".mp-status--revoked")).to_be_visible()


def covered(leader: Page) -> int:
    leader.goto(COVERAGE)
    share = leader.locator(".cat-figure .text-secondary").first.inner_text()
    return int(share.split("/")[0])


def test_a_standard_moves_coverage_and_indicator_and_its_revocation_takes_them_back(
    quarter, worker, sign_in
):
    staff, leader = sign_in("staff"), sign_in("leader")
    count_from_the_register(staff, quarter - 1)
    leader.goto(indicator_page(quarter))
    assert covered(leader) == 0
    enter_institute(staff)
    enter_standard(staff, KIND)
    certify(staff, "examination")
    certify(staff, "public")
    assert covered(leader) >= 1
    leader.goto(indicator_page(quarter))
    expect(leader.locator(FIGURE)).to_contain_text("1")
    revoke(staff, quarter.first_day)
    assert covered(leader) == 0
    leader.goto(indicator_page(quarter))
    expect(leader.locator(FIGURE)).to_contain_text("0")
    leader.goto(indicator_page(quarter - 1))
    expect(leader.locator(FIGURE)).to_contain_text("1")
