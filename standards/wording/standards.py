"""What is wrong with an entry of the registers, in one sentence: at a field of a page, in an
answer of the API, and in a large file with the cell before it."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.functional import Promise, keep_lazy_text
from django.utils.translation import gettext_lazy as _

from standards.fields import LABELS
from standards.models import PerformanceKind
from standards.rules.faults import Fault

SENTENCES = {
    "certificate.changed": _(
        "Certificate “{value}” from {day} is on record with other facts ({stored}): correct the "
        "file, or the certificate on the standard's page."
    ),
    "certificate.first_day": _("“{value}” is given without its first and last day: give both."),
    "certificate.not_public": _(
        "Only a public standard has a public certificate; this one is not public: leave it out."
    ),
    "certificate.revoked_already": _(
        "Certificate “{value}” is revoked from {day} already: there is nothing left to revoke."
    ),
    "certificate.revoked_late": _(
        "Certificate “{value}” ends on {day} of itself: a revocation must come before that."
    ),
    "certificate.taken": _(
        "Certificate number “{value}” belongs to {standard} already: check the number."
    ),
    "certificate.twice": _(
        "Certificate number “{value}” with this first day is on record already: check the number "
        "or the day."
    ),
    "code.gap": _(
        "In the code “{value}” a level follows one that is 00: fill the levels from the left."
    ),
    "code.only_field": _(
        "The code “{value}” names a professional field alone: give at least its second level."
    ),
    "code.other_field": _(
        "The code “{value}” begins with {expected}, but the field is {field}: correct one of them."
    ),
    "code.shape": _("“{value}” is no code: it has eight digits, such as 12710100."),
    "dates.reversed": _("The last day {last} comes before the first day {first}: correct one."),
    "day.year": _("The year of “{value}” cannot be right: check the day."),
    "day.invalid": _("“{value}” is not a day: write it like 2024-03-15."),
    "examination.before": _("The day {value} comes before the application of {day}: correct it."),
    "examination.decided": _("This examination was decided on {day}: open a new one."),
    "examination.open": _(
        "An examination applied for on {day} is not decided yet: decide it before another begins."
    ),
    "field.unknown": _(
        "“{value}” is no professional field: choose one of JJF 1022, such as 12 Mechanical."
    ),
    "grade.before_new": _(
        "The standard was established on {day}: a change of its grade comes after that day."
    ),
    "grade.first_new": _("The first grade of a standard is that of its establishment: choose it."),
    "grade.once": _("A change of grade on {value} is on record already: choose another day."),
    "grade.new_once": _("The establishment is on record with {value} already: choose an upgrade."),
    "institute.code_taken": _("“{value}” is the code of {name} already: choose another code."),
    "institute.unknown": _(
        "“{value}” is no institute of your units: write its code as in the list of institutes."
    ),
    "kind.unknown": _(
        "“{value}” is no kind of instrument: write its code as in the list of kinds."
    ),
    "ledger.broken": _(
        "The states of “{value}” would not follow one another from {day} on: correct the state or "
        "the day."
    ),
    "ledger.elsewhere": _(
        "The entry “{value}” is of a unit that is not yours: correct the number, or let that "
        "unit's own bureau send it."
    ),
    "ledger.other_institute": _(
        "“{value}” belongs to another unit than the line: name an institute of that unit or of a "
        "unit below it."
    ),
    "link.circle": _(
        "“{value}” takes its values from this standard, directly or through others: values would "
        "go in a circle; choose another."
    ),
    "link.itself": _("A standard is not traced to itself: choose another."),
    "link.nothing": _("Choose the upper standard of the register, or write its name."),
    "name.ending": _("“{value}” is no name of a standard: it must end with one of {endings}."),
    "name.missing": _("The name is missing: write it as certified."),
    "name.only_ending": _(
        "“{value}” does not say of what: put the main standard or the instrument before it."
    ),
    "number.taken": _(
        "“{value}” is the number of another standard already: choose another number."
    ),
    "performance.other_kind": _(
        "“{value}” states {found}, but {expected} is chosen: correct one of the two."
    ),
    "performance.two_kinds": _(
        "“{value}” states two kinds of performance: keep one, and put the other on a line of its "
        "own."
    ),
    "performance.unreadable": _(
        "“{value}” does not state {expected}: write it like U=0.2% (k=2), 0.05级, or MPE: ±0.5%."
    ),
    "range.other_unit": _(
        "“{value}” measures another quantity than {expected} in the text: correct one of the two."
    ),
    "range.reversed": _("“{value}” ends before it begins: write the smaller end first."),
    "range.too_large": _("“{value}” is too large to be true: check the numbers and the unit."),
    "register.choice": _("“{value}” is none of {choices}: write one of them."),
    "register.differs": _(
        "“{value}” is not what row {first} says of the same standard (“{expected}”): make the "
        "lines of one standard agree, or leave the cell blank."
    ),
    "register.elsewhere": _(
        "The standard “{value}” is of a unit that is not yours: correct the number, or let that "
        "unit's own bureau send it."
    ),
    "register.missing": _("“{column}” is missing: fill it in."),
    "register.too_long": _("“{value}” is longer than {limit} characters: shorten it."),
    "service.outside": _(
        "The service range “{value}” lies outside what the standard can measure ({expected}): "
        "correct the range or add the capability."
    ),
    "state.certificate": _(
        "On {value} no certificate is valid any more: the standard comes back into use through "
        "re-examination only."
    ),
    "state.followed": _(
        "From {day} the standard is on record as “{after}”, which cannot follow “{value}”: choose "
        "a later day or another state."
    ),
    "state.not_allowed": _(
        "From “{before}” on {day} a standard cannot go to “{value}”: choose a state that may "
        "follow."
    ),
    "state.not_replaced": _("Only a standard that is replaced has one that takes its place."),
    "state.reason": _(
        "The day {value} lies in the past, so figures may change: say why in the reason."
    ),
    "state.replacement": _("Name the standard that takes the place of this one."),
    "state.same": _("On {day} the standard is “{value}” already: choose another state or day."),
    "unit.unknown": _(
        "“{value}” is no UCUM unit that is known here: write it like mm, kg, MPa, Cel, m3/h."
    ),
}

KIND_WORDS = {
    "uncertainty": PerformanceKind.UNCERTAINTY.label,
    "accuracy_class": PerformanceKind.CLASS.label,
    "mpe": PerformanceKind.MPE.label,
}


def said(fault: Fault) -> str:
    """The sentence in the language that is active."""
    return str(SENTENCES[fault.code]).format(**worded(fault.params))


def worded(params: dict) -> dict:
    """Codes of kinds and fields as their names."""
    words = dict(params)
    for name in ("found", "expected"):
        if name in words:
            words[name] = KIND_WORDS.get(words[name], words[name])
    if words.get("field") in LABELS:
        words["field"] = f"{words['field']} {LABELS[words['field']]}"
    return words


def refusal(faults: dict[str, list[Fault]]) -> ValidationError:
    """What the services raise: by field, its sentences."""
    return ValidationError({field: [said(fault) for fault in of] for field, of in faults.items()})


def with_place(sentences: Mapping[str, Promise] = SENTENCES) -> dict[str, Promise]:
    """The same sentences for the cells of large files; `{place}` is filled in there."""
    return {code: _placed(text) for code, text in sentences.items()}


@keep_lazy_text
def _placed(text: str) -> str:
    return str(_("{place}: {sentence}")).replace("{sentence}", str(text))
