"""Before somebody adopts a policy, they see which clocks move and what fires at once."""

from dataclasses import replace

import pytest

from models.compiled import CompiledPolicy
from models.time.clock import ClockStatus
from rules.commands.changes.adoption import (
    adoption_preview,
    not_adoptable,
    outdated,
    shift_words,
    with_adopted_policy,
)
from rules.record.decision import (
    AdoptPolicy,
    Case,
    Decision,
    LookUpPolicy,
    Outcome,
    Refusal,
    Remind,
)
from states.lifecycle import State
from tests.rules.staffed import lines, reported, staffed
from tests.rules.timed import incident, later, one, policy_of
from tests.specimens import ANA, after, done, outcome

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


def test_an_offer_to_somebody_whom_the_new_policy_does_not_know_ends_with_a_line() -> None:
    """The taker could otherwise accept, and act under a policy that does not have them."""
    roles = "roles: { lead: {}, scribe: {} }\n"
    old, other = staffed(roles), staffed(roles)
    people = {name: person for name, person in other.people.items() if name != "dee"}
    new = other.changed(people=people)
    record = done(reported(old), "assign_role", after(1), old, role="lead", person="ana")
    offered = done(record, "hand_over", after(2), old, role="lead", to="dee")
    words = "the offer of lead to dee ends: dee is none of the policy's people"
    assert adoption_preview(old, other, offered, after(3)).offers_end == ()
    assert adoption_preview(old, new, offered, after(3)).offers_end == (words,)
    answer = with_adopted_policy(Case(offered, old, ANA, after(3), after(3)), new, "")
    assert isinstance(answer, Decision)
    assert words in answer.summary
    assert (answer.incident.handovers, answer.incident.holder("lead")) == ((), "ana")
    assert lines(answer.incident, "handover.lapsed") == [words]
    assert Remind("person:ana", words) in answer.effects
    assert not any(isinstance(e, Remind) and "dee" in e.target for e in answer.effects)
    # Whatever let such an offer stand, it is judged again.
    late = outcome(offered, "accept_handover", after(4), new, role="lead", actor="dee")
    assert isinstance(late, Refusal)
    assert late.message == "dee is none of the policy's people"
    before = new.changed(judges_in_full=False)
    kept = outcome(offered, "accept_handover", after(4), before, role="lead", actor="dee")
    assert isinstance(kept, Decision), "what began earlier keeps the old rule"


def test_offers_end_that_the_new_policy_makes_impossible() -> None:
    """It has no such role any more, its role needs a skill, or its giver is a stranger."""
    old = staffed("roles: { lead: {} }\n")
    record = done(reported(old), "assign_role", after(1), old, role="lead", person="bo")
    offered = done(record, "hand_over", after(2), old, role="lead", to="eve", actor="bo")
    strangers = {name: one for name, one in old.people.items() if name != "bo"}
    for new, why in (
        (staffed("roles: { boss: {} }\n"), "the policy has no role lead"),
        (
            staffed("roles: { lead: { qualification: commander } }\n"),
            "eve is not qualified for lead",
        ),
        (old.changed(people=strangers), "bo is none of the policy's people"),
    ):
        answer = with_adopted_policy(Case(offered, old, ANA, after(3), after(3)), new, "")
        assert isinstance(answer, Decision)
        assert answer.incident.handovers == ()
        [line] = lines(answer.incident, "handover.lapsed")
        assert why in line


def test_requests_of_strangers_and_about_other_rules_of_severity_end() -> None:
    """They are judged anew, with a line, also if the rule of the command itself stays."""
    severity = "severity_rules: { lower: { by: lead, after: { 30m: [dee] } } }\n"
    written = "roles: { lead: {} }\n" + severity
    old = staffed(written)
    tried = outcome(reported(old), "set_severity", after(2), old, severity="SEV2", actor="dee")
    assert isinstance(tried, Refusal)
    assert tried.leaves is not None
    asked = tried.leaves.incident
    assert [request.requester.name for request in asked.requests] == ["dee"]
    strangers = {name: one for name, one in old.people.items() if name != "dee"}
    for new, why in (
        (staffed(written), None),
        (old.changed(people=strangers), "no person of that name"),
        (staffed(written.replace("30m", "1m")), "another rule for it"),
    ):
        answer = with_adopted_policy(Case(asked, old, ANA, after(3), after(3)), new, "")
        assert isinstance(answer, Decision)
        assert bool(answer.incident.requests) is (why is None)
        ended = lines(answer.incident, "approval.lapsed")
        assert [line.rpartition("the policy has ")[2] for line in ended] == ([why] if why else [])


def test_a_policy_is_adopted_only_as_it_was_asked_for() -> None:
    """While it is looked up, another may come into force, or the asker may lose the right."""
    policy = staffed("roles: { lead: { leads: true } }\n", closed=True)
    record = done(
        reported(policy), "assign_role", after(1), policy, role="lead", person="ana", actor="eve"
    )
    fields = {"policy_hash": "1" * 64, "note": "new rules"}
    answer = outcome(record, "adopt_policy", after(2), policy, **fields)
    assert isinstance(answer, Decision)
    [asked] = (effect for effect in answer.effects if isinstance(effect, LookUpPolicy))
    case = Case(answer.incident, policy, ANA, after(3), after(2))
    assert outdated(case, asked) is None
    other = replace(case, policy=policy.changed(policy_hash="2" * 64))
    words = "another policy was adopted meanwhile: ask again"
    assert outdated(other, asked) == Refusal("Refused", words)
    gone = done(record, "unassign_role", after(2.5), policy, role="lead", person="ana")
    refusal = outdated(replace(case, incident=gone), asked)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "NotAuthorised"
