"""Whether the log is still the chain that was written."""

from dataclasses import dataclass

from django.db import connection

# The same content as the trigger hashes, so that both must be changed to hide a change.
BROKEN = """
    SELECT id, follows, unchanged FROM (
        SELECT event.id,
               event.previous_hash = coalesce(lag(event.hash) OVER (ORDER BY event.id), '')
                   AS follows,
               event.hash = encode(sha256(convert_to(audit_content(event), 'UTF8')), 'hex')
                   AS unchanged
          FROM audit_auditevent event
    ) link
     WHERE NOT (follows AND unchanged)
     ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A row that is not as it was written, or that does not follow the row before it."""

    id: int
    follows: bool
    unchanged: bool


def broken_links() -> list[BrokenLink]:
    """Every row that was altered and every place where rows were taken out; [] for a sound log.

    Rows cut off at the end leave no trace in the chain: compare the newest hash with a copy of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        return [BrokenLink(*row) for row in cursor.fetchall()]
