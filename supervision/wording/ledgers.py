"""What is wrong with an entity, an instrument or a verification, in one sentence."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from standards.rules.faults import Fault

SENTENCES = {
    "entity.closing": _(
        "{count} instruments of “{value}” are still in use on {day}: take them out of use first, "
        "or close the entity on its page."
    ),
    "entity.drawn": _(
        "The entity was drawn under its present number, by which the draw is repeated: keep that "
        "instead of “{value}”."
    ),
    "entity.elsewhere": _(
        "The entity “{value}” is of a unit that is not yours: correct the number, or let that "
        "unit's own bureau send it."
    ),
    "entity.no_key": _(
        "The line names neither a register number nor a credit code: give at least one of them."
    ),
    "entity.number_taken": _("“{value}” is the number of {name} already: choose another number."),
    "entity.unknown": _(
        "“{value}” is no entity of your units: write its register number or credit code as in the "
        "list of entities."
    ),
    "entity.uscc": _("“{value}” is no credit code: {problem}"),
    "entity.uscc_taken": _(
        "The credit code “{value}” belongs to {name} already: correct the code or the number."
    ),
    "instrument.before_closing": _(
        "“{entity}” is closed from {day}: an instrument cannot come into use there later."
    ),
    "instrument.elsewhere": _(
        "The instrument “{value}” is of a unit that is not yours: correct the number, or let that "
        "unit's own bureau send it."
    ),
    "instrument.made_late": _(
        "It cannot have been made on {value} and be in use from {day}: correct one of the two."
    ),
    "instrument.number_taken": _("“{value}” is the number of {name} already: choose another."),
    "instrument.out_early": _(
        "It cannot go out of use on {value}, it came into use on {day}: correct one of the two."
    ),
    "instrument.twice": _(
        "{maker} number “{value}” of this entity is on record as {number} already: change that "
        "one, or correct the serial number."
    ),
    "instrument.unknown": _(
        "“{value}” is no instrument of your units: write its register number as in the list of "
        "instruments."
    ),
    "instrument.verified_before": _(
        "It was verified on {day} already, before {value}: correct the day it was made."
    ),
    "interval.not_whole": _("“{value}” is no number of months: write a whole number from 1."),
    "verification.before_made": _(
        "The verification of {value} comes before the instrument was made on {made}: correct one "
        "of the two days."
    ),
    "verification.ends_before": _(
        "The last day {value} comes before the verification of {day}: correct one of the two."
    ),
    "verification.failed_until": _(
        "A failed verification is valid for no day: leave the last day blank or correct the result."
    ),
    "verification.future": _("The day {value} has not come yet: enter what has been verified."),
    "verification.no_day": _("A result needs the day of its verification: give the day."),
    "verification.no_end": _(
        "No interval is on record for this kind of instruments: give the last day on which the "
        "verification is valid."
    ),
    "verification.no_result": _("Say whether the instrument passed or failed."),
    "verification.year": _("The year of {value} cannot be right: check the day."),
    "verification.twice": _(
        "“{value}” is given two verifications of {day} in this file: keep one of the lines."
    ),
}


def said(fault: Fault) -> str:
    """The sentence in the language that is active."""
    return str(SENTENCES[fault.code]).format(**fault.params)


def sentences(faults: Mapping[str, Fault]) -> dict[str, list[str]]:
    return {field: [said(fault)] for field, fault in faults.items()}


def refuse(faults: Mapping[str, Fault]) -> None:
    """Raises ValidationError by field where there are any."""
    if faults:
        raise ValidationError(sentences(faults))
