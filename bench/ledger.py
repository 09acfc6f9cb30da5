"""A ledger of instruments of the wanted size, made up by the database itself."""

from collections.abc import Sequence

from django.db import connection

ENTITIES = """
INSERT INTO supervision_entity (number, name, uscc, kind, industry, organisation_id, address,
       key_energy_user, is_demo, version)
SELECT 'EN-' || lpad(n::text, 6, '0'), n || '号单位', '',
       (ARRAY['market', 'fuel_station', 'medical', 'enterprise'])[1 + n %% 4], '',
       (%(units)s::bigint[])[1 + n %% %(number)s], '', false, false, 1
  FROM generate_series(1, %(entities)s) n
"""
# Of ten: six valid, two overdue, one failed, one never verified.
INSTRUMENTS = """
INSERT INTO supervision_instrument (number, entity_id, kind_id, name, model, range_text, accuracy,
       serial_no, maker, place, purpose, in_use_from, verified_on, passed, valid_until, is_demo,
       version)
SELECT 'IN-' || lpad(n::text, 7, '0'), first + n %% %(entities)s, (%(kinds)s::bigint[])[1 + n %% 3],
       n || '号器具', '', '', '', 'S' || n, '厂' || n %% 50, '',
       (ARRAY['trade', 'safety', 'medical', 'environment', 'other'])[1 + n %% 5],
       DATE '2019-01-01' + n %% 1000,
       CASE WHEN n %% 10 < 9 THEN DATE '2024-01-01' - n %% 300 END,
       CASE WHEN n %% 10 < 9 THEN n %% 10 < 8 END,
       CASE WHEN n %% 10 < 6 THEN DATE '2024-12-31' - n %% 100
            WHEN n %% 10 < 8 THEN DATE '2024-03-01' - n %% 20 END, false, 1
  FROM generate_series(1, %(instruments)s) n, (SELECT min(id) AS first FROM supervision_entity) e
"""
VERIFICATIONS = """
INSERT INTO supervision_verification (instrument_id, verified_on, stage, passed, valid_until,
       certificate_no, institute_name, free_of_charge, recorded_at)
SELECT id, verified_on, 'periodic', passed, valid_until, 'C' || id, '', id %% 20 = 0, now()
  FROM supervision_instrument WHERE verified_on IS NOT NULL
 UNION ALL
SELECT id, verified_on - 365, 'periodic', true, verified_on - 1, 'B' || id, '', false, now()
  FROM supervision_instrument WHERE verified_on IS NOT NULL
"""


def fill_ledger(
    units: Sequence[int], kinds: Sequence[int], entities: int = 5_000, instruments: int = 60_000
) -> None:
    """Primary keys of units and kinds among which they are spread; the tables must be empty."""
    given = {
        "units": [*units],
        "number": len(units),
        "entities": entities,
        "instruments": instruments,
        "kinds": [*kinds],
    }
    with connection.cursor() as cursor:
        for statement in (ENTITIES, INSTRUMENTS, VERIFICATIONS):
            cursor.execute(statement, given)
        # The database gathers its statistics by itself a minute after such a load.
        cursor.execute("ANALYZE")
