"""The API describes itself, and does so without the internet."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from metroplan.api import router
from tests.api.conftest import ROOT

LINK = re.compile(r"""(?:src|href)\s*=\s*["']([^"']+)["']|url\(([^)]+)\)|["'](https?:[^"']+)["']""")


@pytest.fixture(scope="module")
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_schema_is_valid_and_names_every_endpoint(schema):
    for prefix, _view, _base in router.registry:
        assert f"{ROOT}{prefix}/" in schema["paths"]


def test_every_operation_may_answer_with_the_one_error_body(schema):
    for methods in schema["paths"].values():
        for operation in methods.values():
            error = operation["responses"]["default"]["content"]["application/json"]
            assert error["schema"]["$ref"].endswith("/ErrorOut")


def test_figures_are_text_in_the_schema(schema):
    row = schema["components"]["schemas"]["ProgressOut"]["properties"]
    assert {row[name]["type"] for name in ("actual", "attainment", "period")} == {"string"}


def test_the_schema_is_served(world, api):
    response = api("clerk").get(f"{ROOT}schema/")
    assert response.status_code == 200
    assert b"openapi: 3" in response.content


def test_the_pages_load_nothing_from_elsewhere(world, api, client):
    page = api("clerk").get(f"{ROOT}docs/")
    assert page.status_code == 200
    links = ["".join(found) for found in LINK.findall(page.content.decode())]
    local = [link for link in links if link.startswith("/")]
    hosts = {urlsplit(link).netloc for link in links} - {"", "testserver"}
    assert not hosts
    assert len(local) >= 3
    assert "validatorUrl" in page.content.decode()
    for link in local:
        if link.startswith("/static/"):
            assert client.get(link).status_code == 200, link


def test_the_guide_names_codes_and_addresses_that_exist(schema):
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
    sources = settings.BASE_DIR.glob("metroplan/**/*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    named = re.findall(r"`((?:request|token|submission|upload|file)\.[a-z_]+)`", guide)
    assert len(named) > 15
    assert not [name for name in named if f'"{name}"' not in code]
    addresses = re.findall(r"\$API/([a-z]+)/", guide)
    assert all(f"{ROOT}{name}/" in schema["paths"] for name in addresses)
