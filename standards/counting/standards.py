"""Figures counted from the standards in force: how many, of which grade, and what they serve."""

from django.utils.translation import gettext_lazy as _

from indicators.models import Kind
from metroplan.organisations.models import Level
from standards.counting.adding import COUNTY, STOCK, Source, add, add_count, add_share, held
from standards.models import Grade, HolderKind, NationalLevel, Rank
from standards.selectors.counted_coverage import (
    coverage_entries,
    coverage_rates,
    keeping_standards,
)
from standards.selectors.counted_rows import (
    changes,
    compulsory,
    graded,
    services,
    show_change,
    show_service,
    standards,
)
from standards.selectors.counts import Count

PUBLIC = standards(HolderKind.PUBLIC)


def add_standards() -> None:
    public = _("Public measurement standards held by institutes of the unit itself.")
    add_count("public_standards", held(PUBLIC), Source.STANDARDS, _("Public standards"), public)
    add_count(
        "county_public_standards_mean",
        held(standards(HolderKind.PUBLIC, levels=COUNTY)),
        Source.STANDARDS,
        _("Public standards of counties"),
        _("Public measurement standards held by institutes of the county itself."),
    )
    _by_level()
    add_count(
        "public_standards_region",
        held(PUBLIC, whole=True),
        Source.STANDARDS,
        _("Public standards of the whole region"),
        _("Public measurement standards held in the unit or below it."),
    )
    for holder, name in (
        (HolderKind.DEPARTMENT, _("Standards of departments")),
        (HolderKind.ENTERPRISE, _("Standards of enterprises")),
    ):
        add_count(
            f"standards_{holder}",
            held(standards(holder)),
            Source.STANDARDS,
            name,
            _("Measurement standards of such holders whose institute belongs to the unit itself."),
        )
    _new()


def _by_level() -> None:
    for level, name in (
        (Level.PROVINCE, _("Public standards of provincial institutes")),
        (Level.CITY, _("Public standards of city institutes")),
        (Level.COUNTY, _("Public standards of county institutes")),
    ):
        levels = COUNTY if level == Level.COUNTY else (level.value,)
        add_count(
            f"public_standards_{level}",
            held(standards(HolderKind.PUBLIC, levels=levels), whole=True),
            Source.STANDARDS,
            name,
            _(
                "Public measurement standards held in the unit or below it by institutes of the "
                "level."
            ),
        )


def _new() -> None:
    for key, kinds, name, definition in (
        (
            "public_standards_new",
            (Grade.Change.NEW,),
            _("Public standards newly established"),
            _("Founded in the quarter and in force from then on."),
        ),
        (
            "public_standards_new_upgraded",
            (Grade.Change.NEW, Grade.Change.UPGRADED),
            _("Public standards newly established or upgraded"),
            _("Founded or raised to a higher grade in the quarter and in force from then on."),
        ),
    ):
        unit = "standard__institute__organisation"
        count = Count(changes(*kinds), unit, show_change)
        add_count(key, count, Source.STANDARDS, name, definition, flow=True)


def add_grades() -> None:
    highest = held(graded(standards(), rank=Rank.HIGHEST))
    highest_public = held(graded(PUBLIC, rank=Rank.HIGHEST))
    upper = held(graded(PUBLIC, rank=Rank.HIGHEST, national_level=NationalLevel.UPPER_MIDDLE))
    add_count(
        "highest_standards",
        highest,
        Source.STANDARDS,
        _("Highest standards, of departments and enterprises too"),
        _("Standards of any holder whose grade on the last day is highest, of the unit itself."),
    )
    add_count(
        "highest_public_standards",
        highest_public,
        Source.STANDARDS,
        _("Highest public standards"),
        _("Public standards whose grade on the last day is highest, of the unit itself."),
    )
    add_share(
        "highest_public_standards_upper_share",
        upper,
        highest_public,
        Source.STANDARDS,
        (
            _("Highest public standards at upper-middle level"),
            _(
                "Of the highest public standards of the unit itself, those that are assessed at "
                "upper-middle level in the country or above."
            ),
        ),
        (_("Upper-middle"), _("Not upper-middle")),
    )


def add_services() -> None:
    served = services(PUBLIC)
    unit = "standard__institute__organisation"
    add_count(
        "instrument_kinds_covered",
        Count(served, unit, show_service, thing="kinds", whole=True),
        Source.STANDARDS,
        _("Instrument kinds covered"),
        _(
            "Kinds that public standards of the unit or below verify or calibrate, each "
            "counted once."
        ),
    )
    add_count(
        "verification_calibration_items",
        Count(served, unit, show_service, thing="instrument", whole=True),
        Source.STANDARDS,
        _("Items of verification and calibration"),
        _(
            "Instruments that public standards of the unit or below verify or calibrate, each "
            "name counted once."
        ),
    )
    for way, name in (
        ("verification", _("Items of verification")),
        ("calibration", _("Items of calibration")),
    ):
        add_count(
            f"{way}_items",
            Count(services(PUBLIC, way=way), unit, show_service, thing="instrument", whole=True),
            Source.STANDARDS,
            name,
            _("The same for one of the two alone."),
        )
    add_count(
        "compulsory_verification_capacity",
        Count(compulsory, unit, show_service, thing="kinds"),
        Source.STANDARDS,
        _("Compulsory items that statutory institutes verify"),
        _(
            "Kinds of the catalogue in force that must be verified and that public standards "
            "of the unit's own statutory institutes verify."
        ),
        also=(Source.CATALOGUE,),
    )
    _coverage()


def _coverage() -> None:
    add(
        "standards_coverage_rate",
        coverage_rates,
        (Source.STANDARDS, Source.CATALOGUE),
        (
            _("Standards coverage of compulsory items"),
            _(
                "Items of the catalogue in force that must be verified, less local exclusions; "
                "covered are those with a kind that a public standard of the unit or below "
                "verifies."
            ),
        ),
        kind=Kind.RATIO.value,
        accumulation=STOCK,
        whole=True,
        entries=coverage_entries,
        known=keeping_standards,
    )
