"""A small plan file that is as it should be, for tests to spoil."""

GOOD = """\
plan:
  code: small-2020
  title: {zh: 小规划, en: Small plan}
  document_no: null
  organisation: "900000"
  issued_on: 2020-01-15
  starts: 2020Q1
  ends: 2025Q4
  parent: null
  url: null
  status: in_force
milestones:
  - {year: 2022, kind: mid_term}
  - {year: 2025, kind: final}
categories:
  - {code: goals, name: {zh: 目标, en: Goals}}
units:
  - {code: market, name: {zh: 市场监管局, en: Market bureau}, organisation: "900000"}
  - {code: finance, name: {zh: 财政局, en: Finance bureau}}
boxes:
  - number: 1
    title: {zh: 目标, en: Goals}
    rows:
      - {label: {zh: 合格率, en: Pass rate}}
      - {label: {zh: 标准, en: Standards}, text: {zh: 五项, en: Five}}
measures:
  - code: standards_built
    name: {zh: 标准数, en: Standards}
    unit: {zh: 项, en: items}
    kind: count
    accumulation: flow
    roll_up: sum
    decimals: 0
  - code: lots_passed
    name: {zh: 合格率, en: Pass rate}
    unit: {zh: "%", en: "%"}
    kind: ratio
    accumulation: stock
    roll_up: ratio
    numerator: {zh: 合格, en: Passed}
    denominator: {zh: 抽查, en: Sampled}
    decimals: 1
indicators:
  - code: standards
    measure: standards_built
    name: {zh: 标准, en: Standards}
    clause: 专栏1
    category: goals
    comparator: at_least
    window: since_plan_start
    reported_by: [county, owner]
    baseline: {year: 2019, value: 3}
    targets:
      - {year: 2022, low: 20}
      - {year: 2025, low: 50.5, approximate: true}
  - code: passed
    measure: lots_passed
    name: {zh: 合格率, en: Pass rate}
    clause: 专栏1
    category: goals
    comparator: range
    reported_by: [county]
    targets:
      - {year: 2025, low: 90, high: 95}
  - code: platform
    name: {zh: 平台, en: Platform}
    clause: （一）
    category: goals
    comparator: done
    targets:
      - {year: 2025}
tasks:
  - number: "1"
    title: {zh: 建标, en: Build standards}
    clause: （一）
    lead: market
    supporting: [finance]
    due: 2025Q4
    indicators: [standards, platform]
duties:
  - code: yearly
    clause: （二）
    from: market
    to: null
    subject: {zh: 年报, en: Yearly report}
    due: {zh: 年底, en: End of year}
    recurrence: yearly
    year: null
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The good file with texts exchanged, each of which must occur."""
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
