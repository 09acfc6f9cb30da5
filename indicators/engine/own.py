"""SQL for a unit's own value, quarter by quarter, before any roll-up.

The fragments work on the temporary table `line` (see lines.py); `{which}` chooses its rows.
`%(horizon)s` is the last quarter computed.

An observation at quarter p stands until the one before the unit's next observation, or the unit's
end, and holds a figure: for a stock, as long as the measure carries it forward; for a flow of the
calendar year, to the end of that year; for a flow as it is, at p alone. A flow since the plan's
start holds without end: the sum stays true, and where the unit has ended, the unit that it last
hung under keeps it. A flow counts as reported only at p, a stock wherever it holds.
"""

# Where a unit is asked before its first observation, an event without state opens its quarters.
EVENTS = """
    SELECT line.id, o.period::int AS period, o.state, o.value, o.numerator, o.denominator,
           CASE WHEN line.window = 'calendar_year' THEN o.period / 4 ELSE 0 END AS bucket
      FROM line
      JOIN indicators_observation o
        ON o.measure_id = line.measure_id AND o.organisation_id = line.organisation_id
     WHERE {which} AND {known}
       AND o.period BETWEEN line.counted_from AND least(line.until - 1, %(horizon)s)
    UNION ALL
    SELECT line.id, lower(line.asked), NULL, NULL, NULL, NULL,
           CASE WHEN line.window = 'calendar_year' THEN lower(line.asked) / 4 ELSE 0 END
      FROM line
     WHERE {which} AND NOT isempty(line.asked)
       AND NOT EXISTS (
            SELECT 1 FROM indicators_observation o
             WHERE o.measure_id = line.measure_id AND o.organisation_id = line.organisation_id
               AND {known} AND o.period BETWEEN line.counted_from AND lower(line.asked)
       )
"""

# Both windows take one sort: buckets rise with the quarters.
STANDING = f"""
    SELECT id, period, state, value, numerator, denominator,
           sum(value) OVER running AS value_so_far,
           sum(numerator) OVER running AS numerator_so_far,
           sum(denominator) OVER running AS denominator_so_far,
           lead(period) OVER (PARTITION BY id ORDER BY bucket, period) AS following
      FROM ({EVENTS}) event
    WINDOW running AS (PARTITION BY id, bucket ORDER BY period)
"""

ANSWERED = f"""
    SELECT line.*, standing.period, standing.state AS given,
           CASE WHEN stock OR line.window = 'as_is' THEN value ELSE value_so_far END AS v,
           CASE WHEN stock OR line.window = 'as_is' THEN numerator ELSE numerator_so_far END AS n,
           CASE WHEN stock OR line.window = 'as_is' THEN denominator
                ELSE denominator_so_far END AS d,
           generate_series(
               greatest(standing.period, line.since),
               least(
                   coalesce(standing.following - 1, %(horizon)s),
                   CASE WHEN line.window = 'since_plan_start' THEN %(horizon)s
                        ELSE line.until - 1 END
               )
           ) AS k
      FROM ({STANDING}) standing
      JOIN line ON line.id = standing.id
"""

HELD = f"""
    SELECT series_id, organisation_id, height, k, period, kind, roll_up, stock,
           CASE WHEN given IS NOT NULL THEN period END AS newest,
           CASE WHEN stock THEN k <= period + carry_forward
                WHEN answered.window = 'as_is' THEN k = period
                WHEN answered.window = 'calendar_year' THEN k / 4 = period / 4
                ELSE true END AND given IS NOT NULL AS holds,
           given, v, n, d, counts AND k < until AS counts, coalesce(asked @> k, false) AS asked
      FROM ({ANSWERED}) answered
     WHERE given IS NOT NULL OR asked @> k
"""

# A unit whose answer is "not applicable", or that is not asked and says nothing, is counted
# nowhere; what it brought to a sum before remains. What is done is done once, in however many
# quarters it was said.
OWN = f"""
    SELECT series_id, organisation_id, height, k AS period, kind, roll_up, newest,
           CASE WHEN holds AND kind <> 'ratio' AND roll_up IN ('sum', 'own') THEN v END AS value,
           CASE WHEN NOT holds THEN NULL
                WHEN kind = 'ratio' THEN n
                WHEN expected AND roll_up = 'mean' THEN v
                WHEN expected AND roll_up = 'share' THEN (v >= 1)::int END AS numerator,
           CASE WHEN kind = 'ratio' THEN CASE WHEN holds THEN d END
                WHEN expected AND roll_up = 'share' THEN 1
                WHEN expected AND roll_up = 'mean' AND holds AND v IS NOT NULL THEN 1
           END AS denominator,
           (expected AND answers)::int AS reported,
           expected::int AS expected,
           (expected AND holds AND stock AND k > period)::int AS carried
      FROM (
        SELECT *, counts AND (asked OR answers)
                  AND NOT (holds AND given = 'not_applicable') AS expected
          FROM (SELECT *, holds AND (stock OR k = period) AS answers FROM ({HELD}) held) answering
      ) own
"""
