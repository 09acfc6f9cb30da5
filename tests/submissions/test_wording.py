import re
from pathlib import Path

import pytest

from metroplan.submissions.types import Issue
from metroplan.submissions.wording import MESSAGES, describe, place

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "metroplan" / "submissions").rglob("*.py"),
    *(ROOT / "indicators").rglob("*.py"),
]
CODE = re.compile(r'"((?:file|column|measure|figure|import)\.[a-z0-9_]+)"')
# What looks like a code and is none: attributes of a model, and refusals that carry their sentence.
OTHERS = {
    *("file.name", "file.sha256", "file.size"),
    *("import.known_later", "import.no_document", "measure.break", "measure.broken"),
    *("measure.source", "measure.source_changed"),
}


def test_every_code_that_is_raised_has_a_sentence_and_no_sentence_is_idle():
    raised = {
        code
        for path in SOURCES
        if path.name != "wording.py"
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert raised - OTHERS == MESSAGES.keys()


@pytest.mark.parametrize("code", MESSAGES)
def test_every_sentence_says_what_to_do(code):
    sentence = describe(Issue(code, row=7, column="D", params={"value": "x"}))
    assert re.search(r"[：:，,。.;；]", sentence)


def test_a_cell_is_named_as_excel_names_it(settings):
    settings.LANGUAGE_CODE = "en"
    assert place(Issue("figure.negative", row=7, column="D")).endswith("D7")
    assert "7" in place(Issue("column.missing", row=7))
