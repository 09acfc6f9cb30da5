import os
import subprocess
import sys

NEUTRAL = {name: text for name, text in os.environ.items() if not name.startswith("METROPLAN_")}


def start(**variables: str) -> str:
    """What Django says when it reads the settings with these variables."""
    command = [sys.executable, "-c", "import metroplan.settings"]
    done = subprocess.run(command, env=NEUTRAL | variables, capture_output=True, text=True)
    return done.stderr


def test_production_needs_a_secret():
    assert "SECRET_KEY is not set" in start()


def test_production_refuses_demonstration_data():
    assert "a production start refuses it" in start(SECRET_KEY="s" * 50, METROPLAN_DEMO="True")


def test_production_starts_with_a_secret_from_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("s" * 50)
    assert start(SECRET_KEY_FILE=str(path)) == ""


def test_an_odd_value_is_refused_with_its_name():
    assert "METROPLAN_DEV must be true or false, not 'maybe'" in start(METROPLAN_DEV="maybe")
