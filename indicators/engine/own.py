"""SQL for a unit's own value, quarter by quarter, before any roll-up.

Every fragment works on the temporary table `scope(measure_id, organisation_id, since)`: the
units to compute, from which quarter on. `%(horizon)s` is the last quarter computed.

An observation at quarter p stands until the one before the unit's next observation, or the unit's
end, and holds a figure: for a stock, as long as the measure carries it forward; for a flow of the
calendar year, to the end of that year; for a flow as it is, at p alone. A flow since the plan's
start holds without end: the sum stays true, and where the unit has ended, the unit that it last
hung under keeps it. A flow counts as reported only at p, a stock wherever it holds.
"""

OBSERVED = """
    SELECT s.id AS series_id, m.id AS measure_id, o.organisation_id, o.period, o.state,
           m.accumulation, s.window, m.carry_forward, scope.since, life.until,
           CASE WHEN m.accumulation = 'flow' AND s.window <> 'as_is'
                THEN sum(o.value) OVER running ELSE o.value END AS value,
           CASE WHEN m.accumulation = 'flow' AND s.window <> 'as_is'
                THEN sum(o.numerator) OVER running ELSE o.numerator END AS numerator,
           CASE WHEN m.accumulation = 'flow' AND s.window <> 'as_is'
                THEN sum(o.denominator) OVER running ELSE o.denominator END AS denominator,
           lead(o.period) OVER (PARTITION BY s.id, o.organisation_id ORDER BY o.period) AS following
      FROM scope
      JOIN indicators_measure m ON m.id = scope.measure_id
      JOIN indicators_series s ON s.measure_id = m.id
      JOIN indicators_observation o
        ON o.measure_id = m.id AND o.organisation_id = scope.organisation_id
       AND {known} AND o.period <= %(horizon)s
       AND (s.since IS NULL OR o.period >= s.since)
      JOIN organisations_organisationancestry life
        ON life.ancestor_id = o.organisation_id AND life.descendant_id = o.organisation_id
    WINDOW running AS (
        PARTITION BY s.id, o.organisation_id,
                     CASE WHEN s.window = 'calendar_year' THEN o.period / 4 END
        ORDER BY o.period
    )
"""

ANSWERED = f"""
    SELECT series_id, measure_id, organisation_id, k AS period,
           CASE WHEN holds THEN state END AS state,
           CASE WHEN holds THEN value END AS value,
           CASE WHEN holds THEN numerator END AS numerator,
           CASE WHEN holds THEN denominator END AS denominator,
           (holds AND (accumulation = 'stock' OR k = observed.period)) AS reported,
           (holds AND accumulation = 'stock' AND k > observed.period) AS carried,
           observed.period AS newest, k < observed.until AS alive
      FROM ({OBSERVED}) observed
     CROSS JOIN LATERAL generate_series(
         greatest(observed.period, observed.since),
         CASE WHEN observed.window = 'since_plan_start' THEN coalesce(following - 1, %(horizon)s)
              ELSE least(coalesce(following - 1, %(horizon)s), observed.until - 1) END
     ) AS k
     CROSS JOIN LATERAL (
        SELECT CASE WHEN accumulation = 'stock' THEN k <= observed.period + carry_forward
                    WHEN observed.window = 'as_is' THEN k = observed.period
                    WHEN observed.window = 'calendar_year' THEN k / 4 = observed.period / 4
                    ELSE true END AS holds
     ) AS answer
"""

ASKED = """
    SELECT DISTINCT s.id AS series_id, s.measure_id, a.descendant_id AS organisation_id,
           k AS period
      FROM scope
      JOIN indicators_formmeasure fm ON fm.measure_id = scope.measure_id
      JOIN submissions_reportingform f ON f.id = fm.form_id
      JOIN organisations_organisationancestry a
        ON a.ancestor_id = f.owner_id AND a.descendant_id = scope.organisation_id
      JOIN organisations_organisation o ON o.id = a.descendant_id
       AND (
            (f.owner_fills AND a.depth = 0)
         OR (a.depth > 0 AND (o.level = f.level OR (f.level = 'county' AND o.level = 'zone')))
       )
      JOIN indicators_series s ON s.measure_id = fm.measure_id
      CROSS JOIN LATERAL generate_series(
          greatest(scope.since, a.since, f.opens, coalesce(s.since, f.opens)),
          least(a.until - 1, coalesce(f.closes, %(horizon)s), %(horizon)s)
      ) AS k
"""

# A unit whose answer is "not applicable" is counted nowhere; what it brought to a sum while the
# measure did apply remains. A mean takes the units of its level alone.
OWN = f"""
    SELECT series_id, measure_id, organisation_id, period,
           CASE WHEN m.kind <> 'ratio' AND m.roll_up IN ('sum', 'own') THEN own.value END
               AS value,
           CASE WHEN m.kind = 'ratio' THEN own.numerator
                WHEN counts AND m.roll_up IN ('mean', 'share') THEN own.value END AS numerator,
           CASE WHEN m.kind = 'ratio' THEN own.denominator
                WHEN counts AND m.roll_up = 'share' THEN 1
                WHEN counts AND m.roll_up = 'mean' AND own.value IS NOT NULL THEN 1
           END AS denominator,
           (counts AND coalesce(own.reported, false))::int AS reported,
           counts::int AS expected,
           (counts AND coalesce(own.carried, false))::int AS carried,
           own.newest
      FROM (
        SELECT series_id, coalesce(answered.measure_id, asked.measure_id) AS measure_id,
               organisation_id, period, answered.value, answered.numerator, answered.denominator,
               answered.reported, answered.carried, answered.newest,
               coalesce(answered.alive, true)
               AND coalesce(answered.state, '') <> 'not_applicable' AS applies
          FROM ({ANSWERED}) answered
          FULL JOIN ({ASKED}) asked USING (series_id, organisation_id, period)
      ) own
      JOIN indicators_measure m ON m.id = own.measure_id
      JOIN organisations_organisation o ON o.id = own.organisation_id
      CROSS JOIN LATERAL (
        SELECT applies AND (
            m.roll_up <> 'mean' OR o.level = m.mean_level
            OR (m.mean_level = 'county' AND o.level = 'zone')
        ) AS counts
      ) AS standing
"""
