"""A rule that several parts of an incident ask is worked out once."""

from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.clocks.clocks import read_clocks
from rules.record.once import KEPT, once
from tests.specimens import POLICY, START, a_diagnosed_incident

LATER = START + timedelta(minutes=1)


class Asked:
    """A rule that counts how often it is worked out."""

    def __init__(self) -> None:
        self.times = 0
        self.rule = once(self._work_out)

    def _work_out(
        self, policy: CompiledPolicy, incident: Incident, now: datetime
    ) -> tuple[str, str, datetime]:
        self.times += 1
        return policy.name, incident.id, now


def test_the_same_record_at_the_same_instant_is_worked_out_once() -> None:
    """Whoever asks again gets the result of the first."""
    asked, policy, incident = Asked(), POLICY, a_diagnosed_incident()
    results = {asked.rule(policy, incident, START) for _ in range(3)}
    assert results == {(policy.name, incident.id, START)}
    assert asked.times == 1


def test_another_policy_record_or_instant_is_worked_out_anew() -> None:
    """A change of any of the three counts at once, even one that leaves everything equal."""
    asked, policy, incident = Asked(), POLICY, a_diagnosed_incident()
    asked.rule(policy, incident, START)
    asked.rule(policy.changed(name="another"), incident, START)
    asked.rule(policy, incident.changed(), START)
    assert asked.rule(policy, incident, LATER) == (policy.name, incident.id, LATER)
    assert asked.times == 4


def test_only_the_newest_results_are_kept() -> None:
    """A worker with thousands of incidents keeps a handful of results."""
    asked, policy, incident = Asked(), POLICY, a_diagnosed_incident()
    for minutes in range(KEPT + 1):
        asked.rule(policy, incident, START + timedelta(minutes=minutes))
    asked.rule(policy, incident, START + timedelta(minutes=KEPT))
    assert asked.times == KEPT + 1
    asked.rule(policy, incident, START)
    assert asked.times == KEPT + 2


def test_a_clock_reads_what_the_changed_record_says() -> None:
    """A clock that was read before a change does not read the same after it."""
    policy, incident = POLICY, a_diagnosed_incident()
    before = read_clocks(policy, incident, LATER)
    stopped = incident.changed(milestones=incident.milestones[:1])
    assert read_clocks(policy, stopped, LATER) != before
    assert read_clocks(policy, incident, LATER) == before
