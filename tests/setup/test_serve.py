import shutil
import socket
from collections import namedtuple

import pytest

from metroplan import serve

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_gets_a_sentence_in_both_languages(taken_port, monkeypatch, capsys):
    monkeypatch.setenv("PORT", str(taken_port))
    assert serve.main() == 1
    chinese, english = capsys.readouterr().err.splitlines()
    assert chinese.startswith(f"端口 {taken_port} 已被占用")
    assert english.startswith(f"Port {taken_port} is taken")
    assert english.endswith(f"make run PORT={taken_port + 1}.")


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("127.0.0.1", 70000, "There is no port 70000"),
        ("192.0.2.1", 8000, "The address 192.0.2.1:8000 cannot be used"),
        ("no such host", 8000, "The address no such host:8000 cannot be used"),
    ],
)
def test_an_impossible_address_gets_a_sentence(host, port, sentence):
    with pytest.raises(serve.Refusal, match=sentence):
        serve.check_port(host, port)


def test_a_full_disk_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 3 * 1024**2))
    with pytest.raises(serve.Refusal, match="3 MB are free"):
        serve.check_space(tmp_path)


def test_a_free_port_and_a_roomy_disk_pass(tmp_path):
    serve.check_port("127.0.0.1", 0)
    serve.check_space(tmp_path)
