"""The rules may not import the models, so their words are compared here."""

import pytest

from indicators import models
from indicators.rules import Status, terms
from metroplan.submissions.models import FigureState

PAIRS = [
    (terms.Kind, models.Kind),
    (terms.Accumulation, models.Accumulation),
    (terms.Window, models.Window),
    (terms.RollUpRule, models.RollUpRule),
    (terms.FigureState, FigureState),
    (terms.Comparator, models.Comparator),
    (terms.Basis, models.Basis),
    (terms.Mode, models.Mode),
    (Status, models.ProgressStatus),
]


@pytest.mark.parametrize(("words", "choices"), PAIRS, ids=lambda enum: enum.__name__)
def test_rules_use_the_words_the_models_store(words, choices):
    assert {word.value for word in words} == set(choices.values)
