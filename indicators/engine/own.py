"""SQL for a unit's own value, quarter by quarter, before any roll-up.

The fragments work on the temporary table `line` (see lines.py); `{which}` chooses its rows.
`%(horizon)s` is the last quarter computed.

An observation at quarter p stands until the one before the unit's next observation, or the unit's
end, and holds a figure: for a stock, as long as the measure carries it forward; for a flow of the
calendar year, to the end of that year; for a flow as it is, at p alone. A flow since the plan's
start holds without end: the sum stays true, and where the unit has ended, the unit that it last
hung under keeps it. A flow counts as reported only at p, a stock wherever it holds.
"""

EVENTS = """
      FROM line
      JOIN indicators_observation o
        ON o.measure_id = line.measure_id AND o.organisation_id = line.organisation_id
     WHERE {which} AND {known}
       AND o.period BETWEEN line.counted_from AND least(line.until - 1, %(horizon)s)
"""

PLAIN = f"""
    SELECT line.id, o.period::int AS period, o.state = 'not_applicable' AS declined,
           o.value AS v, o.numerator AS n, o.denominator AS d,
           lead(o.period) OVER (PARTITION BY line.id ORDER BY o.period) AS following
    {EVENTS} AND NOT line.running
"""

# Both windows take one sort: buckets rise with the quarters.
RUNNING = f"""
    SELECT id, period, declined, sum(value) OVER so_far, sum(numerator) OVER so_far,
           sum(denominator) OVER so_far,
           lead(period) OVER (PARTITION BY id ORDER BY bucket, period)
      FROM (
        SELECT line.id, o.period::int AS period, o.state = 'not_applicable' AS declined,
               o.value, o.numerator, o.denominator,
               CASE WHEN line.yearly THEN o.period / 4 ELSE 0 END AS bucket
        {EVENTS} AND line.running
      ) event
    WINDOW so_far AS (PARTITION BY id, bucket ORDER BY period)
"""

ANSWERED = f"""
    SELECT line.id, standing.period, standing.declined, standing.v, standing.n, standing.d,
           generate_series(
               greatest(standing.period, line.since),
               CASE WHEN line.endless THEN coalesce(standing.following - 1, %(horizon)s)
                    ELSE least(coalesce(standing.following - 1, %(horizon)s), line.until - 1) END
           ) AS k
      FROM ({PLAIN} UNION ALL {RUNNING}) standing
      JOIN line ON line.id = standing.id
"""

# The quarters in which a unit is asked before its first observation.
UNANSWERED = """
    SELECT line.id, NULL::int, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric,
           generate_series(
               greatest(lower(line.asked), line.since), coalesce(first.period - 1, %(horizon)s)
           )
      FROM line
      LEFT JOIN LATERAL (
        SELECT o.period FROM indicators_observation o
         WHERE o.measure_id = line.measure_id AND o.organisation_id = line.organisation_id
           AND {known} AND o.period >= line.counted_from
         ORDER BY o.period LIMIT 1
      ) first ON true
     WHERE {which} AND NOT isempty(line.asked)
"""

# OFFSET 0 keeps what is worked out here from being worked out again at every later mention.
HELD = f"""
    SELECT series_id, organisation_id, height, k, period, ratio, adds, mean, share, stock, asked,
           v, n, d, declined, counts AND k < until AS counts,
           period IS NOT NULL
           AND CASE WHEN stock THEN k <= period + carry_forward
                    WHEN endless THEN true
                    WHEN yearly THEN k / 4 = period / 4
                    ELSE k = period END AS holds
      FROM ({ANSWERED} UNION ALL {UNANSWERED}) answered
      JOIN line USING (id)
    OFFSET 0
"""

# A unit whose answer is "not applicable", or that is not asked and says nothing, is counted
# nowhere; what it brought to a sum before remains. What is done is done once, in however many
# quarters it was said.
ANSWERS = "(holds AND (stock OR k = period))"
EXPECTED = f"""
    (counts AND NOT (holds AND declined) AND ({ANSWERS} OR coalesce(asked @> k, false)))
"""
OWN = f"""
    SELECT series_id, organisation_id, height, k AS period, ratio, adds, mean, period AS newest,
           CASE WHEN holds AND adds THEN v END AS value,
           CASE WHEN NOT holds THEN NULL
                WHEN ratio THEN n
                WHEN mean AND {EXPECTED} THEN v
                WHEN share AND {EXPECTED} THEN (v >= 1)::int END AS numerator,
           CASE WHEN ratio THEN CASE WHEN holds THEN d END
                WHEN share AND {EXPECTED} THEN 1
                WHEN mean AND holds AND v IS NOT NULL AND {EXPECTED} THEN 1
           END AS denominator,
           ({ANSWERS} AND {EXPECTED})::int AS reported,
           {EXPECTED}::int AS expected,
           (holds AND stock AND k > period AND {EXPECTED})::int AS carried
      FROM ({HELD}) held
     WHERE period IS NOT NULL OR {EXPECTED}
"""
