from decimal import Decimal as D

import pytest

from indicators.rules import MilestoneTarget, Trajectory, milestone_ladder, year_end
from indicators.rules.ladder import passed_unmet

DUE = year_end(2015)
PATH = Trajectory((MilestoneTarget(DUE, D(50)), MilestoneTarget(year_end(2020), D(80))))


def ladder(history, k, comparator="at_least"):
    """History as quarters after the first milestone → value."""
    known = {DUE + after: D(value) for after, value in history.items()}
    return milestone_ladder(PATH, comparator, known, DUE + k)


@pytest.mark.parametrize(
    ("history", "k", "state", "met_after"),
    [
        ({-2: 50, 0: 55}, 0, "met_early", -2),
        ({-2: 50}, -1, "met_early", -2),
        ({-1: 49, 0: 50}, 0, "met", 0),
        ({-1: 49, 0: 50}, 3, "met", 0),
        ({0: 49, 2: 50}, 3, "met_late", 2),
        ({-3: 50, 0: 49, 2: 50}, 3, "met_late", -3),
        ({-3: 50, 2: 51}, 3, "met_early", -3),
        ({0: 50, 2: 49}, 3, "met_then_lost", 0),
        ({-3: 50, -2: 49}, -1, "met_then_lost", -3),
        ({0: 49, 2: 49}, 3, "unmet", None),
        ({0: 49}, 0, "upcoming", None),
        ({-1: 49}, -1, "upcoming", None),
        ({}, 3, "unknown", None),
        ({-4: 40}, 3, "unknown", None),
        ({0: 49, 2: 50}, 1, "unmet", None),  # what came later is not looked at
    ],
)
def test_what_became_of_a_milestone(history, k, state, met_after):
    step = ladder(history, k)[0]
    assert step.state == state
    assert step.met_at == (None if met_after is None else DUE + met_after)


def test_each_milestone_has_its_own_step():
    steps = ladder({0: 49, 4: 60}, 5)
    assert [step.state for step in steps] == ["met_late", "upcoming"]


@pytest.mark.parametrize("comparator", ["at_least", "at_most", "equal"])
@pytest.mark.parametrize(
    "history", [{}, {-4: 40}, {0: 49}, {0: 51}, {0: 50}, {-3: 50, 1: 49}, {2: 90}, {0: 49, 30: 50}]
)
@pytest.mark.parametrize("k", [-1, 0, 1, 5, 25])
def test_milestones_passed_unmet_are_those_the_ladder_calls_so(comparator, history, k):
    known = {DUE + after: D(value) for after, value in history.items()}
    named = [step.target.year for step in ladder(history, k, comparator) if step.state == "unmet"]
    assert list(passed_unmet(PATH, comparator, known, DUE + k)) == named
