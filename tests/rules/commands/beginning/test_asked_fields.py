"""What the policy asks of a reporter, and what is wrong with a report as a whole."""

from datetime import timedelta

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.intake import ReportingRule
from models.severity import AttributeTable, Axis, CompiledSeverityRules
from rules.commands.beginning.asked_fields import asked_fields
from rules.commands.beginning.judged_report import judged, severities_open_to
from tests.specimens import POLICY, START

ANA = Actor(name="ana", via="web")
CY = Actor(name="cy", via="web")
LEVELS = ("low", "high")
BOTH = Axis(attribute="impact", values=LEVELS), Axis(attribute="urgency", values=LEVELS)
MATRIX = CompiledSeverityRules(
    tables=(AttributeTable(axes=BOTH, cells=("SEV3", "SEV2", "SEV2", "SEV1")),)
)
RULE = ReportingRule(
    who=("people",),
    at={"SEV1": ("platform",)},
    required=("title", "nature", "region"),
    people={"ana": ("platform",), "cy": ()},
)


def asking(
    rule: ReportingRule = RULE, rules: CompiledSeverityRules | None = MATRIX
) -> CompiledPolicy:
    """A policy whose severity follows from impact and urgency."""
    attributes = {"impact": LEVELS, "urgency": LEVELS, "region": (), "vendor": ()}
    return POLICY.changed(reporting=rule, severity_rules=rules, attributes=attributes)


def names(policy: CompiledPolicy, *, needed: bool | None = None) -> list[str]:
    """The fields in order; with `needed`, only those that are, or are not."""
    found = asked_fields(ANA, policy, ("payments",))
    return [each.name for each in found if needed in {None, each.needed}]


def test_what_the_policy_requires_or_decides_by_comes_first() -> None:
    """Everything else may be left out, and comes last."""
    assert names(asking(), needed=True) == ["title", "nature", "attributes.region"]
    assert names(asking()) == [
        *("title", "nature", "affected_systems"),
        *("attributes.impact", "attributes.urgency", "attributes.region", "severity"),
        *("service", "attributes.vendor"),
    ]


def test_a_severity_is_needed_only_if_nothing_else_gives_one() -> None:
    """With a matrix, its attributes may say it."""
    rule = ReportingRule(required=("severity",))
    assert names(asking(rule, None), needed=True) == ["title", "severity"]
    assert names(asking(rule), needed=True) == ["title"]


def test_a_reporter_chooses_among_the_severities_at_which_they_may_report() -> None:
    """So two reporters have different forms; a way in that is not listed has no severity."""
    found = {each.name: each for each in asked_fields(CY, asking(), ())}
    assert found["severity"].choices == ("SEV2", "SEV3")
    assert severities_open_to(ANA, asking()) == ("SEV1", "SEV2", "SEV3")
    elsewhere = asking(RULE.changed(channels=("api",)))
    assert severities_open_to(ANA, elsewhere) == ()


def test_a_computed_attribute_is_not_asked_for() -> None:
    """It follows from others; if the policy requires it, people may state it."""
    computed = AttributeTable(axes=BOTH, cells=("low", "low", "low", "high"), gives="reach")
    rules = MATRIX.changed(computed=(computed,))
    policy = asking(rules=rules)
    policy = policy.changed(attributes={**policy.attributes, "reach": LEVELS})
    assert "attributes.reach" not in names(policy)
    required = policy.changed(reporting=RULE.changed(required=("reach",)))
    assert "attributes.reach" in names(required, needed=True)


def test_a_report_is_judged_with_all_its_flaws_at_once() -> None:
    """The severity is the one that follows, and decides who may report."""
    said = {"impact": "high", "urgency": "high", "vendor": "x", "colour": "red"}
    report = Report.model_construct(
        title="", attributes=said, reporter=CY, happened_at=START + timedelta(days=1)
    )
    found = judged(report, asking(), START)
    assert found.severity == "SEV1"
    assert found.missing == ("title", "nature", "region")
    assert [name for name, _ in found.flaws] == [
        *("attributes.colour", "happened_at", "title", "nature", "attributes.region")
    ]
    assert "does not allow cy to report a SEV1 by web" in found.not_allowed
    assert found.may == ("platform",)
    assert judged(report.changed(reporter=ANA), asking(), START).not_allowed == ""
