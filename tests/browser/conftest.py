"""A real Chromium, a real worker, and people who sign in with their passwords."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from metroplan.common.periods import Period
from tests.browser.quarter import make_quarter
from tests.settings import RUN
from tests.world import PASSWORD

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A loaded machine is slow; what this waits for is there long before on a free one.
PATIENCE = 30_000

SignIn = Callable[[str], Page]


@pytest.fixture(scope="session")
def chromium_program() -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    return found


@pytest.fixture
def quarter(chromium_program: str, transactional_db: None) -> Period:
    """All that the test puts into the database itself; the rest is done at the browser."""
    return make_quarter()


@pytest.fixture
def worker(quarter: Period, tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A Celery worker process on the embedded Redis and the test database."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.worker_settings",
        "METROPLAN_TEST_RUN": RUN,
        "METROPLAN_TEST_DATABASE": connection.settings_dict["NAME"],
    }
    celery = [sys.executable, "-m", "celery", "--app", "metroplan", "--quiet"]
    options = ["--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    log = tmp_path / "worker.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*celery, "worker", *options], env=environment, stdout=output, stderr=output
        )
    yield process
    ended = process.poll()
    process.terminate()
    process.wait(timeout=20)
    assert ended is None, log.read_text()


@pytest.fixture
def browser(chromium_program: str, quarter: Period) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def sign_in(browser: Browser, live_server: LiveServer) -> SignIn:
    """Signs a person in at a browser window of their own; questions are answered with yes."""
    expect.set_options(timeout=PATIENCE)

    def at_own_window(name: str) -> Page:
        page = browser.new_context(base_url=live_server.url, locale="zh-CN").new_page()
        page.set_default_timeout(PATIENCE)
        page.on("dialog", lambda question: question.accept())
        page.goto("/")
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").click()
        expect(page.locator(".mp-who")).to_be_visible()
        return page

    return at_own_window
