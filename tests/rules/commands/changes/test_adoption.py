"""Before somebody adopts a policy, they see which clocks move and what fires at once."""

import pytest

from models.compiled import CompiledPolicy
from models.time.clock import ClockStatus
from rules.commands.changes.adoption import (
    adoption_preview,
    not_adoptable,
    shift_words,
    with_adopted_policy,
)
from rules.record.decision import AdoptPolicy, Case, Decision, Outcome, Refusal
from states.lifecycle import State
from tests.rules.staffed import lines, reported, staffed
from tests.rules.timed import incident, later, one, policy_of
from tests.specimens import ANA, after, done

OLD = "from: reported, to: resolved, within: 4h"
SHORT = OLD.replace("4h", "3h")


def adopt(old: CompiledPolicy, new: CompiledPolicy) -> Outcome:
    """What an adoption does to an incident that was just reported."""
    return with_adopted_policy(Case(incident(old), old, ANA, later(0), later(0)), new, "")


def test_a_preview_names_the_clocks_that_move_and_no_others() -> None:
    """The limit goes from four to two hours; the other clock stays as it is."""
    same = "  same: { from: reported, to: acknowledged, within: 1h }\n"
    old = policy_of(f"clocks:\n  it: {{ {OLD} }}\n{same}")
    new = policy_of(f"clocks:\n  it: {{ {OLD.replace('4h', '2h')} }}\n{same}")
    seen = adoption_preview(old, new, incident(old), later(0.5))
    assert [shift_words(shift) for shift in seen.shifts] == [
        "it: 2026-03-20 20:00:00 UTC → 2026-03-20 18:00:00 UTC"
    ]
    assert (seen.fires_at_once, seen.refusal) == ((), "")
    assert (seen.policy_name, seen.policy_version, seen.now) == ("Timed", "1", later(0.5))


def test_a_threshold_that_is_overdue_under_the_new_policy_fires_at_once() -> None:
    """Three hours passed of a limit of two, so the breach is due at adoption."""
    old, new = one(OLD), one(OLD.replace("4h", "2h"))
    seen = adoption_preview(old, new, incident(old), later(3))
    assert seen.fires_at_once == ("it 100%",)
    (shift,) = seen.shifts
    assert shift.before is not None
    assert shift.after is not None
    assert (shift.before.status, shift.after.status) == (
        ClockStatus.ON_TRACK,
        ClockStatus.BREACHED,
    )


def test_a_clock_that_only_one_of_them_has_comes_or_goes() -> None:
    """The side that lacks the clock shows no limit."""
    old, new = one(OLD), policy_of("clocks:\n  other: { from: reported, to: told, within: 1h }\n")
    words = [shift_words(s) for s in adoption_preview(old, new, incident(old), later(0)).shifts]
    assert words == [
        "it: 2026-03-20 20:00:00 UTC → no such clock",
        "other: no such clock → 2026-03-20 17:00:00 UTC",
    ]


def test_a_preview_names_paused_and_stopped_clocks_as_such() -> None:
    """Neither has a limit instant."""
    old = one(f"{OLD}, pauses_on: third_party")
    new = one("from: reported, to: acknowledged, within: 1h")
    record = done(incident(old), "acknowledge", later(0.5), old)
    record = done(record, "hold", later(0.5), old, reason="third_party")
    (shift,) = adoption_preview(old, new, record, later(0.5)).shifts
    assert shift_words(shift) == "it: paused, 3h30m left → met"


def test_a_preview_says_how_much_of_a_paused_clock_is_left() -> None:
    """A person who adopts wants to know whether that is enough."""
    old, new = (one(f"{words}, pauses_on: third_party") for words in (OLD, SHORT))
    record = done(incident(old), "acknowledge", later(2), old)
    record = done(record, "hold", later(2), old, reason="third_party")
    (shift,) = adoption_preview(old, new, record, later(3)).shifts
    assert shift_words(shift) == "it: paused, 2h left → paused, 1h left"


def test_adopting_says_on_the_timeline_what_it_did() -> None:
    """It has both hashes and every clock that moved, even those that the summary leaves out."""
    clocks = "".join(
        f"  c{n}: {{ from: reported, to: resolved, within: {n}h }}\n" for n in range(1, 8)
    )
    old, new = one(OLD), policy_of(f"clocks:\n{clocks}")
    answer = adopt(old, new)
    assert isinstance(answer, Decision)
    assert answer.effects == (AdoptPolicy(new),)
    line = answer.incident.timeline[-1]
    assert line.kind == "policy.adopted"
    assert line.summary.startswith("policy Timed 1 adopted, after Timed 1; it: 2026-03-20 20:00")
    assert line.summary.endswith("and 3 more clocks")
    assert (line.data["was"], line.data["becomes"]) == (old.policy_hash, new.policy_hash)
    assert len(line.data["clocks"]) == 8


@pytest.mark.parametrize("severities", [("P1", "P2"), ("SEV2",)])
def test_a_policy_without_the_severity_in_use_cannot_be_adopted(
    severities: tuple[str, ...],
) -> None:
    """The preview says why, and the command is refused in the same words."""
    old = one(OLD)
    new = old.changed(severities=severities)
    seen = adoption_preview(old, new, incident(old), later(0))
    assert "severity" in seen.refusal
    assert (seen.shifts, seen.fires_at_once) == ((), ())
    answer = adopt(old, new)
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.message) == ("Refused", seen.refusal)
    assert "SEV1" in answer.message


def test_an_incident_that_is_over_adopts_nothing() -> None:
    """Its clocks are judged already."""
    policy = one(OLD)
    record = done(incident(policy), "cancel", later(1), policy, reason="false_alarm")
    new = one(SHORT)
    seen = adoption_preview(policy, new, record, later(2))
    assert (seen.refusal, seen.shifts) == ("the incident is cancelled", ())
    over = incident(policy).changed(state=State.CLOSED)
    assert adoption_preview(policy, new, over, later(3.5)).fires_at_once == ()
    assert not_adoptable(new, record) == Refusal("Refused", "the incident is cancelled")


def test_an_adoption_has_the_instant_at_which_it_happened() -> None:
    """If there are few clocks, it names each."""
    clocks = "".join(
        f"  c{n}: {{ from: reported, to: resolved, within: {n}h }}\n" for n in range(1, 6)
    )
    old, new = policy_of(""), policy_of(f"clocks:\n{clocks}")
    answer = with_adopted_policy(Case(incident(old), old, ANA, later(2), later(1)), new, "")
    assert isinstance(answer, Decision)
    line = answer.incident.timeline[-1]
    assert (line.happened_at, line.recorded_at) == (later(1), later(2))
    assert answer.summary == line.summary
    assert "; c5: no such clock → " in line.summary
    assert "more clocks" not in line.summary


def test_a_holder_whom_the_new_policy_does_not_know_loses_the_role() -> None:
    """Only people of the policy hold a role: the preview, the answer and the timeline say so."""
    old, other = staffed("roles: { lead: {} }\n"), staffed("roles: { lead: {} }\n")
    people = {name: person for name, person in other.people.items() if name != "dee"}
    record = done(reported(old), "assign_role", after(1), old, role="lead", person="dee")
    words = "dee is no longer lead: the new policy has no such person"
    for new, lost in ((other, ()), (other.changed(people=people), (words,))):
        assert adoption_preview(old, new, record, after(2)).lose_roles == lost
        answer = with_adopted_policy(Case(record, old, ANA, after(2), after(2)), new, "")
        assert isinstance(answer, Decision)
        assert (words in answer.summary) == bool(lost)
        assert answer.incident.holders("lead") == (() if lost else ("dee",))
        assert lines(answer.incident, "role.unassigned") == list(lost)
