"""Who may report, and what a report must contain."""

from datetime import timedelta

import pytest

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.intake import ReportingRule
from models.severity import AttributeTable, Axis, CompiledSeverityRules
from rules.commands.beginning.report_rules import (
    INFORMATION,
    LOOKING_BACK,
    may_report,
    missing_information,
    not_allowed,
    refusal_of_report,
    report_digest,
    wrong_information,
    wrong_start,
)
from rules.record.decision import Refusal
from tests.specimens import POLICY, START, an_incident, outcome

ANA = Actor(name="ana", via="console")


def asking(*required: str) -> CompiledPolicy:
    """The specimen, with a rule for reports."""
    return POLICY.changed(reporting=ReportingRule(required=required))


RULE = ReportingRule(who=("platform", "bo", "monitoring"), people={"ana": ("platform",), "cy": ()})


def test_a_refusal_lists_everything_that_is_missing() -> None:
    """A report is refused once for all fields, not once for each."""
    report = Report(title="Checkout fails", nature="  ", reporter=ANA)
    missing = ("nature", "affected_systems", "severity", "service")
    assert missing_information(report, asking(*INFORMATION)) == missing


def test_a_report_has_a_title_whatever_the_policy_asks() -> None:
    """The title must be readable; blank names do not count as affected systems."""
    report = Report(title=" \u200b", affected_systems=(" ",), reporter=ANA)
    assert missing_information(report, POLICY) == ("title",)
    assert missing_information(report, asking("affected_systems")) == (
        "title",
        "affected_systems",
    )


def test_a_complete_report_misses_nothing() -> None:
    """Each filled field counts."""
    report = Report(
        title="Checkout fails",
        nature="Customers cannot pay",
        affected_systems=("checkout",),
        severity="SEV1",
        service="payments",
        reporter=ANA,
    )
    assert missing_information(report, asking(*INFORMATION)) == ()


def test_an_alert_is_never_lost_because_a_field_is_missing() -> None:
    """Monitoring only reports what it can."""
    report = Report(title="HighErrorRatio", reporter=MONITORING)
    assert missing_information(report, asking(*INFORMATION)) == ()


@pytest.mark.parametrize(
    ("reporter", "may"),
    [
        (ANA, True),
        (Actor(name="bo", via="api"), True),
        (Actor(name="cy", via="console"), False),
        (MONITORING, True),
        (Actor(name="monitoring", via="console"), False),
    ],
)
def test_people_teams_and_monitoring_may_report_where_they_are_named(
    reporter: Actor,
    may: bool,  # noqa: FBT001 - the claim itself
) -> None:
    """A rule names them by name, by team, or as monitoring by its own way in."""
    assert may_report(reporter, RULE) is may


def test_people_are_those_of_the_policy_and_anyone_is_everybody() -> None:
    """`people` accepts only names that the policy knows."""
    people = RULE.changed(who=("people",))
    anyone = RULE.changed(who=("anyone",))
    stranger = Actor(name="eve", via="api")
    assert may_report(Actor(name="cy", via="api"), people)
    assert not may_report(stranger, people)
    assert may_report(stranger, anyone)


def test_a_way_in_that_is_not_among_the_channels_is_closed() -> None:
    """Channels limit the way in for everybody."""
    rule = ReportingRule(channels=("monitoring", "command_line"))
    assert may_report(ANA, rule)
    assert may_report(MONITORING, rule)
    assert not may_report(Actor(name="ana", via="api"), rule)
    refused = not_allowed(Actor(name="eve", via="chatbot"), rule)
    assert "eve to report by chatbot; it allows" in refused


def test_reports_that_differ_in_anything_have_other_digests() -> None:
    """Equal words give equal digests; a field that is left out equals its default."""
    one = Report(title="Checkout fails", reporter=ANA)
    assert report_digest(one) == report_digest(
        Report(title="Checkout fails", nature="", reporter=ANA)
    )
    others = [
        one.changed(**change)
        for change in (
            {"title": "Search fails"},
            {"nature": "x"},
            {"affected_systems": ("x",)},
            {"severity": "SEV1"},
            {"reporter": Actor(name="bo", via="console")},
        )
    ]
    assert len({report_digest(report) for report in (one, *others)}) == 6


def test_a_digest_is_the_same_for_ever() -> None:
    """It is in the memo of incidents that began under earlier versions."""
    report = Report(
        title="Checkout fails",
        severity="SEV1",
        reporter=ANA,
        happened_at=START,
        attributes={"b": "1", "a": "2"},
    )
    assert (
        report_digest(report) == "eb780d886631ca963fc136bcea799d7bc19a1248ea0b2b61594738c9b38422cc"
    )


def test_a_report_may_come_late_by_as_much_as_a_command_and_no_more() -> None:
    """That is a year and a day; no report may lie in the future."""
    assert wrong_start(None, START) is None
    assert wrong_start(START, START) is None
    assert wrong_start(START - LOOKING_BACK, START) is None
    second = timedelta(seconds=1)
    assert wrong_start(START - LOOKING_BACK - second, START) == "lies more than 366 days back"
    assert wrong_start(START + second, START) == "lies in the future"


MATRIX = CompiledSeverityRules(
    tables=(
        AttributeTable(
            axes=(Axis(attribute="impact", values=("one", "all")),), cells=("SEV3", "SEV1")
        ),
    )
)
STRICT = POLICY.changed(
    attributes={"impact": ("one", "all"), "region": ()},
    severity_rules=MATRIX,
    reporting=ReportingRule(
        who=("people",),
        channels=("api", "temporal"),
        required=("nature", "severity", "region"),
        people={"bo": ()},
    ),
)


def test_a_refusal_of_a_report_lists_everything_at_once() -> None:
    """That is what is missing, what the policy does not know, and who may report this."""
    report = Report(
        title=" ",
        severity="SEV9",
        attributes={"impct": "all", "impact": "evry", "region": "north"},
        reporter=ANA,
    )
    refusal = refusal_of_report(report, STRICT)
    assert refusal is not None
    assert (refusal.kind, refusal.missing, refusal.may) == (
        "NotAuthorised",
        ("title", "nature"),
        ("people",),
    )
    assert refusal.message == (
        "the policy does not allow ana to report by command_line; it allows: people; "
        "by: api, temporal. "
        "the report lacks what the policy requires: title, nature. "
        "the policy has no severity 'SEV9'; there are: SEV1, SEV2, SEV3. "
        "the policy has no attribute 'impct'; did you mean impact? "
        "impact cannot be 'evry'; there are: one, all"
    )


def test_each_wrong_field_has_its_own_message() -> None:
    """A free attribute needs a readable value, because a blank one is no value."""
    report = Report(title="x", severity="P9", attributes={"region": " "}, reporter=ANA)
    assert wrong_information(report, STRICT) == (
        ("severity", "the policy has no severity 'P9'; there are: SEV1, SEV2, SEV3"),
        ("attributes.region", "region is blank"),
    )


def test_attributes_that_give_a_severity_count_as_one() -> None:
    """For example, the number of affected people gives the severity."""
    said = {"title": "x", "nature": "y", "reporter": Actor(name="bo", via="temporal")}
    fit = Report.model_validate({**said, "attributes": {"impact": "all", "region": "north"}})
    assert refusal_of_report(fit, STRICT) is None
    refusal = refusal_of_report(Report.model_validate(said), STRICT)
    assert refusal is not None
    assert (refusal.kind, refusal.missing) == ("Refused", ("severity", "region"))
    assert refusal.may == ()


@pytest.mark.parametrize("reporter", [MONITORING, ENGINE])
def test_monitoring_and_the_engine_are_never_refused(reporter: Actor) -> None:
    """Alerts that fire, and incidents that the policy opens, always become incidents."""
    assert refusal_of_report(Report(title="x", severity="P1", reporter=reporter), STRICT) is None


def test_authority_to_report_depends_on_the_resulting_severity() -> None:
    """It may be stated or follow from attributes; here the default is SEV2."""
    rule = ReportingRule(at={"SEV1": ("team:platform",)}, people={"ana": ("platform",)})
    policy = POLICY.changed(reporting=rule)
    cy = Actor(name="cy", via="console")
    for reporter, severity, taken in (
        (ANA, "SEV1", True),
        (cy, "SEV1", False),
        (cy, "SEV2", True),
        (cy, None, True),
    ):
        report = Report(title="Checkout fails", severity=severity, reporter=reporter)
        assert (refusal_of_report(report, policy) is None) is taken
    refusal = refusal_of_report(
        Report(title="Checkout fails", severity="SEV1", reporter=cy), policy
    )
    assert refusal is not None
    assert (refusal.kind, refusal.may) == ("NotAuthorised", ("team:platform",))
    assert refusal.message == (
        "the policy does not allow cy to report a SEV1 by command_line; it allows: team:platform"
    )


@pytest.mark.parametrize("entry", ["platform", "team:platform"])
def test_nobody_reports_by_bearing_the_name_of_a_team(entry: str) -> None:
    """Only its members do; a person who bears the name of their team is one of the people."""
    rule = RULE.changed(who=(entry,), reserves_teams=True)
    assert may_report(ANA, rule)
    for name in ("platform", "team:platform", "mallory"):
        assert not may_report(Actor(name=name, via="api"), rule)
    named = rule.changed(people={**rule.people, "platform": ("platform",)})
    assert may_report(Actor(name="platform", via="api"), named)


@pytest.mark.parametrize(
    "name", ["team:platform", "role:lead", "Person:ana", "on_call:x", "schedule:x", "channel:log"]
)
def test_nobody_acts_or_reports_under_a_name_that_means_somebody_of_a_kind(name: str) -> None:
    """Such words are the engine's."""
    words = f"'{name}' begins with a word of the engine: write your own name alone"
    report = Report(title="Checkout fails", reporter=Actor(name=name, via="api"))
    assert ("reporter", words) in wrong_information(report, POLICY)
    refusal = outcome(an_incident(), "add_lesson", START, actor=name, text="t")
    assert isinstance(refusal, Refusal)
    assert refusal.message == f"actor: {words}"
