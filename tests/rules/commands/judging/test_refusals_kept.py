"""Every refusal leaves a trace of who tried what and how often; a flood of them costs little."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.base import ENGINE, MONITORING, Actor
from models.command import TriggerCommand
from models.incident.record import Incident
from rules.commands.judging.refusals import (
    COUNTED_AGAIN_AFTER,
    COUNTED_EXACTLY,
    HEAVY_BYTES,
    HEAVY_IN_ALL,
    LAST_WORDS_KEPT,
    MORE_KEPT,
    REFUSALS_KEPT,
    UNKNOWN,
    WORDS_KEPT,
    RefusedCommand,
    claimed_actor,
    leaves_trace,
    with_refusal,
)
from rules.record.carried import too_heavy
from rules.record.decision import Refusal
from rules.record.notes_and_reasons import words_of
from rules.wording.sentences import shortened
from tests.rules import staffed as people
from tests.rules.staffed import lines, reported, staffed
from tests.specimens import after, an_incident, done

BO = Actor(name="bo", via="console")
MAY_NOT = Refusal("NotAuthorised", "bo may not close; may: ana")
MISSING = Refusal("TransitionNotAllowed", "close is refused in state review: the review")
UNREADABLE = Refusal("Malformed", "actor: Input should be a valid string")


def tried(
    refusal: Refusal = MAY_NOT, *, command: str = "close", actor: Actor = BO
) -> RefusedCommand:
    """Somebody tried something."""
    return RefusedCommand(command, actor, refusal)


def counts(incident: Incident) -> list[tuple[str, str, int]]:
    """Each actor, command and number of refusals."""
    return [(a.actor, a.kind, a.times) for a in incident.refusals.attempts]


@pytest.mark.parametrize("refusal", [MAY_NOT, MISSING, UNREADABLE])
def test_every_sort_of_refusal_is_a_line_that_names_the_command(refusal: Refusal) -> None:
    """A refusal for authority, state or form says who tried what, and why it was not done."""
    incident = with_refusal(an_incident(), tried(refusal), after(1))
    line = incident.timeline[-1]
    assert (line.kind, line.actor, line.recorded_at) == ("command.refused", BO, after(1))
    assert line.summary.removeprefix("close: ") == refusal.message
    assert line.data == {"command": "close", "refusal": refusal.kind}
    assert (incident.refusals.recorded, incident.refusals.dropped) == (1, 0)
    assert leaves_trace(an_incident(), tried(refusal), after(1))


def test_a_repeated_refusal_is_counted_and_another_reason_is_another_line() -> None:
    """Trying for hours does not fill the timeline, but a new reason gets its own line."""
    incident = an_incident()
    for minute in range(1, 5):
        incident = with_refusal(incident, tried(), after(minute))
    incident = with_refusal(incident, tried(MISSING), after(9))
    assert counts(incident) == [("bo", "NotAuthorised", 4), ("bo", "TransitionNotAllowed", 1)]
    first = incident.refusals.attempts[0]
    assert (first.first_at, first.last_at) == (after(1), after(4))
    assert len(lines(incident, "command.refused")) == 2


def test_the_words_of_the_last_attempt_are_kept_beside_those_of_the_first() -> None:
    """Somebody explains themselves better at each try; the line has what they said first."""
    incident = an_incident()
    for minute, text in enumerate(("please", "please", "the customer calls", "x" * 500), 1):
        again = RefusedCommand("close", BO, MAY_NOT, said=(("note", text),))
        incident = with_refusal(incident, again, after(minute))
        [kept] = incident.refusals.attempts
        assert kept.said == ({} if text == "please" else {"note": shortened(text, WORDS_KEPT)})
    [line] = [entry for entry in incident.timeline if entry.kind == "command.refused"]
    assert line.data["note"] == "please"


def test_of_many_repeated_attempts_only_the_latest_keep_their_words() -> None:
    """The record stays small, whoever sends how many notes."""
    incident = an_incident()
    for minute in range(1, 3 * LAST_WORDS_KEPT):
        for text in ("first", "then"):
            why = Refusal("NotAuthorised", f"no {minute}")
            again = RefusedCommand("close", BO, why, said=(("note", text),))
            incident = with_refusal(incident, again, after(minute))
    worded = [each.last_at for each in incident.refusals.attempts if each.said]
    assert len(worded) == LAST_WORDS_KEPT
    assert max(worded) == after(3 * LAST_WORDS_KEPT - 1)


def test_a_flood_of_one_refusal_is_counted_exactly_at_first_and_rarely_later() -> None:
    """Each update costs events: a script that tries every second costs only a few an hour."""
    incident, now, passed = an_incident(), after(1), 0
    for _ in range(3600):
        now += timedelta(seconds=1)
        if leaves_trace(incident, tried(), now):
            incident, passed = with_refusal(incident, tried(), now), passed + 1
    assert COUNTED_EXACTLY < passed <= COUNTED_EXACTLY + timedelta(hours=1) // COUNTED_AGAIN_AFTER
    assert counts(incident) == [("bo", "NotAuthorised", passed)]


@pytest.mark.parametrize("sort", [UNREADABLE, MISSING])
def test_a_flood_of_one_sort_hides_no_other(sort: Refusal) -> None:
    """Somebody sends different nonsense each time and then tries to close: the closing is seen."""
    incident = an_incident()
    for number in range(500):
        noise = Refusal(sort.kind, f"{sort.message} {number}")
        incident = with_refusal(incident, tried(noise), after(1))
    kept = REFUSALS_KEPT[tried(sort).sort]
    assert (incident.refusals.recorded, incident.refusals.dropped) == (kept, 500 - kept)
    assert not leaves_trace(incident, tried(Refusal(sort.kind, "once more")), after(2))
    assert leaves_trace(incident, tried(Refusal(sort.kind, "once more")), after(20))
    assert leaves_trace(incident, tried(), after(2))
    assert with_refusal(incident, tried(), after(2)).timeline[-1].summary == MAY_NOT.message


@pytest.mark.parametrize("command", ["post_update", "close"])
def test_no_flood_hides_which_person_tried_to_move_the_incident(command: str) -> None:
    """The flood may be other commands of the same person, or come under invented names."""
    incident, name = an_incident(), "bo" if command == "post_update" else "x{}"
    for number in range(500):
        noise = Refusal("NotAuthorised", f"{command} {number}")
        actor = Actor(name=name.format(number), via="console")
        incident = with_refusal(incident, tried(noise, command=command, actor=actor), after(1))
    closes, again = (
        RefusedCommand("close", BO, Refusal("NotAuthorised", w), known=True) for w in "ab"
    )
    assert not leaves_trace(incident, tried(), after(2))
    assert leaves_trace(incident, closes, after(2))
    incident = with_refusal(incident, closes, after(2))
    assert incident.timeline[-1].data["command"] == "close"
    assert not leaves_trace(incident, again, after(3))
    assert leaves_trace(incident, closes, after(3))


def test_the_space_for_first_attempts_of_people_is_bounded() -> None:
    """Somebody who claims to be everybody fills this room, and no more."""
    incident = an_incident()
    for number in range(300):
        actor = Actor(name=f"x{number}", via="console")
        incident = with_refusal(
            incident, RefusedCommand("close", actor, MAY_NOT, known=True), after(1)
        )
    assert incident.refusals.recorded == REFUSALS_KEPT["authority"] + MORE_KEPT


def test_refusals_on_record_stay_few_and_never_fill_the_record() -> None:
    """Long names and texts are cut, so people can still write lessons."""
    incident = an_incident()
    for number in range(200):
        for kind in ("NotAuthorised", "TransitionNotAllowed", "Malformed"):
            actor = Actor(name=f"{number}" * 90, via="v" * 40)
            said = Refusal(kind, f"{number} " * 400)
            incident = with_refusal(incident, tried(said, command="c" * 90, actor=actor), after(1))
    assert len(incident.refusals.model_dump_json()) < 100 * 1024
    assert not too_heavy(incident)


@pytest.mark.parametrize("actor", [ENGINE, MONITORING])
def test_a_claim_to_be_the_engine_is_not_recorded_under_its_name(actor: Actor) -> None:
    """A refused claim puts no words into the engine's mouth; its own messages are no claims."""
    incident = with_refusal(an_incident(), tried(actor=actor), after(1))
    assert incident.timeline[-1].actor == UNKNOWN
    assert not leaves_trace(an_incident(), tried(actor=actor), after(1))


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"actor": "bo", "steps": 5}, "bo"),
        ({"actor": "an\u200ba", "via": "console"}, "an\\u200ba"),
        ({"actor": "x" * 300}, "x" * 80),
        ({"actor": 5}, None),
        ({"actor": " \u200b"}, None),
        ([], None),
        ("bo", None),
    ],
)
def test_an_unreadable_message_is_recorded_with_the_sender_it_names(
    payload: Any, name: str | None
) -> None:
    """Invisible characters in a name are shown."""
    actor = claimed_actor(payload)
    assert (actor.name if actor else None) == name


def test_authority_is_judged_before_the_state_and_the_guards() -> None:
    """A person without authority hears of that first, even if the state forbids it anyway."""
    policy = staffed("authority: { close: ana, hold: ana, add_lesson: ana, set_date: bo }\n")
    incident = reported(policy)
    for name, fields in (("close", {}), ("hold", {"reason": "x"})):
        answer = people.refused(incident, name, 1, policy, actor="bo", **fields)
        assert answer.kind == "NotAuthorised"
    answer = people.refused(incident, "close", 1, policy, actor="bo")
    assert answer.message.startswith("bo may not close; may: ana; besides, close is refused")
    assert answer.possible
    assert people.refused(incident, "close", 1, policy).kind == "TransitionNotAllowed"
    over = done(incident, "cancel", after(2), policy, reason="drill")
    answer = people.refused(over, "set_date", 3, policy, actor="ana", date="x", at=after(9))
    assert answer.kind == "NotAuthorised"
    answer = people.refused(over, "hold", 3, policy, actor="bo", reason="x")
    assert (answer.kind, "cancelled" in answer.message) == ("NotAuthorised", True)


def test_nobody_is_asked_to_approve_an_impossible_command() -> None:
    """An attempt becomes a request only if the command could be done."""
    policy = staffed("roles: { lead: {} }\nauthority: { close: { by: ana, after: { 30m: bo } } }\n")
    answer = people.refused(reported(policy), "close", 1, policy, actor="bo")
    assert (answer.kind, answer.leaves) == ("NotAuthorised", None)


def test_a_lack_of_authority_for_a_severity_is_refused_first() -> None:
    """Even if a bound forbids it too, or the severity is final."""
    policy = staffed(
        "severity_rules: { caps: { flag personal_data: SEV2 }, raise: { by: ana },"
        " frozen_after: resolved }\n"
        "review: { required: { SEV1: always, SEV2: always } }\n"
    )
    incident = done(
        reported(policy, "SEV2"), "set_attribute", after(1), policy, attribute="personal_data"
    )
    answer = people.refused(incident, "set_severity", 2, policy, actor="bo", severity="SEV1")
    assert answer.kind == "NotAuthorised"
    answer = people.refused(incident, "set_severity", 2, policy, actor="ana", severity="SEV1")
    assert answer.kind == "Refused"
    incident = done(reported(policy, "SEV2"), "resolve", after(3), policy)
    answer = people.refused(incident, "set_severity", 4, policy, actor="bo", severity="SEV1")
    assert answer.kind == "NotAuthorised"


def test_a_flood_under_many_names_is_bounded_in_total() -> None:
    """Above a thousand, one attempt is counted every ten minutes; no name makes the record grow."""
    incident = an_incident()
    for number in range(1100):
        actor = Actor(name=f"p{number % 400}", via="console")
        incident = with_refusal(
            incident, RefusedCommand("close", actor, MAY_NOT, known=True), after(1)
        )
    assert incident.refusals.recorded <= 130
    known = Actor(name="p3", via="console")
    for attempt in (RefusedCommand("close", known, MAY_NOT), RefusedCommand("close", BO, MAY_NOT)):
        assert not leaves_trace(incident, attempt, after(10.9))
        assert leaves_trace(incident, attempt, after(11))


def heavy(actor: Actor = BO, *, known: bool = False, weight: int = HEAVY_BYTES + 1) -> Any:
    """An attempt whose message is large."""
    return RefusedCommand("close", actor, MISSING, known=known, weight=weight)


def test_a_heavy_message_leaves_a_line_that_says_how_large_it_was() -> None:
    """However large; the same one again is counted once in ten minutes, as it fills the history."""
    attempt = heavy(weight=200_000)
    assert leaves_trace(an_incident(), attempt, after(1))
    incident = with_refusal(an_incident(), attempt, after(1))
    assert incident.timeline[-1].data["bytes"] == 200_000
    assert not leaves_trace(incident, attempt, after(2))
    assert leaves_trace(incident, attempt, after(11))
    assert counts(with_refusal(incident, attempt, after(11))) == [("bo", MISSING.kind, 2)]


def test_heavy_messages_together_are_bounded_and_hide_no_first_attempt() -> None:
    """Beyond the bound one is taken in ten minutes; a person's first attempt always leaves one."""
    incident = an_incident()
    for number in range(5):
        actor = Actor(name=f"p{number}", via="temporal")
        incident = with_refusal(incident, heavy(actor, weight=HEAVY_IN_ALL // 4), after(1))
    assert not leaves_trace(incident, heavy(), after(2))
    assert leaves_trace(incident, heavy(known=True), after(2))
    assert leaves_trace(incident, heavy(), after(11))
    assert leaves_trace(incident, tried(MISSING), after(2))


def test_what_a_line_keeps_of_a_long_text_says_that_it_was_cut() -> None:
    """An ellipsis stands for the rest."""
    command = TriggerCommand(actor="bo", note="x" * 600)
    incident = with_refusal(
        an_incident(), replace(tried(MISSING), said=words_of(command)), after(1)
    )
    kept = incident.timeline[-1].data["note"]
    assert (len(kept), kept[-2:]) == (500, "x…")
