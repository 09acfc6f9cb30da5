"""Every fault and step of net content and integrity units has its sentence, and none is idle."""

import re
from pathlib import Path

import pytest

from standards.rules.faults import Fault
from supervision.rules.net_content import Step
from supervision.wording.content import REFUSALS, STEPS, refused, said

APP = Path(__file__).parents[2] / "supervision"
TEXT = "\n".join(
    path.read_text(encoding="utf-8") for path in APP.rglob("*.py") if path.parent.name != "wording"
)
COMPOSED = {"tolerance.percent_nearest", "tolerance.percent_up", "t1.counted", "t2.counted"}


@pytest.mark.parametrize("code", [*REFUSALS, *sorted(STEPS.keys() - COMPOSED)])
def test_no_sentence_is_idle(code):
    assert f'"{code}"' in TEXT


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_what_is_wrong_and_what_to_do(code):
    names = re.findall(r"{(\w+)}", str(REFUSALS[code]))
    sentence = refused(Fault(code, dict.fromkeys(names, "x")))
    assert "{" not in sentence
    assert sentence.endswith((".", "。"))


@pytest.mark.parametrize("code", STEPS)
def test_a_step_is_one_sentence(code):
    names = re.findall(r"{(\w+)}", str(STEPS[code]))
    sentence = said(Step(code, dict.fromkeys(names, "x")))
    assert "{" not in sentence
    assert sentence.endswith((".", "。", "0。"))


def test_every_step_that_the_rules_name_has_a_sentence():
    named = set(re.findall(r'Step\(\s*"([a-z0-9]+\.[a-z0-9_]+)"', TEXT))
    assert named - {"checklist"} <= STEPS.keys()
