"""Policies with nothing but clocks, and incidents that play under them."""

from datetime import UTC, datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident, Report
from models.time.clock import ClockReading
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from policies.reading.problems import errors_of
from rules.clocks.clocks import read_clocks
from rules.clocks.coverage import span_needed
from rules.commands.beginning.first_record import open_incident
from rules.zones.calendars import slice_of
from tests.specimens import ANA

HEAD = """\
policy: Timed
version: "1"
effective_from: 2026-01-01
time_zone: Europe/London
severities:
  SEV1: { means: bad, major: true }
  SEV2: { means: less bad }
calendars:
  office: { days: mon-fri, hours: 09:00-17:00, holidays: GB-ENG }
people: { ana: {}, bo: {} }
channels: { log: { kind: log } }
paging: { channels: [log] }
roles: { lead: { duties: Leads } }
escalations: { default: [{ page: ana, wait: 5m }, { page: bo, wait: 5m }] }
holds: { reasons: [third_party] }
milestones: [impact_started, found, fixed, aware, told, meeting_held]
dates: [meeting]
flags: [personal_data]
attributes: { plan: [basic, gold] }
backdating: { reason_after: 3660d }
"""

FRIDAY = datetime(2026, 3, 20, 16, 0, tzinfo=UTC)
"""A Friday, 16:00 in London; the clocks there change nine days later."""


def policy_of(written: str, now: datetime = FRIDAY) -> CompiledPolicy:
    """A policy with these sections added, its calendars worked out at `now`."""
    read = parse_policy((HEAD + written).encode(), "timed.yaml")
    assert not errors_of(read.problems), read.problems
    assert read.policy is not None
    compiled = compile_policy(read.policy, "0" * 64)
    slices = {
        spec.name: slice_of(spec, *span_needed(compiled, spec.name, now, now), as_of=now)
        for spec in compiled.calendars
    }
    return compiled.changed(slices=slices)


def one(rest: str, now: datetime = FRIDAY) -> CompiledPolicy:
    """A policy with the one clock `it`."""
    return policy_of(f"clocks:\n  it: {{ {rest} }}\n", now)


def incident(
    policy: CompiledPolicy, severity: str = "SEV1", at: datetime = FRIDAY, **attributes: str
) -> Incident:
    """An incident that was reported at `at`."""
    report = Report(title="It fails", severity=severity, reporter=ANA, attributes=attributes)
    return open_incident("INC-260320-TEST", report, policy, at)


def readings(policy: CompiledPolicy, record: Incident, at: datetime) -> list[ClockReading]:
    """The runs of the clock `it`."""
    return [r for r in read_clocks(policy, record, at) if r.clock == "it"]


def hours(count: float) -> timedelta:
    """`count` hours."""
    return timedelta(hours=count)


def later(count: float) -> datetime:
    """So many hours after the report."""
    return FRIDAY + hours(count)
