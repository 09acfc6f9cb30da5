"""Demonstration institutes: credit codes with a sound check character, staff without names."""

from collections.abc import Iterator
from datetime import date

from indicators.demo.chance import chance, whole_between
from metroplan.common.uscc import ALPHABET, check_character
from metroplan.organisations.models import Level
from standards.demo.holders import Holder, Region
from standards.models import Assessor, Authorization, Institute, InstituteKind, StaffCount

PUBLIC_BODY, FIRM = "12", "91"
NAMES = {Level.PROVINCE: "计量检测研究院", Level.CITY: "计量检定测试所"}
USUAL_NAME = "计量检定所"
STAFF = {Level.PROVINCE: 240, Level.CITY: 62}
USUAL_STAFF = 12
# Senior and middle titles, metrologists of either class and degrees, of a hundred: at first, and
# how many more each year.
SHARES = {
    StaffCount.Qualification.SENIOR: (13, 0.9),
    StaffCount.Qualification.MIDDLE: (30, 1.1),
    StaffCount.Qualification.METROLOGIST_1: (10, 0.6),
    StaffCount.Qualification.METROLOGIST_2: (34, 1.2),
    StaffCount.Qualification.BACHELOR: (48, 2.0),
}
FIRST_STAFF_YEAR, FIRST_COUNTY_STAFF_YEAR = 2014, 2020
ASSESSORS = {
    "430600": (
        (Assessor.Subject.STANDARDS, (10, 2018), (6, 2021)),
        (Assessor.Subject.INSTITUTES, (5, 2018), (4, 2021)),
    )
}


def institutes_of(holder: Holder) -> list[Institute]:
    return [_institute(holder, number) for number in range(holder.institutes)]


def _institute(holder: Holder, number: int) -> Institute:
    unit = holder.unit
    kind = holder.kind if not number or holder.kind == InstituteKind.ENTERPRISE else "authorised"
    code = f"{unit.code}-{kind[0].upper()}{number + 1:02d}"
    return Institute(
        code=code,
        name=_name(holder, kind, number),
        kind=kind,
        organisation=unit,
        uscc=credit_code(FIRM if kind == InstituteKind.ENTERPRISE else PUBLIC_BODY, code),
        established_on=date(1978 + whole_between(0, 12, "founded", code), 7, 1),
    )


def _name(holder: Holder, kind: str, number: int) -> str:
    unit = holder.unit
    if kind == InstituteKind.ENTERPRISE:
        return f"{unit.name_zh}演示企业{number + 1:02d}计量室"
    if kind == InstituteKind.AUTHORISED:
        return f"{unit.name_zh}产业计量测试中心（演示）"
    return unit.name_zh + NAMES.get(unit.level, USUAL_NAME)


def credit_code(sort: str, words: str) -> str:
    """18 characters with the division of the words' first six digits and a sound last one."""
    rest = (ALPHABET[whole_between(0, 30, "credit", words, place)] for place in range(9))
    body = f"{sort}{words[:6]}{''.join(rest)}"
    return body + check_character(body)


def authorizations_of(region: Region, institute: Institute) -> Iterator[Authorization]:
    """What a statutory institute acts by, renewed every five years."""
    forms = Authorization.Form
    if institute.kind == InstituteKind.ENTERPRISE:
        return
    statutory = institute.kind == InstituteKind.STATUTORY
    for year in range(2012 + whole_between(0, 4, "authorised", institute.code), 2027, 5):
        yield Authorization(
            institute=institute,
            form=forms.AS_STATUTORY if statutory else forms.PUBLIC_STANDARD,
            number=f"（{region.letter}）法计（{year}）{institute.code}号",
            scope="法定计量检定机构承担的检定、校准和检测项目（演示）",
            issued_by="上级市场监督管理部门（演示）",
            valid_from=date(year, 3, 1),
            valid_until=date(year + 5, 2, 28),
        )


def staff_of(institute: Institute, today: date) -> Iterator[StaffCount]:
    """At the end of every year up to the last."""
    if institute.kind == InstituteKind.ENTERPRISE:
        return
    size = STAFF.get(institute.organisation.level, USUAL_STAFF)
    size = round(size * (0.8 + 0.4 * chance("staff", institute.code)))
    county = institute.organisation.level not in STAFF
    for year in range(FIRST_COUNTY_STAFF_YEAR if county else FIRST_STAFF_YEAR, today.year):
        everyone = size + (year - FIRST_STAFF_YEAR) // 3
        yield _count(institute, year, StaffCount.Qualification.ALL, everyone)
        for kind, (share, more) in SHARES.items():
            percent = (share + more * (year - FIRST_STAFF_YEAR)) * (0.6 if county else 1)
            yield _count(institute, year, kind, round(everyone * percent / 100))


def _count(institute: Institute, year: int, kind: str, count: int) -> StaffCount:
    day = date(year, 12, 31)
    return StaffCount(institute=institute, as_of=day, qualification=kind, count=count)


def assessors_of(region: Region, institute: Institute) -> Iterator[Assessor]:
    """Known by their certificates alone."""
    if institute.organisation.code != region.owner or institute.kind != InstituteKind.STATUTORY:
        return
    for subject, *groups in ASSESSORS.get(region.owner, ()):
        number = 0
        for count, year in groups:
            for place in range(count):
                number += 1
                first = date(year + place % 4 if year > 2020 else year, 6, 1)
                yield Assessor(
                    institute=institute,
                    certificate_no=f"{region.letter}考评{subject[:1].upper()}{number:03d}",
                    subject=subject,
                    grade=Assessor.Grade.PROVINCIAL,
                    valid_from=first,
                    valid_until=date(first.year + 10, 5, 31),
                )
