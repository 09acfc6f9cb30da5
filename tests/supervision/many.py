"""As many entities, instruments and inspections as a province has, by the database itself."""

from django.db import connection

from bench.ledger import fill_ledger
from tests.supervision.counted import add_kind
from tests.world import World

# Of ten: eight concluded as conforming, one with an order, one still a draft.
INSPECTIONS = """
INSERT INTO supervision_inspection (number, entity_id, organisation_id, inspected_on, basis,
       substitution, outcome, summary, signed_by_entity, refusal, state, closed_on, is_demo,
       version)
SELECT 'JC-' || lpad(n::text, 6, '0'), e.id, e.organisation_id, DATE '2024-12-31' - n %% 700, '',
       '', CASE n %% 10 WHEN 0 THEN '' WHEN 1 THEN 'rectification' ELSE 'conforming' END,
       '', '', '',
       CASE n %% 10 WHEN 0 THEN 'draft' ELSE 'closed' END,
       CASE WHEN n %% 10 > 0 THEN DATE '2024-12-31' - n %% 700 END, false, 1
  FROM generate_series(1, %(inspections)s) n
  JOIN (SELECT id, organisation_id, row_number() OVER (ORDER BY id) - 1 AS place,
               count(*) OVER () AS number FROM supervision_entity) e ON e.place = n %% e.number
"""
KINDS = ("water-meter", "fuel-dispenser", "sphygmomanometer")
UNITS = ("A", "B", "D", "C1", "C2")


def add_many(world: World, entities: int = 5_000, instruments: int = 60_000) -> None:
    kinds = [add_kind(code, "key-managed").pk for code in KINDS]
    units = [world.units[unit].pk for unit in UNITS]
    fill_ledger(units, kinds, entities, instruments)


def add_inspections(inspections: int) -> None:
    """Of the entities that are there, in turn."""
    with connection.cursor() as cursor:
        cursor.execute(INSPECTIONS, {"inspections": inspections})
        cursor.execute("ANALYZE")
