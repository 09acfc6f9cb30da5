"""From a figure back to the cell or the line it came from, and through whose hands it went."""

from dataclasses import dataclass

from indicators.measures import About, Part, about, compute_of
from indicators.models import ImportBatch, Indicator, Observation, RegisterCount
from indicators.selectors.scale import Scale, scale_of
from indicators.selectors.sources import as_text
from indicators.selectors.standing import IndicatorRef
from metroplan.organisations.models import User
from metroplan.submissions.bulk.reading import cells_of_row
from metroplan.submissions.models import ReviewDecision, StagedRow
from metroplan.submissions.selectors.explanations import Warned, explanations_of

SHOWN = 500
"""Entries of a counted figure that a page lists of each part; the rest are in the file."""


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """The line of the imported file, as (column, text) pairs; `cells` is empty when it is gone."""

    batch: ImportBatch
    number: int
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CountTrace:
    """The count of a register, what the register is, and the entries as it knows them today.

    `parts` hold the first of the entries; `moved` says that they give another figure by now.
    """

    count: RegisterCount
    about: About | None
    parts: tuple[Part, ...]
    moved: bool


@dataclass(frozen=True, slots=True)
class ObservationTrace:
    """One of `row` (a line of a submission), `line` (of an imported file) and `counted` (from a
    register) is the source.

    `decisions` are those on the submission up to the figure's version, oldest first; `revisions`
    all that was ever recorded for the unit and quarter, newest first; `used_by` the indicators
    that count the measure, as far as the reader sees their plans; `warned` what looked wrong with
    the row and how it was explained.
    """

    observation: Observation
    scale: Scale
    row: StagedRow | None
    line: ImportedLine | None
    counted: CountTrace | None
    decisions: tuple[ReviewDecision, ...]
    revisions: tuple[Observation, ...]
    used_by: tuple[IndicatorRef, ...]
    warned: tuple[Warned, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether it went out of force without another figure in its place."""
        ended = self.observation.superseded_at
        return ended is not None and all(item.recorded_at != ended for item in self.revisions)

    @property
    def newest_first(self) -> tuple[ReviewDecision, ...]:
        return self.decisions[::-1]


def observation_trace(observation: Observation, user: User) -> ObservationTrace:
    """The observation comes with measure and organisation, and is visible to the user."""
    row = _row(observation)
    return ObservationTrace(
        observation=observation,
        scale=scale_of(observation.measure),
        row=row,
        line=_line(observation),
        counted=_counted(observation),
        decisions=tuple(_decisions(row)) if row else (),
        revisions=tuple(
            Observation.objects.filter(
                measure=observation.measure_id,
                organisation=observation.organisation_id,
                period=observation.period,
            ).order_by("-revision")
        ),
        used_by=tuple(_used_by(observation, user)),
        warned=tuple(explanations_of(row)) if row else (),
    )


def _row(observation: Observation) -> StagedRow | None:
    if observation.staged_row_id is None:
        return None
    return StagedRow.objects.select_related(
        "submission__form", "upload__file", "upload__uploaded_by__organisation"
    ).get(pk=observation.staged_row_id)


def _decisions(row: StagedRow) -> list[ReviewDecision]:
    return list(
        ReviewDecision.objects.filter(submission=row.submission_id, version__lte=row.version)
        .select_related("unit", "decided_by")
        .order_by("id")
    )


def _line(observation: Observation) -> ImportedLine | None:
    if observation.batch_id is None:
        return None
    batch = ImportBatch.objects.select_related("file", "imported_by").get(pk=observation.batch_id)
    number = observation.line or 0
    return ImportedLine(batch, number, cells_of_row(batch.file, number))


def _counted(observation: Observation) -> CountTrace | None:
    count = observation.register_count
    if count is None:
        return None
    said, compute = about(count.key), compute_of(count.key)
    unit, period = observation.organisation_id, observation.period
    now = compute([unit], period).get(unit) if compute else None
    return CountTrace(
        count=count,
        about=said,
        parts=tuple(entries_behind(observation, at_most=SHOWN)),
        moved=now is not None and as_text(now) != as_text(observation),
    )


def entries_behind(observation: Observation, *, at_most: int | None = None) -> list[Part]:
    """Of a counted figure, as the register knows them today; all of them unless said otherwise."""
    count = observation.register_count
    said = about(count.key) if count else None
    if said is None or said.entries is None:
        return []
    return said.entries(observation.organisation_id, observation.period, at_most)


def _used_by(observation: Observation, user: User) -> list[IndicatorRef]:
    indicators = (
        Indicator.objects.visible_to(user)
        .filter(series__measure=observation.measure_id)
        .select_related("series__measure", "plan", "owner")
        .order_by("plan__code", "position")
    )
    path = observation.organisation.path
    return [IndicatorRef.of(item) for item in indicators if path.startswith(item.owner.path)]
