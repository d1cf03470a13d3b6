"""A policy of people with skills, for rules of roles, authority, approvals and handovers."""

from typing import Any

from models.compiled import CompiledPolicy
from models.incident.record import Incident, Report
from policies.check import problems_of
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from policies.reading.problems import errors_of
from rules.commands.beginning.first_record import open_incident
from rules.record.decision import Decision, Refusal
from tests.specimens import ANA, START, after, outcome

HEAD = """\
policy: Staffed
version: "1"
effective_from: 2026-01-01
severities:
  SEV1: { means: bad, major: true }
  SEV2: { means: less bad }
people:
  ana: { teams: payments, skills: commander }
  bo: { teams: payments }
  cy: { teams: platform, skills: commander }
  dee: { teams: support }
  eve: { teams: platform }
channels: { log: { kind: log } }
paging: { channels: [log] }
escalations: { default: [{ page: eve, wait: 5m }] }
flags: [personal_data]
"""


OPENED = ("acknowledge", "decline", "dispute_acknowledgement", "assign_role", "adopt_policy")
"""What is closed by default; for tests of something else it is for everybody of the policy."""


def staffed(written: str, *, closed: bool = False) -> CompiledPolicy:
    """The people, and what is written about them; with `closed`, as policies really begin."""
    read = parse_policy((HEAD + written).encode(), "staffed.yaml")
    assert not errors_of(problems_of(read)), errors_of(problems_of(read))
    assert read.policy is not None
    compiled = compile_policy(read.policy, "0" * 64)
    if closed:
        return compiled
    unsaid = [name for name in OPENED if name not in read.policy.authority.rules]
    authority = {name: rule for name, rule in compiled.authority.items() if name not in unsaid}
    return compiled.changed(authority=authority)


def reported(policy: CompiledPolicy, severity: str = "SEV1", **changes: Any) -> Incident:
    """An incident that ana reported at the start."""
    report = Report(title="It fails", severity=severity, reporter=ANA)
    return open_incident("INC-260327-TEST", report.changed(**changes), policy, START, START)


def refused(
    incident: Incident, name: str, minutes: float, policy: CompiledPolicy, **fields: Any
) -> Refusal:
    """The refusal that a command gets."""
    answer = outcome(incident, name, after(minutes), policy, **fields)
    assert isinstance(answer, Refusal), answer
    return answer


def decided(
    incident: Incident, name: str, minutes: float, policy: CompiledPolicy, **fields: Any
) -> Decision:
    """The decision of a command."""
    answer = outcome(incident, name, after(minutes), policy, **fields)
    assert isinstance(answer, Decision), answer
    return answer


def lines(incident: Incident, kind: str) -> list[str]:
    """What the timeline says in lines of one kind."""
    return [entry.summary for entry in incident.timeline if entry.kind == kind]
