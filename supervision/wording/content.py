"""Lots, labels and integrity units in words: what is refused, and each step of a verdict."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from metroplan.common.rounding import exact_text
from standards.rules.faults import Fault
from supervision.rules.net_content import Step

REFUSALS = {
    "lot.elsewhere": _(
        "{entity} does not stand in the area of {unit}: choose the unit it stands in."
    ),
    "lot.future": _("{day} has not come yet: enter what has been sampled."),
    "lot.inspection_campaign": _(
        "Inspection {number} is not of this campaign: choose its own campaign, or none."
    ),
    "lot.other_campaign": _("{unit} takes no part in “{title}”: choose another campaign, or none."),
    "lot.other_entity": _(
        "Inspection {number} was of another entity: choose that entity, or leave the inspection "
        "blank."
    ),
    "lot.outside_campaign": _(
        "The campaign runs from {first} to {last}: the day of sampling lies outside of it."
    ),
    "lot.voided_inspection": _("Inspection {number} is voided: nothing was sampled at it."),
    "lot.below_zero": _("Piece {position} would hold {value}: correct its reading or the tare."),
    "lot.nominal_not_positive": _("The nominal quantity must be above zero: correct it."),
    "lot.nominal_outside": _(
        "{value} {unit} lies outside the table of tolerable deficiencies: check the quantity and "
        "its unit."
    ),
    "lot.no_tables": _("No sampling plan or table holds on {day} yet: check the day of sampling."),
    "lot.not_judged": _(
        "Nothing of this lot is judged yet: enter the readings or the label first."
    ),
    "lot.not_whole": _("A number of pieces is whole, {value} is not: correct it."),
    "lot.number_unreadable": _("“{value}” in line {position} is no number: correct it."),
    "lot.other_number_of_readings": _(
        "{value} readings were entered, but the sample has {needed} pieces: complete or correct "
        "them."
    ),
    "lot.other_sample_size": _(
        "The plan asks for {needed} pieces from a lot of {lot_size}, not for {value}: sample as "
        "the plan says."
    ),
    "lot.other_unit": _(
        "“{value}” is no unit of this kind of quantity: choose a unit that fits, or the other kind."
    ),
    "lot.reading_not_whole": _(
        "Piece {position} was counted as {value}: a number of pieces is whole, correct it."
    ),
    "lot.size_outside": _("The sampling plan has no line for a lot of {value}: correct the size."),
    "lot.tare_missing": _(
        "Gross readings were entered without a tare: give the mean tare, or the net readings."
    ),
    "plan.gap": _(
        "Line {place} begins at {found}, but {expected} follows the line before: correct it."
    ),
    "plan.first": _("The first line begins at {found}: a plan begins with a lot of 1."),
    "plan.last": _(
        "The last line ends at {found}: leave its end blank, so that every lot has one."
    ),
    "plan.open_end": _("Line {place} has no end though another follows: give its largest lot."),
    "plan.reversed": _("Line {place} ends before it begins: correct one of the two."),
    "plan.sample_of_one": _(
        "Line {place} takes one piece, of which there is no deviation: take more, or every piece."
    ),
    "plan.sample_too_large": _(
        "Line {place} asks for {found} pieces, more than its smallest lot of {least} holds: "
        "correct the sample size."
    ),
    "plan.factor_missing": _(
        "Line {place} takes a sample but has no factor for the test of the mean: give it."
    ),
    "plan.factor_idle": _(
        "Line {place} checks every piece, where the mean is not tested: leave the factor blank."
    ),
    "plan.no_rows": _("A plan needs at least one line: enter the table."),
    "integrity.before": _("The newest state holds from {day}: choose that day or a later one."),
    "integrity.certificate": _("Name the number of the certificate that is conferred."),
    "integrity.dishonest": _(
        "The entity is listed as dishonest from {first} to {last} (decision {decision}): it cannot "
        "be taken on, published or honoured before that ends."
    ),
    "integrity.future": _("{day} has not come yet: enter the state when it holds."),
    "integrity.lapses_itself": _(
        "The title is valid until {day} and lapses of itself after that: do not enter it by hand."
    ),
    "integrity.no_criteria": _(
        "No criteria of evaluation hold on {day}: enter a set of criteria first."
    ),
    "integrity.not_allowed": _(
        "From “{before}” a run cannot go to “{value}”: choose another state."
    ),
    "integrity.not_passed": _(
        "The evaluation gave {total} points, {needed} are needed: the unit cannot go on."
    ),
    "integrity.not_scored": _("{count} criteria have no points yet: enter the evaluation first."),
    "integrity.open_run": _("This entity has a run under way already ({number}): go on with that."),
    "integrity.publicity": _(
        "The list is open to objections up to and with {day}: confer the title on a later day."
    ),
    "integrity.reason": _("Say why the run ends."),
    "integrity.title_met": _(
        "The entity holds a title from {first} to {last} ({number}), and two titles have no day in "
        "common: choose another day."
    ),
    "integrity.after_next": _(
        "The state after it holds from {day}: choose that day or an earlier one."
    ),
    "integrity.before_previous": _(
        "The state before it holds from {day}: choose that day or a later one."
    ),
    "integrity.correction_reason": _("Say why the day is corrected."),
    "integrity.ends_after_title": _(
        "The title would be valid until {last} only, but its end is entered for {day}: correct "
        "that day first."
    ),
    "integrity.lapse_follows": _(
        "The lapse follows from the day the title was conferred on: correct that day."
    ),
    "integrity.other_criteria": _(
        "On {day} other criteria hold than those the run was evaluated by: the application cannot "
        "be moved to that day."
    ),
    "integrity.same_day": _("{day} stands there already: enter the day that is right."),
    "score.too_many": _("At most {limit} points are given for this: correct {value}."),
    "score.below_zero": _("Points cannot be below zero: correct {value}."),
    "score.other_state": _("Points are entered while the unit is under evaluation only."),
    "criteria.no_rows": _("A set needs at least one criterion: enter them."),
    "criteria.pass_mark": _(
        "The pass mark {value} is above the {total} points that can be reached: correct one."
    ),
    "dishonesty.future": _("{day} has not come yet: enter a decision once it is made."),
    "dishonesty.elsewhere": _("The entity is in another unit's area: choose one of your area."),
    "dishonesty.repaired_before": _(
        "A repair on {value} comes before the first day {day}: correct the day."
    ),
    "dishonesty.repair_late": _("The record ends on {day} of itself: there is nothing to repair."),
    "dishonesty.repair_document": _("Name the document by which the record was repaired."),
}

STEPS = {
    "plan.sample": _(
        "By {plan}, {sample_size} pieces are taken from a lot of {lot_size}; {max_t1} of them may "
        "be short by more than T up to 2T, and {max_t2} by more than 2T."
    ),
    "plan.every_piece": _(
        "By {plan}, all {sample_size} pieces of a lot of {lot_size} are checked; {max_t1} of them "
        "may be short by more than T up to 2T, and {max_t2} by more than 2T."
    ),
    "tolerance.fixed": _(
        "For a nominal quantity of {nominal} {unit} the tolerable deficiency T is {t} {unit}."
    ),
    "tolerance.none": _(
        "For a nominal quantity of {nominal} {unit} no shortage is tolerated: T = 0."
    ),
    "tolerance.percent": _(
        "{share} % of {nominal} {unit} is {t} {unit}: this is the tolerable deficiency T."
    ),
    "tolerance.percent_nearest": _(
        "{share} % of {nominal} {unit} is {exact} {unit}; to the nearest {step} {unit} the "
        "tolerable deficiency T is {t} {unit}."
    ),
    "tolerance.percent_up": _(
        "{share} % of {nominal} {unit} is {exact} {unit}; rounded up to {step} {unit} the "
        "tolerable deficiency T is {t} {unit}."
    ),
    "net.less_tare": _(
        "Net is gross less the mean tare of {tare} {unit} (pieces weighed gross: {count})."
    ),
    "short.none": _("None of the {count} pieces is short of the nominal quantity."),
    "short.some": _(
        "Pieces short of the nominal quantity: {short} of {count}; most of all piece {position}, "
        "by {worst} {unit}."
    ),
    "t1.counted": _(
        "Pieces short by more than T = {t} {unit} up to 2T = {twice} {unit}: {found}; allowed: "
        "{allowed}."
    ),
    "t2.counted": _("Pieces short by more than 2T = {twice} {unit}: {found}; allowed: {allowed}."),
    "mean.not_tested": _("In a lot of {lot_size} pieces the mean is not tested."),
    "mean.computed": _(
        "The mean is {mean} {unit} and the standard deviation s (n − 1) {deviation} {unit}; the "
        "limit is {nominal} − {factor} × s = {limit} {unit}."
    ),
    "mean.reached": _("The mean {mean} {unit} reaches the limit {limit} {unit}."),
    "mean.below": _("The mean {mean} {unit} lies below the limit {limit} {unit}."),
    "quantity.passed": _("The quantity of the lot conforms."),
    "quantity.failed": _("The quantity of the lot does not conform."),
    "label.complete": _("The net content is stated in full."),
    "label.not_complete": _("The net content is not stated in full."),
    "label.right_unit": _("The unit on the label, {unit}, is one that may be used: {allowed}."),
    "label.wrong_unit": _("The unit on the label, {unit}, is none that may be used: {allowed}."),
    "label.high_enough": _("The characters are {height} mm high; {least} mm are needed."),
    "label.too_low": _("The characters are only {height} mm high; {least} mm are needed."),
    "label.passed": _("The label conforms."),
    "label.failed": _("The label does not conform."),
}
UNIT_WORDS = {"pcs": _("pieces")}


def refused(fault: Fault) -> str:
    """The sentence in the language that is active."""
    return _said(REFUSALS, fault.code, fault.params)


def said(step: Step) -> str:
    """One step of a verdict as one sentence, in the language that is active."""
    return _said(STEPS, step.code, step.params)


def refusal(faults: dict[str, list[Fault]]) -> ValidationError:
    """What the services raise: by field, its sentences."""
    return ValidationError({name: [refused(fault) for fault in of] for name, of in faults.items()})


def _said(sentences: dict[str, Any], code: str, params: dict[str, Any]) -> str:
    words = {name: _word(name, value) for name, value in params.items()}
    return str(sentences[code]).format(**words)


def _word(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return exact_text(value)
    if isinstance(value, list):
        return str(_(" or ")).join(value)
    return UNIT_WORDS.get(value, value) if name == "unit" else value
