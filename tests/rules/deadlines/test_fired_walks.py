"""After any facts and corrections, what fired stays, fires once, and reads as its run does."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockStatus, FiredThreshold
from rules.clocks.clocks import read_clocks
from rules.deadlines.due import next_point
from rules.record.decision import Decision
from tests.examples import examples
from tests.rules.breached import fired
from tests.rules.timed import incident, later, policy_of
from tests.specimens import outcome

SECTIONS = """
severity_rules: {{ raise: {{ running_clocks: {change} }}, lower: {{ running_clocks: {change} }} }}
communication:
  lead: lead
  audiences: {{ pub: {{ channels: log }} }}
  updates: {{ pub: {{ any: 30m }} }}
  late: {{ 100%: remind lead, +10m: remind bo }}
clocks:
  ack: {{ from: reported, to: acknowledged, within: 15m, at: {{ 50%: remind bo }} }}
  rec: {{ from: reported, to: "update:pub", within: 30m, recurs: true, until: resolved }}
  lead: {{ from: "role:lead", to: fixed, within: 25m, on_repeat: new }}
  aware: {{ from: aware, to: told, within: 20m, extendable: true }}
  fix: {{ from: reported, to: fixed, within: {{ SEV1: 30m, SEV2: 60m }}, pauses_on: [third_party] }}
  flag:
    {{ from: "flag:personal_data", to: told, within: 9m, on_repeat: new, when: flag personal_data }}
  end: {{ from: reported, to: resolved, within: 50m, on_repeat: new }}
"""
CHANGES = ("retarget", "restart", "keep")
POLICIES = {change: policy_of(SECTIONS.format(change=change)) for change in CHANGES}
Command = tuple[str, dict[str, object]]
"""A command: its name and its fields."""


def _one_of(name: str, field: str, *values: str, **more: str) -> st.SearchStrategy[Command]:
    """A command with one of some values of a field."""
    given_values = st.sampled_from(values)
    return given_values.map(lambda value: (name, {field: value, **more}))


OWN = ("aware", "told", "fixed")
PLAIN = ("resume", "acknowledge", "dispute_acknowledgement", "resolve", "reopen")
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.just(("post_update", {"text": "x", "audiences": ["pub"]})),
    _one_of("set_milestone", "milestone", *OWN),
    _one_of("withdraw_milestone", "milestone", *OWN),
    _one_of("correct_milestone", "milestone", *OWN, "acknowledged", "reported"),
    _one_of("assign_role", "person", "ana", "bo", role="lead"),
    _one_of("unassign_role", "role", "lead"),
    _one_of("set_severity", "severity", "SEV1", "SEV2"),
    _one_of("set_attribute", "value", "yes", "no", attribute="personal_data"),
    _one_of("extend_clock", "clock", "aware", by="15m"),
    _one_of("hold", "reason", "third_party"),
    st.sampled_from(PLAIN).map(lambda name: (name, {})),
)
STEPS = st.lists(
    st.tuples(st.integers(1, 25), st.integers(0, 60), COMMANDS), min_size=2, max_size=9
)


Step = tuple[int, int, Command]
"""Minutes of waiting, minutes by which the command is dated back, its name and fields."""


def facts(of: Iterable[FiredThreshold]) -> list[tuple[object, ...]]:
    """What never changes of what fired."""
    return [(f.clock, f.threshold, f.due_at, f.fired_at, f.actions) for f in of]


def until(record: Incident, minute: float, policy: CompiledPolicy) -> Incident:
    """The incident after everything fired that is due until then, each in its time."""
    now = record.timeline[-1].recorded_at
    while (point := next_point(policy, record, now)) and point.due_at <= later(minute / 60):
        now = max(now, point.due_at)
        record = fired(record, now, policy)
    return record


def holds(record: Incident, minute: float, policy: CompiledPolicy) -> None:
    """A limit of a run fires once, and breached is what has a breach that counts."""
    each = [(f.clock, f.started_at, f.threshold, f.due_at) for f in record.fired]
    assert len(each) == len(set(each))
    readings = read_clocks(policy, record, later(minute / 60))
    late = {(r.clock, r.run, r.started_at) for r in readings if r.status is ClockStatus.BREACHED}
    runs = {(r.clock, r.run, r.started_at) for r in readings}
    live = {(f.clock, f.run, f.started_at) for f in record.fired if f.breach and not f.superseded}
    assert live & runs == late
    assert {run for run in live - runs if not run[0].startswith("update:")} == set()


@given(changes=st.sampled_from(CHANGES), steps=STEPS)
@examples(15, deadline=None)
def test_what_fired_stays_and_fires_once(changes: str, steps: list[Step]) -> None:
    """Whatever comes late, is corrected, or is undone."""
    policy = POLICIES[changes]
    record, minute = incident(policy), 0.5
    for wait, back, (name, fields) in steps:
        minute += wait
        record = until(record, minute, policy)
        holds(record, minute, policy)
        when = {"happened_at": later(max(minute - 0.5 - back, 0) / 60)}
        before = facts(record.fired)
        answer = outcome(record, name, later(minute / 60), policy, note="why", **fields, **when)
        record = answer.incident if isinstance(answer, Decision) else record
        assert facts(record.fired) == before
    record = until(record, minute + 1, policy)
    holds(record, minute + 1, policy)
