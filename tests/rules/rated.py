"""Policies that say how severities come about, and incidents under them."""

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Incident, Report
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from policies.reading.problems import errors_of
from tests.specimens import an_incident

HEAD = """\
policy: Rated
version: "1"
effective_from: 2026-01-01
severities: { P1: { means: a }, P2: { means: b }, P3: { means: c }, P4: { means: d } }
people: { ana: {}, bo: {} }
channels: { log: { kind: log } }
paging: { channels: [log] }
roles: { lead: { duties: Leads, default: bo } }
attributes: { environment: [production, staging], users: [few, many, unknown] }
flags: [security]
clocks:
  acknowledge: { from: reported, to: acknowledged, within: { P1: 5m, P2: 1h, P3: 4h, P4: 1d } }
severity_rules:
"""

MATRIX = """\
  default: P4
  from:
    impact: [low, high]
    urgency: [low, high]
    matrix: [[P4, P3], [P2, P1]]
"""


def rated(rules: str) -> CompiledPolicy:
    """A policy with these severity rules."""
    read = parse_policy((HEAD + rules).encode(), "rated.yaml")
    assert not errors_of(read.problems), read.problems
    assert read.policy is not None
    return compile_policy(read.policy, "0" * 64)


def reported(policy: CompiledPolicy, **said: object) -> Incident:
    """An incident that ana reports."""
    fields = {"title": "Checkout fails", "reporter": Actor(name="ana", via="console")}
    return an_incident(policy, Report.model_validate({**fields, **said}))


def why(incident: Incident) -> str:
    """Why the severity is what it is, by the last line that says so."""
    told = [e.summary for e in incident.timeline if e.kind.startswith("severity.")]
    return told[-1]
