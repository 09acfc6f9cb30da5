"""Versions of the catalogue: their days, imports that carry kinds over, items, exclusions."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from indicators.models import RegisterDue
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.submissions.services.files import store_file
from standards.models import (
    CatalogueItem,
    CatalogueVersion,
    InstrumentKind,
    KindGroup,
    LocalExclusion,
)
from standards.rules.catalogue import ItemLine, continued
from standards.selectors.coverage import coverage, version_on
from standards.services.catalogue import (
    VersionFacts,
    change_item,
    import_catalogue,
    save_version,
)
from standards.services.catalogue_plan import plan_import
from standards.services.exclusions import end_exclusion, exclude_item
from standards.services.kinds import save_group, save_kind
from tests.standards.covered import add_standard, add_version

FIRST, SECOND = date(2020, 1, 1), date(2025, 7, 1)
FACTS = VersionFacts("v2", "新目录", "公告2号", SECOND)


@pytest.fixture
def older(world):
    items = {"1.1": ("V", ["scale"]), "1.2": ("P+V", ["pump"]), "1.3": ("V", ["taximeter"])}
    return add_version("v1", FIRST, None, items)


def line(code, name, regulation="V", **more):
    return ItemLine(code, "1", name, regulation, **more)


TOP = ItemLine("1", "", "一级")


def take_over(world, *lines, facts=FACTS, version=None, fingerprint=None):
    rows = [TOP, *lines]
    first = facts.effective_from if facts else version.effective_from
    plan = plan_import(rows, version=version, first=first)
    return import_catalogue(
        actor=world.people["staff"],
        lines=rows,
        source=store_file(name="t.csv", content=b"t", actor=None),
        fingerprint=fingerprint or plan.fingerprint,
        facts=None if version else facts,
        version=version,
        ends_previous=True,
    )


def kinds_of(version, code):
    return {kind.code for kind in version.items.get(code=code).kinds.all()}


def test_items_continue_by_name_by_code_and_name_or_as_they_say():
    older = [("1.1", "秤"), ("1.2", "油机"), ("1.3", "表"), ("1.4", "表")]
    lines = [
        line("9", "秤"),
        line("1.3", "表"),
        line("8", "新油机", predecessors=("1.2", "1.4")),
        line("7", "灯"),
    ]
    assert continued(lines, older) == {"9": ("1.1",), "1.3": ("1.3",), "8": ("1.2", "1.4")}


def test_a_name_that_stands_twice_continues_nothing_by_itself():
    assert continued([line("5", "表")], [("1.3", "表"), ("1.4", "表")]) == {}
    assert continued([line("5", "表"), line("6", "表")], [("1.3", "表")]) == {}


def test_an_imported_version_keeps_the_standards_of_the_items_it_continues(world, older):
    add_standard(world, "C1", ["scale"])
    add_standard(world, "C1", ["pump"])
    lines = [line("21", "项目1.1"), line("22", "加油机", predecessors=("1.2",)), line("23", "灯")]
    newer = take_over(world, *lines)
    older.refresh_from_db()
    assert older.effective_to == SECOND
    assert kinds_of(newer, "21") == {"scale"}
    assert kinds_of(newer, "22") == {"pump"}
    assert kinds_of(newer, "23") == {"v2-23"}
    before = coverage(organisation=world.units["C1"], day=SECOND - timedelta(days=1))
    after = coverage(organisation=world.units["C1"], day=SECOND)
    assert (before.covered, before.total) == (2, 3)
    assert (after.covered, after.total, after.version) == (2, 3, newer)


def test_the_preview_says_what_is_new_changed_and_not_continued(world, older):
    lines = [TOP, line("1.1", "项目1.1"), line("1.2", "项目1.2", "V"), line("1.9", "灯")]
    plan = plan_import(lines, version=None, first=SECOND)
    changes = {one.code: one.change for one in plan.lines}
    known = {"1": "same", "1.1": "same", "1.2": "changed", "1.9": "added"}
    assert changes == known | {"1.3": "removed"}
    assert plan.counts == {"added": 1, "changed": 1, "same": 1, "removed": 1}
    assert plan.lines[3].made == ("灯",)


def test_taking_over_the_same_table_again_changes_nothing(world, older):
    newer = take_over(world, line("1.1", "项目1.1"), line("1.9", "灯"))
    plan = plan_import(
        [TOP, line("1.1", "项目1.1"), line("1.9", "灯")], version=newer, first=SECOND
    )
    assert {one.change for one in plan.lines} == {"same"}
    assert plan.kinds["1.9"] == tuple(
        newer.items.get(code="1.9").kinds.values_list("pk", flat=True)
    )


def test_a_preview_that_is_out_of_date_is_refused_and_writes_nothing(world, older):
    plan = plan_import([TOP, line("1.1", "项目1.1")], version=None, first=SECOND)
    older.revision += 1
    older.save()
    with pytest.raises(MetroplanError) as refused:
        take_over(world, line("1.1", "项目1.1"), fingerprint=plan.fingerprint)
    assert refused.value.code == "catalogue.outdated"


def test_an_item_with_exclusions_is_not_left_out_of_its_version(world, older):
    exclude(world, older.items.get(code="1.3"))
    with pytest.raises(MetroplanError) as refused:
        take_over(world, line("1.1", "项目1.1"), version=older, facts=None)
    assert refused.value.code == "catalogue.items_in_use"


def exclude(world, item, first=FIRST, until=None, unit="C1", actor="staff"):
    return exclude_item(
        actor=world.people[actor],
        item=item,
        organisation=world.units[unit],
        valid_from=first,
        valid_to=until,
        document="文",
        reason="因",
    )


def test_exclusions_go_on_with_the_item_that_continues_theirs(world, older):
    exclude(world, older.items.get(code="1.3"))
    exclude(world, older.items.get(code="1.1"), until=SECOND)
    newer = take_over(world, line("31", "项目1.3"), line("1.1", "项目1.1"))
    carried = LocalExclusion.objects.get(item__version=newer)
    assert (carried.item.code, carried.valid_from, carried.valid_to) == ("31", SECOND, None)


def test_an_overlapping_version_is_refused_at_its_first_day(world, older):
    with pytest.raises(ValidationError) as refused:
        save_version(actor=world.people["staff"], facts=FACTS)
    assert set(refused.value.message_dict) == {"effective_from"}


def test_a_version_that_ends_before_it_begins_is_refused(world):
    facts = VersionFacts("v3", "目录", "公告", SECOND, FIRST)
    with pytest.raises(ValidationError) as refused:
        save_version(actor=world.people["staff"], facts=facts)
    assert set(refused.value.message_dict) == {"effective_to"}


def test_versions_meet_on_a_day_that_belongs_to_the_later(world, older):
    save_version(actor=world.people["staff"], facts=FACTS, ends_previous=True)
    assert version_on(SECOND - timedelta(days=1)).code == "v1"
    assert version_on(SECOND).code == "v2"


def test_only_staff_of_the_top_keep_the_catalogue(world, older):
    for person in ("reviewer", "leader", "clerk"):
        with pytest.raises(PermissionDenied):
            save_version(actor=world.people[person], facts=FACTS)
        with pytest.raises(PermissionDenied):
            exclude(world, older.items.get(code="1.1"), actor=person)


def test_an_item_that_changed_since_it_was_opened_is_not_overwritten(world, older):
    item, staff = older.items.get(code="1.1"), world.people["staff"]
    given = {"values": {"name": "衡器"}, "kinds": [], "expected_revision": 1}
    change_item(actor=staff, item=item, **given)
    with pytest.raises(MetroplanError) as refused:
        change_item(actor=staff, item=item, **given)
    assert (refused.value.code, refused.value.status) == ("register.changed", 409)
    assert AuditEvent.objects.filter(action="catalogue.item_changed").count() == 1


def test_an_exclusion_is_made_once_for_a_time_and_can_be_ended(world, older):
    item = older.items.get(code="1.1")
    made = exclude(world, item)
    with pytest.raises(ValidationError) as refused:
        exclude(world, item, first=SECOND)
    assert set(refused.value.message_dict) == {"valid_from"}
    ended = end_exclusion(actor=world.people["staff"], exclusion=made, valid_to=SECOND)
    assert ended.valid_to == SECOND
    assert exclude(world, item, first=SECOND).pk


def test_what_changes_the_count_has_the_figures_counted_anew(world, older):
    RegisterDue.objects.all().delete()
    exclude(world, older.items.get(code="1.1"), first=date(2024, 5, 5))
    due = RegisterDue.objects.filter(key="standards_coverage_rate")
    assert {row.organisation for row in due} == {world.units[name] for name in ("C1", "A", "B")}
    assert {str(row.since) for row in due} == {"2024Q2"}
    RegisterDue.objects.all().delete()
    take_over(world, line("1.1", "项目1.1"), line("1.3", "项目1.3"))
    due = RegisterDue.objects.filter(key="standards_coverage_rate", organisation=None)
    assert {str(row.since) for row in due} == {"2025Q3"}


def test_an_exclusion_that_ends_before_it_begins_is_refused(world, older):
    with pytest.raises(ValidationError) as refused:
        exclude(world, older.items.get(code="1.1"), first=SECOND, until=FIRST)
    assert set(refused.value.message_dict) == {"valid_to"}


def test_an_item_that_is_not_counted_need_not_be_excluded(world, older):
    CatalogueItem.objects.filter(code="1.1").update(regulation="P")
    with pytest.raises(ValidationError) as refused:
        exclude(world, older.items.get(code="1.1"))
    assert set(refused.value.message_dict) == {"item"}


def test_kinds_and_groups_are_kept_with_their_revision(world, older):
    staff = world.people["staff"]
    kind = save_kind(actor=staff, values={"code": "new", "name_zh": "新"})
    save_kind(actor=staff, kind=kind, values={"name_zh": "更新"}, expected_revision=1)
    with pytest.raises(MetroplanError):
        save_kind(actor=staff, kind=kind, values={"name_zh": "旧"}, expected_revision=1)
    group = save_group(actor=staff, values={"code": "g", "name_zh": "组"}, kinds=[kind])
    assert [one.code for one in group.kinds.all()] == ["new"]


def test_the_demonstration_versions_are_loaded_once_with_their_certainty(db):
    call_command("load_reference", verbosity=0)
    assert CatalogueVersion.objects.filter(is_demonstration=True).count() == 2
    newest, oldest = version_on(date(2024, 1, 1)), version_on(date(2015, 6, 30))
    items = newest.items.filter(parent__isnull=False)
    assert (newest.items.filter(parent=None).count(), items.count()) == (39, 52)
    assert oldest.items.filter(parent__isnull=False).count() == 111
    assert items.filter(certainty="recalled").count() == 21
    assert not items.filter(kinds=None).exists()
    assert KindGroup.objects.get(code="key-managed").kinds.count() == 39
    stored = CatalogueItem.objects.count(), InstrumentKind.objects.count()
    call_command("load_reference", verbosity=0)
    assert stored == (CatalogueItem.objects.count(), InstrumentKind.objects.count())
