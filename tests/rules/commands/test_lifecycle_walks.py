"""Any sequence of commands keeps the invariants of the lifecycle."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.command import COMMANDS
from models.incident.record import Incident
from models.time.clock import ClockStatus, FiredThreshold
from rules.clocks.clocks import read_clocks
from rules.commands.answers import next_steps
from rules.commands.judgement import judge, parse
from rules.deadlines.due import due_thresholds, next_point, superseded, waiting_points
from rules.record.decision import Decision, Refusal
from rules.record.timeline import with_fired
from rules.updates.all_clocks import readings_of
from states.lifecycle import TERMINAL, State, Trigger, triggers_from
from tests.examples import examples
from tests.specimens import POLICY, START, an_incident

GAPS = st.integers(min_value=0, max_value=90 * 60)
PEOPLE = st.sampled_from(["ana", "bo", "cy", "stranger"])
FIELDS: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "cancel": st.fixed_dictionaries({"reason": st.sampled_from(["false_alarm", "boredom"])}),
    "hold": st.fixed_dictionaries(
        {"reason": st.sampled_from(["third_party", "change_window", "lunch"])}
    ),
    "set_severity": st.fixed_dictionaries(
        {
            "severity": st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV9"]),
            "note": st.sampled_from(["", "because"]),
        }
    ),
    "assign_role": st.fixed_dictionaries(
        {
            "role": st.sampled_from(["incident_manager", "communication_lead", "cook"]),
            "person": PEOPLE,
        }
    ),
    "post_update": st.fixed_dictionaries({"text": st.just("still looking")}),
    "complete_step": st.fixed_dictionaries(
        {"step": st.sampled_from(["impact", "cause", "verify", "tidy", "dance"])}
    ),
    "set_milestone": st.fixed_dictionaries(
        {"milestone": st.sampled_from(["aware", "regulator_notified", "resolved"])}
    ),
    "correct_milestone": st.fixed_dictionaries(
        {"milestone": st.sampled_from(["reported", "acknowledged", "diagnosed", "resolved"])}
    ),
    "decline": st.fixed_dictionaries({"reason": st.just("on a train")}),
    "add_note": st.fixed_dictionaries({"text": st.just("the disk is full")}),
    "add_lesson": st.fixed_dictionaries({"text": st.just("test restores")}),
    "submit_review": st.fixed_dictionaries(
        {
            "lead": PEOPLE,
            "aspects": st.sampled_from([{}, {"cause": "x", "response": "y"}]),
            "documents": st.sampled_from([{}, {"minutes": "there"}]),
        }
    ),
}
PLAIN = [t.value for t in Trigger if t is not Trigger.CANCEL] + [
    "resume",
    "dispute_acknowledgement",
]


class Walk(RuleBasedStateMachine):
    """An incident whose people try everything, at any time and also in hindsight."""

    @initialize()
    def report(self) -> None:
        """It begins with a report."""
        self.incident: Incident = an_incident()
        self.now = START

    @rule(gap=GAPS)
    def time_passes(self, gap: int) -> None:
        """Time passes; whatever is due fires once."""
        self.now += timedelta(seconds=gap)
        for point in due_thresholds(POLICY, self.incident, self.now):
            fired = FiredThreshold(**point.model_dump(exclude={"actions"}), fired_at=self.now)
            self.incident = with_fired(self.incident, fired)

    @rule(name=st.sampled_from(PLAIN), actor=PEOPLE, back=st.integers(0, 7200))
    def plain(self, name: str, actor: str, back: int) -> None:
        """A command without fields of its own."""
        self._try(name, {}, actor, back)

    @rule(
        data=st.data(),
        name=st.sampled_from(sorted(FIELDS)),
        actor=PEOPLE,
        back=st.integers(0, 7200),
    )
    def fields(self, data: st.DataObject, name: str, actor: str, back: int) -> None:
        """A command with fields."""
        self._try(name, data.draw(FIELDS[name]), actor, back)

    def _try(self, name: str, fields: dict[str, object], actor: str, back: int) -> None:
        payload: dict[str, object] = {"actor": actor, **fields}
        if back > 3600 or name == "correct_milestone":
            payload["happened_at"] = (self.now - timedelta(seconds=back)).isoformat()
        command = parse(name, payload)
        assert not isinstance(command, Refusal), command
        before = self.incident
        offered = {s.name: s.allowed for s in next_steps(POLICY, before, self.now)}
        outcome = judge(name, command, before, POLICY, self.now)
        if isinstance(outcome, Decision):
            assert len(outcome.incident.timeline) > len(before.timeline)
            self.incident = outcome.incident
            assert offered.get(name, True)
        else:
            assert outcome.message

    @invariant()
    def the_state_follows_from_the_last_move(self) -> None:
        """Record and machine agree: the newest move on the timeline led to the state."""
        moves = [e.data["target"] for e in self.incident.timeline if "target" in e.data]
        assert self.incident.state == (moves[-1] if moves else State.REPORTED)

    @invariant()
    def there_is_no_dead_end(self) -> None:
        """Every state that is not final offers a trigger."""
        assert self.incident.state in TERMINAL or triggers_from(self.incident.state)

    @invariant()
    def no_clock_runs_that_should_not(self) -> None:
        """In a final state, only clocks that outlive it run; no duration is negative."""
        for reading in readings_of(POLICY, self.incident, self.now):
            assert reading.elapsed >= timedelta()
            assert reading.remaining >= timedelta()
            assert (reading.late_by is not None) == (reading.status is ClockStatus.BREACHED)
            spec = POLICY.clock(reading.clock)
            if self.incident.state in TERMINAL and spec:
                assert reading.stopped_at or spec.outlives

    @invariant()
    def a_breach_is_an_elapsed_time_beyond_the_target(self) -> None:
        """The status agrees with the numbers."""
        for reading in read_clocks(POLICY, self.incident, self.now):
            assert (reading.status is ClockStatus.BREACHED) == (reading.elapsed > reading.target)

    @invariant()
    def nothing_that_stands_is_superseded(self) -> None:
        """A threshold that a correction took back is marked at once."""
        assert superseded(POLICY, self.incident, self.now) == ()

    @invariant()
    def what_waits_is_in_order(self) -> None:
        """The next due point comes before all others."""
        waiting = [p.due_at for p in waiting_points(POLICY, self.incident, self.now)]
        assert waiting == sorted(waiting)
        first = next_point(POLICY, self.incident, self.now)
        assert (first.due_at if first else None) == (waiting[0] if waiting else None)

    @invariant()
    def the_record_survives_being_carried(self) -> None:
        """What continue-as-new carries loads as the same record."""
        assert Incident.model_validate_json(self.incident.model_dump_json()) == self.incident


Walk.TestCase.settings = examples(25, stateful_step_count=25)
TestWalk = Walk.TestCase


def test_every_command_has_a_rule_or_is_a_trigger() -> None:
    """No command of the table is left without a decision."""
    from rules.commands.changes.table import COMMAND_RULES  # noqa: PLC0415

    assert set(COMMANDS) == set(COMMAND_RULES) | {t.value for t in Trigger}
