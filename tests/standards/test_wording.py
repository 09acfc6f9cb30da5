"""Every fault that is raised has its sentence, and no sentence is idle."""

import re
from pathlib import Path

import pytest

from metroplan.submissions.types import Issue
from metroplan.submissions.wording import describe
from standards.rules.faults import Fault
from standards.wording.standards import SENTENCES, said

SOURCES = [
    path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[2] / "standards").rglob("*.py")
    if path.name != "wording.py"
]
RAISED = re.compile(r'(?:Fault|refuse|fault)\(\s*"([a-z]+\.[a-z_]+)"')


def test_every_fault_that_is_raised_has_a_sentence_and_no_sentence_is_idle():
    raised = {code for text in SOURCES for code in RAISED.findall(text)}
    shared = {code for code in raised if code.startswith(("import.", "catalogue."))}
    assert raised - shared - SENTENCES.keys() == set()
    assert {code for code in SENTENCES if not any(f'"{code}"' in text for text in SOURCES)} == set()


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_says_what_to_do_alone_and_behind_the_cell(code):
    names = re.findall(r"{(\w+)}", str(SENTENCES[code]))
    params = dict.fromkeys(names, "x")
    assert re.search(r"[：:，,。.;；]", said(Fault(code, params)))
    assert "D7" in describe(Issue(code, row=7, column="D", params=params))
