from metroplan import preparation
from metroplan.finders import AppFilesFinder, NpmFilesFinder


def test_a_step_is_done_once_for_the_same_content(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    done = []
    for content in ("a", "a", "b", "a"):
        preparation._once("plans", content, lambda content=content: done.append(content))
    assert done == ["a", "b", "a"]


def test_a_step_that_fails_is_done_again(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    done = []

    def step() -> None:
        done.append(1)
        if len(done) == 1:
            raise OSError

    try:
        preparation._once("plans", "a", step)
    except OSError:
        preparation._once("plans", "a", step)
    assert done == [1, 1]


def test_a_digest_follows_names_and_contents(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("1")
    assert preparation.digest([first]) != preparation.digest([second])
    assert preparation.digest([first]) == preparation.digest([first])
    before = preparation.digest([first, second])
    second.write_text("2")
    assert preparation.digest([second, first]) != before


def test_the_database_has_an_identity(db):
    assert preparation._database_identity() == preparation._database_identity()


def test_only_files_that_pages_load_are_served_from_packages():
    paths = [f"{storage.prefix or ''}/{path}" for path, storage in NpmFilesFinder().list([])]
    vendor = {path for path in paths if path.startswith("vendor/")}
    assert "vendor/tabler/css/tabler.min.css" in vendor
    assert "vendor/htmx/htmx.min.js" in vendor
    assert "vendor/icons/fonts/tabler-icons.woff2" in vendor
    assert len(vendor) < 15
    assert "/metroplan/favicon.svg" in paths


def test_installed_apps_serve_the_files_of_the_api_pages_alone():
    paths = {path for path, _storage in AppFilesFinder().list([])}
    assert "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in paths
    assert len(paths) < 10
