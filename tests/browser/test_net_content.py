"""At the browser: readings copied from a spreadsheet, a verdict that follows them, the lot saved;
and the public list of integrity units, without signing in."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from supervision.models import Entity, IntegrityUnit
from tests.browser.quarter import COUNTY, unit_of

pytestmark = pytest.mark.browser

GROSS = [101.2, 101.0, 100.9, 101.4, 100.7, 101.1, 100.8, 101.3, 101.0, 100.6, 101.2, 100.9, 101.1]
PASTE = """([input, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const kind = { clipboardData: data, bubbles: true, cancelable: true };
  input.dispatchEvent(new ClipboardEvent("paste", kind));
}"""


@pytest.fixture
def market(quarter) -> Entity:
    """Made before the browser starts, as the database is not to be asked afterwards."""
    return Entity.objects.create(
        number="E-1", name="解放路农贸市场", kind="market", organisation=unit_of(COUNTY)
    )


def describe(page: Page) -> None:
    page.goto("/supervision/lots/new/")
    for name, text in (
        ("entity", "E-1"),
        ("product", "红糖100g"),
        ("commodity", "食糖"),
        ("sampled_on", "2024-03-01"),
        ("nominal", "100"),
        ("lot_size", "60"),
        ("tare", "0.5"),
        ("label_unit", "g"),
        ("label_height", "3"),
    ):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=label_complete]").select_option("yes")


def paste(page: Page, column: str, numbers: list[float]) -> None:
    first = page.locator(f"[name={column}]").first.element_handle()
    page.evaluate(PASTE, [first, "\r\n".join(map(str, numbers)) + "\r\n"])


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("METROPLAN_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_readings_are_pasted_and_the_verdict_follows_them(market, sign_in):
    page = sign_in("staff")
    describe(page)
    verdict = page.locator("#judgement")
    expect(verdict).to_contain_text("13")
    paste(page, "gross", GROSS)
    expect(page.locator("[name=gross]")).to_have_count(13)
    expect(verdict.locator(".mp-status--approved")).to_have_count(2)
    page.locator("[name=gross]").nth(4).fill("97.0")
    page.locator("[name=gross]").nth(5).fill("96.9")
    expect(verdict.locator(".mp-status--approved")).to_have_count(2)
    page.locator("[name=gross]").nth(4).fill("91.0")
    expect(verdict.locator(".mp-steps__failed")).not_to_have_count(0)
    shoot(page, "lot-form")
    page.locator("[name=gross]").nth(4).fill("100.7")
    page.locator(".mp-save button").click()
    expect(page.locator("#mp-messages .alert-success")).to_be_visible()
    expect(page.locator(".mp-status--approved")).to_have_count(2)
    shoot(page, "lot-detail")
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    shoot(page, "lot-detail-390")
    page.goto("/supervision/lots/")
    expect(page.locator(".mp-rates")).to_contain_text("100.00")
    shoot(page, "lot-list-390")


@pytest.fixture
def titled(market) -> IntegrityUnit:
    today = timezone.localdate()
    return IntegrityUnit.objects.create(
        number="CX-1",
        entity=market,
        organisation=market.organisation,
        state="conferred",
        certificate_no="桂诚信001",
        conferred_on=today - timedelta(days=1),
        valid_until=today,
    )


def test_anybody_reads_the_integrity_units_of_today(titled, browser, live_server):
    page = browser.new_context(base_url=live_server.url, locale="zh-CN").new_page()
    page.goto("/public/integrity/")
    expect(page.locator("main")).to_contain_text("桂诚信001")
    shoot(page, "public-integrity")
    page.goto("/public/dishonesty/")
    expect(page.locator("main")).not_to_contain_text("解放路农贸市场")
