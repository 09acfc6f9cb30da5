"""The browser form at a browser: typed, pasted, kept as a draft, taken over, submitted."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_main_job import CAPACITY, MEASURE, RATE, submit

pytestmark = pytest.mark.browser

PASTE = """(input, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  input.dispatchEvent(new ClipboardEvent("paste", options));
}"""
SAVED = re.compile(r"\d\d:\d\d")


def open_grid(page: Page) -> None:
    page.goto("/")
    page.locator(".sub-next a.btn-primary").first.click()
    page.locator("#fill-in-here a").click()
    expect(page.locator("[data-entry]")).to_be_visible()


def cell(page: Page, key: str, part: str = "value") -> Locator:
    return page.locator(f'input[name="{part}.{key}"]')


def said(page: Page, key: str) -> Locator:
    return page.locator(f'[data-line="{key}"] .entry-said')


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_text(SAVED)


def test_figures_are_typed_pasted_kept_and_taken_over(quarter, sign_in):
    page = sign_in("reporter")
    open_grid(page)

    # The server says what is wrong while one types; Esc brings the cell back.
    cell(page, MEASURE).focus()
    page.keyboard.type("一百左右")
    expect(said(page, MEASURE)).to_contain_text("一百左右")
    expect(cell(page, MEASURE)).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(cell(page, MEASURE)).to_have_value("")
    expect(said(page, MEASURE)).to_be_hidden()

    # A block as a spreadsheet copies it: a value, a ratio below it, a note in quotation marks.
    inputs = page.locator("input[data-part]")
    first = inputs.first
    assert first.get_attribute("data-part") == "value" or first.get_attribute("name")
    cell(page, RATE, "numerator").evaluate(PASTE, '85\t90\t"抽查""两次""\n已复核"\r\n')
    expect(cell(page, RATE, "denominator")).to_have_value("90")
    expect(cell(page, RATE, "note")).to_have_value('抽查"两次" 已复核')
    expect(page.locator("#entry-say")).to_contain_text("3")
    expect(page.locator(f'[data-line="{RATE}"] output')).to_contain_text("94.4%")

    # Typed, moved on by Enter, saved; after a reload it is all there.
    cell(page, MEASURE).fill("1,0０0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") != f"value.{MEASURE}"
    page.keyboard.press("Control+s")
    saved(page)
    page.reload()
    expect(cell(page, MEASURE)).to_have_value("1,0０0")
    expect(cell(page, RATE, "numerator")).to_have_value("85")
    saved(page)

    # What is wrong stays where it is; nothing is taken over until it is right.
    cell(page, CAPACITY).fill("-3")
    page.locator("[data-take-over]").first.click()
    expect(cell(page, CAPACITY)).to_have_attribute("aria-invalid", "true")
    expect(said(page, CAPACITY)).to_be_visible()
    expect(page.locator("[data-errors]")).to_be_visible()
    expect(page.locator("#entry-errors")).to_be_visible()
    expect(cell(page, CAPACITY)).to_have_value("-3")
    cell(page, CAPACITY).fill("3")
    expect(page.locator("#entry-errors")).to_have_count(0)
    page.locator("[data-take-over]").first.click()
    expect(page.locator("#figures .sub-line--added")).to_have_count(3)
    page.locator("#figures a.mp-code").first.click()
    expect(page.locator(".sub-cell").first).to_be_visible()
    expect(page.locator(".sub-sheet")).to_have_count(0)
    page.go_back()
    submit(page)


def test_two_windows_show_each_other_what_differs(quarter, sign_in):
    one, two = sign_in("reporter"), sign_in("reporter")
    open_grid(one)
    open_grid(two)
    cell(one, MEASURE).fill("10")
    cell(one, RATE, "numerator").fill("8")
    one.keyboard.press("Control+s")
    saved(one)

    cell(two, MEASURE).fill("12")
    cell(two, CAPACITY).fill("5")
    two.keyboard.press("Control+s")
    other = two.locator(f'[data-other="value.{MEASURE}"]')
    expect(other).to_contain_text("10")
    expect(cell(two, MEASURE)).to_have_value("12")
    expect(cell(two, RATE, "numerator")).to_have_value("8")
    other.locator("[data-keep]").click()
    expect(two.locator("[data-other]")).to_have_count(0)
    two.keyboard.press("Control+s")
    saved(two)

    # The first window, left behind now, is told in turn; it changed nothing since and follows.
    cell(one, RATE, "denominator").fill("9")
    one.keyboard.press("Control+s")
    expect(cell(one, MEASURE)).to_have_value("12")
    expect(cell(one, CAPACITY)).to_have_value("5")
    saved(one)
    two.reload()
    expect(cell(two, RATE, "denominator")).to_have_value("9")


def test_evidence_is_added_and_removed_in_place(quarter, sign_in):
    page = sign_in("reporter")
    open_grid(page)
    box = page.locator(f'[data-evidence="{MEASURE}"]')
    scan = {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 scan"}
    box.locator("input[type=file]").set_input_files(scan)
    expect(box.locator("a.sub-file")).to_have_text("证书.pdf")
    wrong = {"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    box.locator("input[type=file]").set_input_files(wrong)
    expect(box.locator(".invalid-feedback")).to_contain_text("a.exe")
    box.locator("[data-remove]").click()
    expect(box.locator("a.sub-file")).to_have_count(0)
