"""Severity by attributes and within bounds; and alerts that are ignored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.alerts.ignored import is_ignored
from rules.severity.rating import by_attributes, severity_by, unknown_axes
from tests.rules.rated import MATRIX, rated


def test_an_alert_is_ignored_if_it_has_all_labels_of_a_pattern() -> None:
    """One full pattern is enough; half a pattern is not."""
    ignore = ({"severity": "none"}, {"env": "test", "team": "web"})
    assert is_ignored({"severity": "none", "alertname": "Watchdog"}, ignore)
    assert is_ignored({"env": "test", "team": "web"}, ignore)
    assert not is_ignored({"env": "test", "team": "db"}, ignore)
    assert not is_ignored({}, ignore)


def test_an_empty_pattern_ignores_nothing() -> None:
    """A typo must not silence everything."""
    assert not is_ignored({"severity": "critical"}, ({},))


def said(**values: str) -> dict[str, tuple[str, ...]]:
    """Known attributes; `low|high` stands for two values that both apply."""
    return {name: tuple(value.split("|")) for name, value in values.items()}


CABINET = rated(
    """\
  from:
    impact: [High, Medium, Low]
    urgency: [High, Medium, Low]
    matrix: [[P1, P1, P2], [P2, P3, P4], [P3, P4, P4]]
"""
)


@pytest.mark.parametrize(
    ("impact", "urgency", "severity"),
    [("Medium", "High", "P2"), ("High", "Medium", "P1"), ("Low", "High", "P3")],
)
def test_a_matrix_gives_the_cell_of_its_row_and_column(
    impact: str, urgency: str, severity: str
) -> None:
    """Rows are the first axis, columns the second; values need not rise evenly."""
    verdict = severity_by(CABINET, said(impact=impact, urgency=urgency))
    assert verdict.severity == severity
    assert verdict.why == f"impact {impact} x urgency {urgency}"


def test_an_unknown_axis_leaves_the_worst_possible_severity() -> None:
    """If the policy prefers the default, that counts; without any axis the matrix gives nothing."""
    worse, default = rated(MATRIX), rated(MATRIX + "  when_unsure: default\n")
    verdict = severity_by(worse, said(impact="low"))
    assert verdict.severity == "P3"
    assert verdict.why == "impact low x urgency unknown, the worst of P4, P3"
    assert severity_by(default, said(impact="low")).severity == "P4"
    assert severity_by(default, said(impact="low")).why == "by default"
    assert severity_by(default, said(impact="low", urgency="high")).severity == "P3"
    assert by_attributes(worse, {}) is None
    assert severity_by(worse, {}).severity == "P4"


def test_the_worse_of_two_possible_values_counts() -> None:
    """The alerts of one incident may differ."""
    verdict = severity_by(rated(MATRIX), said(impact="low|high", urgency="low"))
    assert (verdict.severity, verdict.why) == (
        "P2",
        "impact low or high x urgency low, the worst of P4, P2",
    )


def test_a_value_that_the_matrix_does_not_know_is_no_value() -> None:
    """The attribute may declare more values than the matrix has."""
    assert by_attributes(rated(MATRIX), said(impact="medium")) is None


def test_a_cell_may_give_nothing() -> None:
    """The next source then counts."""
    policy = rated(MATRIX.replace("[P4, P3]", "[none, P3]"))
    sure = said(impact="low", urgency="low")
    assert by_attributes(policy, sure) is None
    assert severity_by(policy, sure, labelled="P2").severity == "P2"
    assert severity_by(policy, said(impact="low")).severity == "P3"


NESTED = rated(
    """\
  from:
    impact:
      values: [low, high]
      from: { users: [few, many], function: [minor, core] }
      matrix: [[low, high], [high, high]]
    urgency: [low, high]
    matrix: [[P4, P3], [P2, P1]]
"""
)


def test_an_axis_may_follow_from_two_others() -> None:
    """Axes may nest; a stated value of an axis precedes the derived one."""
    known = said(users="few", function="core", urgency="low")
    verdict = severity_by(NESTED, known)
    assert (verdict.severity, verdict.why) == (
        "P2",
        "impact high (users few x function core) x urgency low",
    )
    assert severity_by(NESTED, {**known, **said(impact="low")}).severity == "P4"
    assert severity_by(NESTED, said(users="few", urgency="high")).severity == "P1"
    assert severity_by(NESTED, said(users="many", urgency="high")).severity == "P1"
    verdict = severity_by(NESTED, said(urgency="low"))
    assert (verdict.severity, verdict.why) == (
        "P2",
        "impact unknown x urgency low, the worst of P4, P2",
    )


def test_one_of_two_derived_axes_may_be_known() -> None:
    """The order in the policy does not matter."""
    policy = rated(
        """\
  from:
    impact:
      values: [low, high]
      from: { users: [few, many], function: [minor, core] }
      matrix: [[low, high], [high, high]]
    urgency:
      values: [low, high]
      from: { load: [low, high], hour: [night, day] }
      matrix: [[low, low], [high, high]]
    matrix: [[P4, P3], [P2, P1]]
"""
    )
    verdict = severity_by(policy, said(load="low", hour="day"))
    assert verdict.severity == "P2"
    assert verdict.why == (
        "impact unknown x urgency low (load low x hour day), the worst of P4, P2"
    )


def test_missing_knowledge_is_named() -> None:
    """It names the attributes at the bottom, not those that follow from them."""
    assert unknown_axes(NESTED, said(users="few")) == ("urgency", "function")
    assert unknown_axes(NESTED, said(impact="low", urgency="low")) == ()


HIGHEST = rated(
    """\
  default: P3
  from:
    highest_of:
      - customer_impact: { low: P4, high: P1 }
      - company_impact: { low: P4, high: P2 }
"""
)


def test_the_worst_of_several_axes_counts() -> None:
    """An unknown axis does not count."""
    verdict = severity_by(HIGHEST, said(customer_impact="low", company_impact="high"))
    assert (verdict.severity, verdict.why) == ("P2", "company_impact high")
    assert severity_by(HIGHEST, said(customer_impact="low")).severity == "P4"
    assert severity_by(HIGHEST, said(company_impact="high")).severity == "P2"
    assert severity_by(HIGHEST, {}).severity == "P3"


def test_a_statement_counts_before_the_matrix_and_the_matrix_before_labels() -> None:
    """The order is: stated, attributes, labels, default."""
    policy, known = rated(MATRIX), said(impact="high", urgency="low")
    assert severity_by(policy, known, stated="P4", labelled="P1").severity == "P4"
    assert severity_by(policy, known, stated="P9", labelled="P1").severity == "P2"
    assert severity_by(policy, {}, labelled="P1").why == "by the labels of its alerts"


def test_a_stated_severity_that_equals_the_derived_one_follows_attributes() -> None:
    """Only a person who states another severity takes over."""
    policy, known = rated(MATRIX), said(impact="high", urgency="low")
    assert severity_by(policy, known, stated="P2").follows
    assert not severity_by(policy, known, stated="P1").follows
    assert severity_by(policy, known).follows


BOUNDED = rated(
    MATRIX
    + """\
  caps: { environment=staging: P3, service=wiki: P2 }
  at_least: { flag security: P2 }
"""
)


def test_bounds_hold_for_every_severity_caps_last() -> None:
    """No severity exceeds a cap; a floor holds only as far as the caps allow."""
    worst_cell = said(impact="high", urgency="high")
    verdict = severity_by(BOUNDED, {**worst_cell, **said(environment="staging")})
    assert (verdict.severity, verdict.meant) == ("P3", "P1")
    assert verdict.why == "impact high x urgency high; capped at P3 by environment=staging"
    assert severity_by(BOUNDED, said(environment="staging"), stated="P4").severity == "P4"
    raised = severity_by(BOUNDED, said(security="yes"), stated="P4")
    assert (raised.severity, raised.why) == ("P2", "as stated; at least P2 by flag security")
    both = said(security="yes", environment="staging", service="wiki")
    assert severity_by(BOUNDED, both, stated="P4").severity == "P3"
    assert severity_by(BOUNDED, said(security="no"), stated="P4").severity == "P4"


def test_the_strictest_of_several_bounds_counts() -> None:
    """The order in the policy does not matter."""
    floors = rated(MATRIX + "  at_least: { users=few: P3, flag security: P2, users=many: P4 }\n")
    both = said(users="few", security="yes")
    assert severity_by(floors, both, stated="P4").severity == "P2"
    caps = rated(MATRIX + "  caps: { users=few: P2, flag security: P4, users=many: P1 }\n")
    assert severity_by(caps, both, stated="P1").severity == "P4"


def test_a_cap_holds_only_if_its_condition_is_certain() -> None:
    """If one of the alerts is from production, the cap for staging does not hold."""
    mixed = said(environment="staging|production")
    assert severity_by(BOUNDED, mixed, stated="P1").severity == "P1"
    unless = rated(MATRIX + "  caps: { not environment=production: P3 }\n")
    assert severity_by(unless, mixed, stated="P1").severity == "P1"
    assert severity_by(unless, said(environment="staging"), stated="P1").severity == "P3"
    assert severity_by(unless, {}, stated="P1").severity == "P3"


UNSURE = rated(MATRIX)


@given(
    known=st.dictionaries(
        st.sampled_from(["impact", "urgency"]), st.sampled_from(["low", "high"]), max_size=2
    ),
    more=st.sampled_from(["impact", "urgency"]),
    value=st.sampled_from(["low", "high"]),
)
def test_new_knowledge_never_makes_a_severity_worse_than_assumed(
    known: dict[str, str], more: str, value: str
) -> None:
    """In doubt the worst possible cell counts; each known axis only rules some out."""
    policy = UNSURE
    before = by_attributes(policy, said(**known))
    after = by_attributes(policy, said(**{more: value, **known}))
    assert after is not None
    if before:
        assert policy.severities.index(after[0]) >= policy.severities.index(before[0])
