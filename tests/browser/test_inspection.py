"""On a phone's screen: an inspection with a photo, a finding, its rectification; the rate moves."""

import base64
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from metroplan.common.periods import Period
from metroplan.organisations.models import User
from standards.models import InstrumentKind
from supervision.models import Entity, Instrument
from supervision.services.campaigns import move_campaign, save_campaign
from supervision.services.inspectors import save_inspector
from supervision.services.instruments import save_instrument
from tests.browser.quarter import COUNTY, PLAN, PROVINCE, unit_of
from tests.browser.test_main_job import FIGURE
from tests.browser.test_register import count_from_the_register, save
from tests.supervision.campaign import PNG
from tests.supervision.ledger import instrument_data

pytestmark = [pytest.mark.browser, pytest.mark.worker]

MEASURE, INDICATOR = "key_instrument_verification_rate", "key-instrument-rate"
PHONE = {"width": 390, "height": 844}
KIND = "electronic-scale"


@pytest.fixture
def instrument(quarter: Period) -> Instrument:
    """A scale of a market that was never verified, two inspectors and a campaign of the quarter;
    made before the browser is there."""
    staff, county = User.objects.get(username="staff"), unit_of(COUNTY)
    market = Entity.objects.create(
        number="M1", name="城北农贸市场", kind="market", organisation=county
    )
    kind = InstrumentKind.objects.get(code=KIND)
    data = instrument_data(market, kind=kind, in_use_from=quarter.first_day, name="电子秤")
    instrument = save_instrument(actor=staff, data=data)
    for number in ("桂A001", "桂A002"):
        days = {"valid_from": quarter.first_day, "valid_until": quarter.last_day}
        given = {"certificate_no": number, "name": "", "organisation": county} | days
        save_inspector(actor=staff, data=given)
    campaign = save_campaign(
        actor=staff,
        data={
            "number": "ZX1",
            "title": "集贸市场专项检查",
            "kind": "special",
            "organisation": county,
            "legal_basis": "《计量法实施细则》第四十三条",
            "task": None,
            "starts": quarter.first_day,
            "ends": quarter.last_day,
            **{name: [] for name in ("departments", "commodities", "entity_kinds", "kinds")},
        },
        checklist=[("在用计量器具是否检定合格", "第四十三条")],
    )
    move_campaign(actor=staff, campaign=campaign, to="running")
    return instrument


def fits(page: Page) -> None:
    """Nothing stands out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def begin(page: Page, period: Period) -> None:
    page.goto("/supervision/inspections/new/")
    fits(page)
    page.locator("[name=entity]").fill("M1 城北农贸市场")
    page.locator("[name=inspected_on]").fill(str(period.last_day - timedelta(days=40)))
    page.locator("[name=campaign]").select_option(index=1)
    page.locator("form.card button[type=submit]").click()
    expect(page.locator("#inspection-form")).to_be_visible()
    fits(page)


def add_photo(page: Page) -> None:
    content = base64.b64decode(PNG.split(",")[1])
    file = {"name": "现场.png", "mimeType": "image/png", "buffer": content}
    page.locator("#photo-form [name=file]").set_input_files(file)
    page.locator("#photo-form [name=caption]").fill("一号摊位电子秤")
    page.locator("#photo-form button").click()
    expect(page.locator("#photo-list img")).to_have_count(1)
    expect(page.locator("#photo-list img")).to_have_js_property("naturalWidth", 1)


def check_the_scale(page: Page, number: str) -> None:
    page.locator("[data-lines=checks] [data-add] button").click()
    page.locator("[name=checks-0-instrument]").fill(number)
    page.locator("[name=checks-0-found]").select_option("never")
    for name, text in (("error", "0.02"), ("mpe", "0.01"), ("unit", "kg")):
        page.locator(f"[name=checks-0-{name}]").fill(text)


def draw_on(page: Page, place: int) -> None:
    canvas = page.locator("canvas").nth(place)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 70, steps=5)
    page.mouse.up()


def fill_in(page: Page, number: str, period: Period) -> None:
    add_photo(page)
    page.locator(".insp-choice--no input").check()
    check_the_scale(page, number)
    page.locator("[name=outcome]").select_option("rectification")
    page.locator("[name=summary]").fill("一台电子秤未经检定，责令整改。")
    for number in range(2):
        page.locator("[name=inspectors]").nth(number).check()
    for place in (0, 1):
        draw_on(page, place)
    page.locator("[name=signed_by_entity]").fill("市场管理方")
    page.locator("button[value=finding]").click()
    page.locator("[name=description]").fill("电子秤未经检定即使用")
    page.locator("[name=due_on]").fill(str(period.last_day - timedelta(days=20)))
    fits(page)
    save(page, "form.card button[type=submit]")
    expect(page.locator("img.insp-signed")).to_have_count(2)
    expect(page.locator("#photo-list img")).to_have_count(1)
    save(page, "button[value=conclude]")


def rectify(page: Page, period: Period) -> None:
    """The entity's answer, then the check on the spot that closes the finding."""
    page.locator("section[aria-labelledby=findings] li a").first.click()
    fits(page)
    page.locator("#reply > summary").click()
    page.locator("[name=reply-on]").fill(str(period.last_day - timedelta(days=30)))
    page.locator("[name=reply-text]").fill("已送检，检定合格。")
    save(page, "#reply button[type=submit]")
    page.locator("#recheck > summary").click()
    page.locator("[name=recheck-on]").fill(str(period.last_day - timedelta(days=25)))
    page.locator("[name=recheck-rectified]").first.check()
    save(page, "#recheck button[type=submit]")
    expect(page.locator(".mp-lead .mp-status--approved")).to_be_visible()


def verify(staff: Page, instrument: Instrument, period: Period) -> None:
    staff.goto(f"/supervision/instruments/{instrument.pk}/")
    form = staff.locator("form[action$='/verify/']")
    form.locator("[name$=verified_on]").fill(str(period.last_day - timedelta(days=30)))
    form.locator("[name$=passed]").select_option("passed")
    form.locator("[name$=valid_until]").fill(str(period.last_day + timedelta(days=300)))
    form.locator("button[type=submit]").click()
    expect(staff.locator("#mp-messages .alert-success")).to_be_visible()


def rate(leader: Page, period: Period, text: str) -> None:
    leader.goto(f"/plans/{PLAN}/indicators/{INDICATOR}/?organisation={PROVINCE}&period={period}")
    expect(leader.locator(FIGURE)).to_contain_text(text)


def test_an_inspection_on_a_phone_leads_to_a_rectification_and_moves_the_rate(
    quarter, instrument, worker, sign_in
):
    staff, leader, phone = sign_in("staff"), sign_in("leader"), sign_in("reporter")
    phone.set_viewport_size(PHONE)
    count_from_the_register(staff, quarter, MEASURE)
    rate(leader, quarter, "0.0")
    begin(phone, quarter)
    fill_in(phone, instrument.number, quarter)
    rectify(phone, quarter)
    verify(staff, instrument, quarter)
    rate(leader, quarter, "100.0")
