"""How much a form's figures move those of the unit that reviews it."""

from decimal import Decimal

from django.db import connection

from metroplan.submissions.models import Submission

# Of a ratio its numerator is compared. Where the reviewing unit had no figure, nothing is known.
SIZES = """
    SELECT line.submission_id, max(line.moved / greatest(line.moved, whole.figure))
      FROM (
        SELECT r.submission_id, m.id AS measure_id, s.reviewer_unit_id, s.period,
               abs(coalesce(r.numerator, r.value, 0) - coalesce(o.numerator, o.value, 0)) AS moved
          FROM submissions_stagedrow r
          JOIN submissions_submission s ON s.id = r.submission_id AND s.version = r.version
          JOIN indicators_measure m ON m.code = r.key
          LEFT JOIN indicators_observation o
            ON o.measure_id = m.id AND o.organisation_id = s.organisation_id
           AND o.period = s.period - 1 AND o.superseded_at IS NULL
         WHERE s.id = ANY(%s)
           AND NOT (starts_with(m.source, 'register:')
                    AND s.period >= coalesce(m.counted_since, s.period))
      ) line
      JOIN LATERAL (
        SELECT max(coalesce(u.numerator, u.value)) AS figure
          FROM indicators_rollup u JOIN indicators_series se ON se.id = u.series_id
         WHERE se.measure_id = line.measure_id AND u.organisation_id = line.reviewer_unit_id
           AND u.period = line.period - 1
      ) whole ON whole.figure > 0
     WHERE line.moved > 0
     GROUP BY line.submission_id
"""


def change_sizes(submissions: list[Submission]) -> dict[int, Decimal]:
    """By submission, the largest change of a line as a part (0 to 1) of the reviewing unit's."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [[submission.pk for submission in submissions]])
        return dict(cursor.fetchall())
