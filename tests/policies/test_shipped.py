"""The policies that we ship, and the examples of the documentation."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.compiled import CompiledPolicy
from models.incident.record import INCIDENT_REPORT, Incident
from models.policy import Policy
from policies.catalogue import policy_in_force
from policies.check import check_file, problems_of
from policies.compiling.policy import compile_intake, compile_policy
from policies.reading.load import parse_policy
from policies.reading.shape import keys_at
from policies.reading.tree import Loc
from rules.alerts.ignored import is_ignored
from rules.alerts.severity import severity_from_labels
from states.lifecycle import State
from tests.specimens import REPORT, after, an_incident, done, with_report

POLICIES = Path(__file__).parents[2] / "policies"
SHIPPED = ("default", "demo")
PLACES: tuple[Loc, ...] = (
    ("backdating",),
    (),
    ("principles",),
    ("severities", "SEV1"),
    ("severity_rules",),
    ("severity_rules", "lower"),
    ("severity_rules", "from"),
    ("severity_rules", "from", "impact"),
    ("calendars", "office"),
    ("calendars", "office", "opens", 0),
    ("clocks", "resolve", "no_later_than"),
    ("metrics", "time_to_resolve"),
    ("communication", "updates", "all", "SEV1"),
    ("communication", "updates", "all", "SEV1", "slower"),
    ("reporting",),
    ("people", "ana"),
    ("channels", "log"),
    ("channels", "log", "own_channel"),
    ("paging",),
    ("steps", "diagnosis", 0),
    ("roles", "lead"),
    ("schedules", "primary"),
    ("schedules", "primary", "rotation"),
    ("schedules", "primary", "layers", "night"),
    ("schedules", "primary", "overrides", 0),
    ("schedules", "primary", "gaps", 0),
    ("schedules", "primary", "ical"),
    ("escalations", "default", 0),
    ("services", "shop"),
    ("authority",),
    ("authority", "trust"),
    ("authority", "close"),
    ("approvals", "resolve"),
    ("handover",),
    ("holds",),
    ("clocks", "resolve"),
    ("communication",),
    ("communication", "audiences", "all"),
    ("communication", "subscribers", "gate"),
    ("review",),
    ("alerts",),
    ("alerts", "open"),
    ("record",),
)
"""Places of a policy at which the language has keys."""

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "policy.md"


def carried(name: str) -> CompiledPolicy:
    """A shipped policy as an incident carries it."""
    loaded = policy_in_force(POLICIES / f"{name}.yaml", datetime.now(UTC))
    return compile_policy(loaded.policy, loaded.policy_hash, "payments")


ONLY_FEW = {
    "accepted",
    "owner",
    "approver",
    "next_review",
    "schedules",
    "milestones",
    "calendars",
    "dates",
    "flags",
    "attributes",
    "metrics",
    "approvals",
    "handover",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_has_no_problem(name: str) -> None:
    """It has no warning either: people copy it."""
    assert check_file(POLICIES / f"{name}.yaml") == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_uses_every_section(name: str) -> None:
    """It leaves out nothing except what only few need."""
    policy = policy_in_force(POLICIES / f"{name}.yaml", datetime.now(UTC)).policy
    silent = {field for field in Policy.model_fields if not getattr(policy, field)}
    assert silent <= ONLY_FEW


def in_review(policy: CompiledPolicy) -> Incident:
    """An incident that ana resolved by the policy's own steps."""

    def steps(state: str) -> list[str]:
        return [step.id for step in policy.steps if step.state == state and step.required]

    incident = an_incident(policy, REPORT)
    incident = done(incident, "acknowledge", after(1), policy)
    incident = done(incident, "set_severity", after(2), policy, severity="SEV1")
    if incident.holder("communication_lead") is None:
        incident = done(
            incident, "assign_role", after(3), policy, role="communication_lead", person="cy"
        )
    incident = done(incident, "begin_diagnosis", after(4), policy, steps=steps("assessment"))
    incident = done(incident, "begin_resolution", after(5), policy, steps=steps("diagnosis"))
    return done(incident, "resolve", after(6), policy, steps=steps("resolution"))


@pytest.mark.parametrize("name", SHIPPED)
def test_an_incident_can_reach_closure_under_a_shipped_policy(name: str) -> None:
    """The policy itself has what satisfies each of its guards."""
    policy = carried(name)
    incident = in_review(policy)
    assert incident.state is State.REVIEW
    incident = with_report(incident, after(7))
    incident = done(
        incident,
        "submit_review",
        after(7),
        policy,
        lead="ana",
        attendees=["bo", "cy"],
        aspects=dict.fromkeys(policy.review.aspects, "as it should be"),
        documents=dict.fromkeys(
            {*policy.review.documents} - {INCIDENT_REPORT}, "https://w.example"
        ),
        lessons=["Limits need tests"],
    )
    incident = done(incident, "add_action_item", after(8), policy, text="Test it", owner="bo")
    assert done(incident, "close", after(9), policy).state is State.CLOSED


def test_the_default_policy_measures_assessment_from_the_report() -> None:
    """Users wait from the report on, whenever somebody acknowledges."""
    assess = carried("default").clock("assess")
    assert assess is not None
    assert assess.starts == "reported"


def test_the_demonstration_policy_lets_people_answer_late_and_reopen_within_seconds() -> None:
    """Its first level waits as long as the limit: an answer after it is late."""
    policy = carried("demo")
    acknowledge = policy.clock("acknowledge")
    assert acknowledge is not None
    assert policy.escalation is not None
    assert acknowledge.within["SEV1"].within <= policy.escalation.levels[0].wait
    assert policy.grouping.reopen_within <= timedelta(minutes=1)


@pytest.mark.parametrize("name", SHIPPED)
def test_labels_decide_the_severity_and_watchdogs_are_ignored(name: str) -> None:
    """They are the labels of a real Alertmanager."""
    rules = compile_intake(policy_in_force(POLICIES / f"{name}.yaml", datetime.now(UTC)).policy)
    assert severity_from_labels({"severity": "critical"}, rules.severity) == "SEV1"
    assert is_ignored({"alertname": "Watchdog", "severity": "none"}, rules.ignore)


def blocks() -> list[str]:
    """The examples of the documentation that are YAML."""
    return re.findall(r"```yaml\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_documentation_are_one_policy_without_problems() -> None:
    """Read one after the other, each is understood, and they fit together."""
    read = parse_policy("\n".join(blocks()).encode(), "docs/policy.md")
    assert [str(problem) for problem in problems_of(read)] == []


def test_the_documentation_has_an_example_of_every_section() -> None:
    """Readers need to guess nothing of the language."""
    read = parse_policy("\n".join(blocks()).encode())
    assert read.policy is not None
    assert read.policy.model_fields_set == set(Policy.model_fields)


def test_the_documentation_names_every_key_of_the_language() -> None:
    """It names nested keys, too."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    assert all(keys_at(loc) for loc in PLACES)
    keys = {key for loc in PLACES for key in keys_at(loc)}
    assert {key for key in keys if f"{key}:" not in text and f"`{key}`" not in text} == set()
