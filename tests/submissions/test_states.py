"""Whatever is tried in whatever order: no forbidden state, and every act is in the log."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.models import Observation
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import Correction, Submission, Upload
from metroplan.submissions.services import corrections, review
from metroplan.submissions.services.stage import stage_upload
from metroplan.submissions.services.taking_back import reopen, unapprove
from metroplan.submissions.states import ALLOWED, Status
from tests.submissions.quarter import filled, opened
from tests.world import World

WHO = ("clerk", "city_reviewer", "reviewer", "other_city_reviewer", "staff")


@dataclass
class Play:
    """One form, what is tried on it, and what the services answered."""

    world: World
    submission: Submission
    figure: int = 0

    def seen(self, person: str) -> dict:
        return {
            "submission": self.submission,
            "actor": self.world.people[person],
            "expected_version": self.submission.version,
        }

    def upload(self, person: str) -> None:
        """Each time another figure of one line; the other line stays."""
        self.figure += 1
        content = filled({"units": str(self.figure), "standards": "30"})
        stage_upload(filename="a.csv", content=content, **self.seen(person))

    def refused_upload(self, person: str) -> None:
        stage_upload(filename="a.csv", content=filled({"units": "x"}), **self.seen(person))

    def submit(self, person: str) -> None:
        review.submit(**self.seen(person))

    def approve(self, person: str) -> None:
        review.approve(**self.seen(person))

    def give_back(self, person: str) -> None:
        review.return_submission(lines={"units": "?"}, **self.seen(person))

    def unapprove(self, person: str) -> None:
        unapprove(reason="?", **self.seen(person))

    def reopen(self, person: str) -> None:
        reopen(reason="?", **self.seen(person))

    def ask(self, person: str) -> None:
        corrections.request_correction(lines=["units"], reason="?", **self.seen(person))

    def answer(self, person: str, service: Callable) -> None:
        waiting = self.submission.corrections.filter(status=Correction.Status.REQUESTED).first()
        if waiting is None:
            raise MetroplanError("nothing.waits", "")
        service(correction=waiting, actor=self.world.people[person], answer="?")

    def grant(self, person: str) -> None:
        self.answer(person, corrections.grant_correction)

    def refuse(self, person: str) -> None:
        self.answer(person, corrections.refuse_correction)


ACTS = (
    *("upload", "refused_upload", "submit", "approve", "give_back"),
    *("unapprove", "reopen", "ask", "grant", "refuse"),
)
# What leads on from a state; a sequence of blind tries would seldom come as far as an approval.
LEADS_ON = {
    Status.OPEN: (("upload", "clerk"), ("submit", "clerk")),
    Status.RETURNED: (("upload", "clerk"), ("submit", "clerk"), ("submit", "clerk")),
    Status.SUBMITTED: (
        *(("approve", "city_reviewer"), ("approve", "reviewer"), ("approve", "reviewer")),
        *(("approve", "city_reviewer"), ("give_back", "city_reviewer"), ("unapprove", "reviewer")),
    ),
    Status.APPROVED: (
        *(("ask", "clerk"), ("grant", "reviewer"), ("refuse", "reviewer")),
        *(("unapprove", "reviewer"), ("reopen", "staff")),
    ),
}
BLIND = st.tuples(st.sampled_from(ACTS), st.sampled_from(WHO))
STEPS = st.lists(st.one_of(st.integers(0, 59), st.integers(0, 59), BLIND), min_size=20, max_size=40)
"""A number takes one of what leads on from the present state, a pair is tried whatever it is."""


class Undo(Exception):
    """Ends one example: what it did is rolled back."""


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_sequence_of_acts_ends_in_a_forbidden_state(world: World, steps):
    with pytest.raises(Undo), transaction.atomic():
        play = Play(world, opened(world))
        for chosen in steps:
            leads = LEADS_ON[play.submission.status]
            step(play, *(leads[chosen % len(leads)] if isinstance(chosen, int) else chosen))
        raise Undo


def step(play: Play, act: str, person: str) -> None:
    before, logged = play.submission.status, AuditEvent.objects.count()
    try:
        with transaction.atomic():
            getattr(play, act)(person)
    except (MetroplanError, PermissionDenied):
        done = False
    else:
        done = True
    play.submission.refresh_from_db()
    after, new = play.submission.status, AuditEvent.objects.count() - logged
    assert after == before or (done and after in ALLOWED[before]), (act, person, before, after)
    assert (new > 0) == done, (act, person, new)
    check(play.submission)


def check(submission: Submission) -> None:
    """What holds in every state."""
    in_force = submission.approved_version
    assert (submission.reviewer_unit_id is not None) == (submission.status == Status.SUBMITTED)
    assert (in_force is not None) == (submission.approved_at is not None)
    if submission.status == Status.APPROVED:
        assert in_force == submission.version
        assert submission.open_lines is None
    if submission.status == Status.OPEN:
        assert in_force is None
    if submission.open_lines is not None:
        assert in_force is not None
        assert closed_figures(submission, submission.version) == closed_figures(
            submission, in_force
        )
    waiting = submission.corrections.filter(status=Correction.Status.REQUESTED)
    assert submission.status == Status.APPROVED or not waiting.exists()
    staged = Upload.objects.filter(submission=submission, status=Upload.Status.STAGED)
    assert set(staged.values_list("version", flat=True)) == set(range(1, submission.version + 1))
    assert figures_in_force() == figures_of(submission, in_force)


def closed_figures(submission: Submission, version: int) -> dict:
    figures = figures_of(submission, version)
    return {key: value for key, value in figures.items() if key not in submission.open_lines}


def figures_of(submission: Submission, version: int | None) -> dict:
    if version is None:
        return {}
    return dict(submission.rows.filter(version=version).values_list("key", "value"))


def figures_in_force() -> dict:
    current = Observation.objects.filter(superseded_at__isnull=True)
    return dict(current.values_list("measure__code", "value"))
