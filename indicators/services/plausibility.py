"""The rules behind the warnings: what they are at first, and how they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from indicators.models import Check, Measure, PlausibilityRule
from indicators.plausibility.settings import DEFAULTS, SettingError, fits, parse_settings
from indicators.services.in_effect import ALWAYS
from indicators.services.revision_checks import UNPROCESSABLE, check_papers
from indicators.services.revisions import Papers
from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User

LOCK = 7306
"""Advisory lock: rules get their version numbers one after another."""

# In the log `low` is a target, and units are counted.
LOGGED = {"low": "lower_end", "units": "units_needed"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule is about: one check, of a measure or of all measures of a kind."""

    check: str
    measure_kind: str = ""
    measure: Measure | None = None

    def versions(self) -> Any:
        return PlausibilityRule.objects.filter(
            check_kind=self.check, measure_kind=self.measure_kind, measure=self.measure
        ).order_by("-version")


@transaction.atomic
def ensure_default_rules() -> int:
    """The rules that hold until staff change them, as version 1; returns how many were missing."""
    made = 0
    for (check, kind), params in DEFAULTS.items():
        _rule, created = PlausibilityRule.objects.get_or_create(
            check_kind=check,
            measure_kind=kind,
            measure=None,
            version=1,
            defaults={
                "params": params,
                "effective_from": ALWAYS.date(),
                "recorded_at": ALWAYS,
            },
        )
        made += created
    return made


@transaction.atomic
def change_rule(
    *,
    subject: Subject,
    active: bool,
    params: Mapping[str, Any],
    papers: Papers,
    actor: User,
) -> PlausibilityRule:
    """Let a check work otherwise from a day on: the next version of its rule."""
    check_papers(papers.document, papers.reason)
    _check_subject(subject)
    kept = _checked(subject, params) if active or params else {}
    _wait_turn()
    newest = subject.versions().first()
    if newest and (newest.active, newest.params) == (active, kept):
        raise MetroplanError(
            "plausibility.no_change",
            _("{rule}: this is what already stands; change a value or leave it."),
            status=UNPROCESSABLE,
            rule=newest,
        )
    _refuse_earlier_day(newest, papers.effective_from)
    made = PlausibilityRule.objects.create(
        check_kind=subject.check,
        measure_kind=subject.measure_kind,
        measure=subject.measure,
        version=newest.version + 1 if newest else 1,
        active=active,
        params=kept,
        effective_from=papers.effective_from,
        document=papers.document.strip(),
        reason=papers.reason.strip(),
        recorded_by=actor,
    )
    record(
        "plausibility.changed",
        actor=actor,
        on=made,
        before=_values(newest) if newest else {},
        after=_values(made),
        document=made.document,
        reason=made.reason,
        effective_from=made.effective_from,
    )
    return made


def _values(rule: PlausibilityRule) -> dict[str, Any]:
    shown = {
        LOGGED.get(name, name): ", ".join(value) if isinstance(value, list) else value
        for name, value in rule.params.items()
    }
    return {"in_use": rule.active, **shown}


def _check_subject(subject: Subject) -> None:
    """Only of one measure can it be said what it is the sum of."""
    kind = subject.measure.kind if subject.measure else subject.measure_kind
    of_all = subject.check == Check.PARTS and subject.measure is None
    if of_all or not fits(subject.check, kind):
        raise MetroplanError(
            "plausibility.unfit",
            _("“{check}” says nothing of measures of this kind; choose another check."),
            status=UNPROCESSABLE,
            check=Check(subject.check).label,
        )


def _checked(subject: Subject, params: Mapping[str, Any]) -> dict[str, Any]:
    """As they are kept: numbers as text; an unused one is left out."""
    try:
        parsed = parse_settings(subject.check, params)
    except SettingError as error:
        raise MetroplanError(
            "plausibility.setting",
            _("The settings of “{check}” cannot be so: correct the ones that are marked."),
            status=UNPROCESSABLE,
            fields={error.name: ["invalid"]},
            check=Check(subject.check).label,
        ) from error
    if "parts" in parsed:
        _check_parts(subject, parsed["parts"])
    return {
        name: list(value) if isinstance(value, tuple) else str(value)
        for name, value in parsed.items()
        if value is not None
    }


def _check_parts(subject: Subject, codes: tuple[str, ...]) -> None:
    """Parts are other measures, of the same kind."""
    kind = subject.measure.kind if subject.measure else ""
    fitting = {*Measure.objects.filter(code__in=codes, kind=kind).values_list("code", flat=True)}
    wrong = [code for code in codes if code not in fitting or code == subject.measure.code]
    if wrong:
        raise MetroplanError(
            "plausibility.parts",
            _("{codes}: a part must be another measure of the same kind; correct the codes."),
            status=UNPROCESSABLE,
            fields={"parts": ["unknown"]},
            codes=", ".join(wrong),
        )


def _wait_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])


def _refuse_earlier_day(newest: PlausibilityRule | None, day: date) -> None:
    """The newest version holds; one that began earlier would be hidden by it."""
    if newest and day < newest.effective_from:
        raise MetroplanError(
            "plausibility.too_early",
            _("A rule that holds from {day} is on record already; choose that day or a later one."),
            status=UNPROCESSABLE,
            fields={"effective_from": ["too_early"]},
            day=newest.effective_from,
        )
