"""The addresses of the catalogue and of coverage, for the tests that walk all addresses."""

from datetime import date
from typing import Any

from metroplan.submissions.services.files import store_file
from standards.models import CatalogueVersion, KindGroup, LocalExclusion
from tests.standards.covered import add_kinds, add_standard, add_version
from tests.world import World

# These exist for everybody: the catalogue is the same everywhere.
ADDRESSES: dict[str, list[Any]] = {
    "standards:catalogue-detail": ["v1"],
    "standards:catalogue-change": ["v1"],
    "standards:catalogue-export": ["v1"],
    "standards:catalogue-source": ["v1"],
    "standards:catalogue-table": ["v1"],
    "standards:catalogue-table-preview": ["v1"],
    "standards:catalogue-item": ["v1", "1.1"],
    "standards:kind-detail": ["scale"],
    "standards:group-detail": ["group"],
}
SHARED = (
    *("standards:catalogue-", "standards:kind-", "standards:group-", "standards:coverage"),
    *("standards:exclusion-list", "standards:exclusion-create"),
)


def add_catalogue(world: World) -> LocalExclusion:
    """A version with its file, a kind, a group, and an exclusion of unit A."""
    version = add_version("v1", date(2020, 1, 1), None, {"1.1": ("V", ["scale"])})
    CatalogueVersion.objects.update(source=store_file(name="t.csv", content=b"t", actor=None))
    KindGroup.objects.create(code="group", name_zh="组").kinds.set(add_kinds("scale").values())
    add_standard(world, "A", ["scale"])
    return exclude(world, version, "1.1", "A")


def exclude(world: World, version: CatalogueVersion, item: str, unit: str) -> LocalExclusion:
    return LocalExclusion.objects.create(
        item=version.items.get(code=item),
        organisation=world.units[unit],
        valid_from=date(2021, 1, 1),
        document="文",
        reason="因",
    )


def grow_catalogue(world: World, number: int) -> None:
    """So many versions, items, kinds, groups, exclusions, and standards that cover them."""
    items = {f"1.{at + 2}": ("V", [f"k{at}", "scale"]) for at in range(number)}
    CatalogueVersion.objects.update(effective_to=date(2021, 1, 1))
    version = add_version("grown", date(2021, 1, 1), None, items)
    for at in range(number):
        add_version(f"x{at}", date(1990 + at, 1, 1), date(1991 + at, 1, 1), {"1.1": ("V", [])})
        group = KindGroup.objects.create(code=f"g{at}", name_zh="组")
        group.kinds.set(add_kinds(f"k{at}", "scale").values())
        add_standard(world, f"X{at}", [f"k{at}"])
        exclude(world, version, f"1.{at + 2}", f"X{at}")


def catalogue_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    reading = (
        *("catalogue-list", "catalogue-detail", "catalogue-export", "catalogue-source"),
        *("catalogue-item", "kind-list", "kind-detail", "group-list", "group-detail"),
        *("exclusion-list", "coverage", "coverage-export"),
    )
    opening = ("catalogue-create", "catalogue-change", "catalogue-table")
    opening += ("kind-create", "group-create")
    sending = (
        *("catalogue-preview", "catalogue-change", "catalogue-table-preview", "catalogue-item"),
        *("kind-create", "kind-detail", "group-create", "group-detail"),
        *("exclusion-create", "exclusion-end"),
    )
    rows = {("get", f"standards:{name}"): figures for name in reading}
    rows |= {("get", f"standards:{name}"): only(200, "staff") for name in opening}
    rows |= {("post", f"standards:{name}"): only(422, "staff") for name in sending}
    rows["post", "standards:catalogue-apply"] = only(409, "staff")
    api = ("catalogue-list", "coverage-list", "coverage-detail")
    return rows | {("get", f"api:{name}"): figures for name in api}
