"""SQL for a unit's own value, quarter by quarter, before any roll-up.

The fragments work on the temporary tables `line` and `span` (see lines.py); `{which}` chooses
lines. `%(horizon)s` is the last quarter computed.

An observation at quarter p stands until the one before the unit's next observation, or the unit's
end, and holds a figure: for a stock, as long as the measure carries it forward; for a flow of the
calendar year, to the end of that year; for a flow as it is, at p alone. A flow since the plan's
start holds without end: the sum stays true, and where the unit has ended, the unit that it last
hung under keeps it; so it does with a sum of the calendar year to the end of that year. A flow
counts as reported only at p, a stock wherever it holds.

Most quarters are answered in the quarter itself; nothing of that has to be asked for them. So the
quarters of observations (ANSWERED) and those between, after and before them (STANDING, SILENT) are
worked out apart.
"""

OBSERVED = """
      FROM indicators_observation o
     WHERE o.measure_id = line.measure_id AND o.organisation_id = line.organisation_id
       AND {known} AND o.period BETWEEN line.counted_from AND least(line.until - 1, %(horizon)s)
"""

PLAIN = f"""
    SELECT o.period::int AS period, o.state = 'not_applicable' AS declined,
           o.value AS v, o.numerator AS n, o.denominator AS d,
           lead(o.period) OVER (ORDER BY o.period) AS following
    {OBSERVED}
"""

RUNNING = f"""
    SELECT o.period::int AS period, o.state = 'not_applicable' AS declined,
           sum(o.value) OVER so_far AS v, sum(o.numerator) OVER so_far AS n,
           sum(o.denominator) OVER so_far AS d,
           lead(o.period) OVER (ORDER BY o.period) AS following
    {OBSERVED}
    WINDOW so_far AS (
        PARTITION BY CASE WHEN line.yearly THEN o.period / 4 END
        ORDER BY o.period ROWS UNBOUNDED PRECEDING
    )
"""

# Where something is missing between the observations or after the last of them.
STANDING = f"""
    SELECT series_id, organisation_id, height, ratio, adds, mean, share, stock, endless, yearly,
           carry_forward, until, asked, counts, period, declined, v, n, d,
           generate_series(
               greatest(period + 1, since),
               CASE WHEN endless THEN coalesce(following - 1, %(horizon)s)
                    WHEN yearly AND period / 4 = (until - 1) / 4
                    THEN least(coalesce(following - 1, %(horizon)s), period / 4 * 4 + 3)
                    ELSE least(coalesce(following - 1, %(horizon)s), until - 1) END
           ) AS k
      FROM (
        SELECT line.*, event.* FROM span JOIN line USING (id) CROSS JOIN LATERAL ({PLAIN}) event
         WHERE {{which}} AND span.ragged AND NOT line.running
        UNION ALL
        SELECT line.*, event.* FROM span JOIN line USING (id) CROSS JOIN LATERAL ({RUNNING}) event
         WHERE {{which}} AND span.ragged AND line.running
      ) standing
"""

# The quarters in which a unit is asked before its first observation. That one is looked up again in
# the statement that sums: it may have come in after `span` was made, and must not count twice.
SILENT = f"""
    SELECT series_id, line.organisation_id, height, ratio, adds, mean, share, stock, endless,
           yearly, carry_forward, until, asked, counts, NULL::int, NULL::boolean, NULL::numeric,
           NULL::numeric, NULL::numeric,
           generate_series(
               greatest(lower(line.asked), line.since), coalesce(begun.period - 1, %(horizon)s)
           )
      FROM line
      LEFT JOIN span USING (id)
      LEFT JOIN LATERAL (
        SELECT o.period::int AS period {OBSERVED} ORDER BY o.period LIMIT 1
      ) begun ON true
     WHERE {{which}} AND NOT isempty(line.asked)
       AND greatest(lower(line.asked), line.since) < coalesce(span.first, %(horizon)s + 1)
"""

# OFFSET 0 keeps what is worked out here from being worked out again at every later mention.
HELD = f"""
    SELECT *, period IS NOT NULL
           AND CASE WHEN stock THEN k <= period + carry_forward
                    WHEN endless THEN true
                    WHEN yearly THEN k / 4 = period / 4
                    ELSE false END AS holds
      FROM ({STANDING} UNION ALL {SILENT}) standing
    OFFSET 0
"""

# A unit whose answer is "not applicable", or that is not asked and says nothing, is counted
# nowhere; what it brought to a sum before remains.
UNANSWERED = f"""
    SELECT *, counts AND k < until AND NOT (holds AND declined)
              AND (holds AND stock OR coalesce(asked @> k, false)) AS due
      FROM ({HELD}) held
    OFFSET 0
"""


def _figures(source: str, *, holds: str, due: str, reported: str, carried: str) -> str:
    """Rows of figures of a source. What is done is done once, in however many quarters it was said.

    The rest are conditions on a row of the source: does an observation hold, is the unit one of
    those expected to report, has it, and was that carried forward.
    """
    return f"""
    SELECT series_id, organisation_id, height, k AS period, ratio, adds, mean, period AS newest,
           CASE WHEN adds AND {holds} THEN v END AS value,
           CASE WHEN ratio AND {holds} THEN n
                WHEN mean AND {holds} AND {due} THEN v
                WHEN share AND {holds} AND {due} THEN (v >= 1)::int END AS numerator,
           CASE WHEN ratio AND {holds} THEN d
                WHEN share AND {due} THEN 1
                WHEN mean AND {holds} AND v IS NOT NULL AND {due} THEN 1 END AS denominator,
           ({reported})::int AS reported, ({due})::int AS expected, ({carried})::int AS carried
      FROM {source}
     WHERE period IS NOT NULL OR {due}
    """


ANSWERED_IN_TIME = {
    "holds": "true",
    "due": "(counts AND NOT declined)",
    "reported": "counts AND NOT declined",
    "carried": "false",
}


def _answered(events: str, lines: str) -> str:
    source = f"""(
        SELECT line.*, event.*, event.period AS k FROM line CROSS JOIN LATERAL ({events}) event
         WHERE {{which}} AND {lines} AND event.period >= line.since
      ) answered"""
    return _figures(source, **ANSWERED_IN_TIME)


OWN = " UNION ALL ".join(
    (
        _answered(PLAIN, "NOT line.running"),
        _answered(RUNNING, "line.running"),
        _figures(
            f"({UNANSWERED}) unanswered",
            holds="holds",
            due="due",
            reported="holds AND stock AND due",
            carried="holds AND stock AND due",
        ),
    )
)
