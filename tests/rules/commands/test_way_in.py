"""How every command comes in: what is understood, when it counts, and what is too late."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.base import ENGINE
from models.command import COMMANDS
from models.incident.record import Incident, Lesson
from models.incident.timeline import EntryKind
from models.time.clock import FiredThreshold
from rules.commands.judgement import AFTER_THE_END, FREE_TEXTS, no_command, parse
from rules.record.decision import Case, Decision, Refusal, TakenUp
from rules.record.timeline import SUMMARY_BOUND, note, supersede, with_fired
from states.lifecycle import State
from tests.specimens import (
    ANA,
    POLICY,
    START,
    a_diagnosed_incident,
    after,
    an_incident,
    done,
    outcome,
)

SECOND = timedelta(seconds=1)
A_YEAR = timedelta(days=366)


def closed() -> Incident:
    """An incident that is over and closed."""
    incident = done(a_diagnosed_incident(), "resolve", after(100), steps=["verify"])
    return incident.changed(state=State.CLOSED)


def test_every_wrong_field_is_named_without_its_content() -> None:
    """The payload may hold a secret; all its flaws are named at once."""
    answer = parse("add_action_item", {"actor": "", "colour": "s3cret"})
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.missing) == ("Malformed", ("text", "owner"))
    for words in (
        "actor: String should have at least 1 character",
        "text: Field required; owner: Field required",
        "colour: Extra inputs are not permitted",
    ):
        assert words in answer.message
    assert "s3cret" not in answer.message
    nested = parse("submit_review", {"actor": "ana", "lead": "ana", "lessons": ["x", 7]})
    assert isinstance(nested, Refusal)
    assert nested.message == "lessons.1: Input should be a valid string"


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    """The refusal lists their names."""
    answer = parse("dance", {"actor": "ana"})
    assert isinstance(answer, Refusal)
    assert answer.kind == "Malformed"
    assert answer.message == f"there is no command 'dance'; there are: {', '.join(COMMANDS)}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("aknowledge", " (2 arguments): perhaps acknowledge"),
        ("record_alert", " (2 arguments)"),
        ("xyz", " (2 arguments)"),
    ],
)
def test_an_unknown_signal_is_answered_with_what_was_probably_meant(name: str, hint: str) -> None:
    """The suggestion is never a command for the engine alone; an endless name is cut."""
    answer = no_command("signal", name, 2)
    assert answer.kind == "Malformed"
    assert answer.message.startswith(f"there is no signal '{name}'{hint}")
    assert "record_alerts" not in answer.message
    assert no_command("update", "acknowledge" + "x" * 200, 0).message.count("x") == 69


@pytest.mark.parametrize(
    ("at", "refused_as"),
    [
        (START - A_YEAR, None),
        (START - A_YEAR - SECOND, "Malformed"),
        (after(5), None),
        (after(5) + SECOND, "Malformed"),
    ],
)
def test_an_instant_lies_between_a_year_before_the_report_and_now(
    at: datetime, refused_as: str | None
) -> None:
    """The bounds themselves are allowed; anything beyond is refused with the name of its field."""
    answer = outcome(an_incident(), "set_milestone", after(5), milestone="aware", happened_at=at)
    found = (answer.kind, answer.missing) if isinstance(answer, Refusal) else (None, ())
    assert found == (refused_as, ("happened_at",) if refused_as else ())
    assert not isinstance(answer, Refusal) or f"{at:%Y-%m-%d %H:%M:%S} UTC" in answer.message


@pytest.mark.parametrize(("late", "counts"), [(5, 10 * 60), (6, 10 * 60 - 6), (300, 5 * 60)])
def test_a_command_that_waited_for_a_worker_counts_from_when_it_was_given(
    late: float, counts: float
) -> None:
    """A few seconds on the way do not matter; a time in the command takes precedence."""
    sent: dict[str, Any] = {"sent_at": after(10) - late * SECOND}
    incident = done(an_incident(), "acknowledge", after(10), **sent)
    milestone = incident.milestone("acknowledged")
    assert milestone is not None
    assert milestone.at == START + counts * SECOND
    said = done(an_incident(), "acknowledge", after(10), happened_at=after(3), **sent)
    milestone = said.milestone("acknowledged")
    assert milestone is not None
    assert milestone.at == after(3)


@pytest.mark.parametrize("name", sorted(AFTER_THE_END))
def test_late_knowledge_can_still_be_recorded(name: str) -> None:
    """That is facts, dates, links and lessons, whatever the fields of the command say."""
    fields: dict[str, dict[str, Any]] = {
        "set_milestone": {"milestone": "aware"},
        "correct_milestone": {"milestone": "acknowledged", "happened_at": after(1)},
        "withdraw_milestone": {"milestone": "acknowledged"},
        "set_attribute": {"attribute": "x"},
        "set_date": {"date": "meeting", "at": after(1)},
        "extend_clock": {"clock": "resolve", "by": "1h"},
        "link": {"target": "CHG-1"},
        "add_note": {"text": "x"},
        "add_lesson": {"text": "x"},
        "post_update": {"text": "x"},
    }
    answer = outcome(closed(), name, after(300), **fields[name])
    assert not isinstance(answer, Refusal) or answer.message != "the incident is closed"


def test_a_refusal_of_an_old_fact_says_how_it_would_be_possible() -> None:
    """The refusal names reopening as the way."""
    answer = outcome(closed(), "hold", after(300), reason="third_party")
    assert answer == Refusal("Refused", "the incident is closed", possible=("reopen",))


@pytest.mark.parametrize("name", sorted(FREE_TEXTS))
def test_a_full_record_takes_no_more_of_any_text(name: str) -> None:
    """The refusal says how many fit, and where else to put the text."""
    incident = done(a_diagnosed_incident(), "resolve", after(100), steps=["verify"])
    lesson = Lesson(at=after(101), actor=ANA, text="x" * 4000)
    incident = incident.changed(lessons=(lesson,) * 25)
    fields: dict[str, Any] = {"text": "x", "owner": "bo", "target": "CHG-1"}
    known = COMMANDS[name].payload.model_fields
    said = {key: value for key, value in fields.items() if key in known}
    assert outcome(incident, name, after(102), **said) == Refusal(
        "Refused",
        "the record has reached its limit of 96 KiB: put longer texts into a document and link it",
    )


def test_a_fact_that_a_correction_replaces_is_marked() -> None:
    """It is a threshold that would not have fired by the corrected record; others stay."""
    fired = FiredThreshold(
        clock="acknowledge",
        run=1,
        threshold="50%",
        fraction=0.5,
        due_at=after(2.5),
        fired_at=after(2.5),
    )
    other = fired.changed(clock="assess", due_at=after(7.5))
    incident = with_fired(with_fired(an_incident(), fired), other)
    policy = POLICY.changed(
        clocks=tuple(
            c.changed(thresholds=POLICY.clocks[0].thresholds) if c.name == "assess" else c
            for c in POLICY.clocks
        )
    )
    answer = outcome(incident, "acknowledge", after(9), policy, happened_at=after(2))
    assert isinstance(answer, Decision)
    assert [(f.clock, f.superseded) for f in answer.incident.fired] == [
        ("acknowledge", True),
        ("assess", False),
    ]
    line = answer.incident.timeline[-1]
    assert (line.kind, line.actor, line.recorded_at) == ("clock.superseded", ANA, after(9))
    assert line.data == {"clock": "acknowledge", "threshold": "50%"}
    assert line.summary.startswith("acknowledge 50% fired at 16:52:30 UTC; by the record as it is")
    assert answer.effects, "what was to follow from the command follows all the same"
    assert answer.summary == "acknowledge by ana: reported → assessment"


def test_only_replaced_facts_are_marked() -> None:
    """Two runs of one clock count separately."""
    first = FiredThreshold(
        clock="c", run=1, threshold="50%", fraction=0.5, due_at=START, fired_at=START
    )
    second = first.changed(run=2)
    incident = supersede(with_fired(with_fired(an_incident(), first), second), (second,))
    assert [f.superseded for f in incident.fired] == [False, True]


def test_commands_of_the_engine_and_of_monitoring_are_no_progress() -> None:
    """Nor does a person if nobody watches."""
    incident = done(a_diagnosed_incident(), "resolve", after(50), steps=["verify"])
    incident = done(incident, "reopen", after(60))
    engine: dict[str, Any] = {"actor": ENGINE.name, "via": ENGINE.via}
    answer = outcome(incident, "mitigate", after(61), **engine)
    assert isinstance(answer, Decision)
    assert not [e for e in answer.effects if isinstance(e, TakenUp)]


def test_a_line_is_cut_and_numbered_and_carries_what_belongs_to_it() -> None:
    """It happened when it was recorded, unless the command says otherwise."""
    before = an_incident()
    incident = note(
        before, EntryKind.STEP_DONE, "x" * (SUMMARY_BOUND + 9), actor=ANA, now=after(3), step="a"
    )
    line = incident.timeline[-1]
    assert (len(line.summary), line.seq, line.data) == (
        SUMMARY_BOUND,
        before.next_seq,
        {"step": "a"},
    )
    assert (line.happened_at, line.recorded_at, line.actor) == (after(3), after(3), ANA)
    assert incident.next_seq == before.next_seq + 1
    assert incident.timeline[:-1] == before.timeline


@pytest.mark.parametrize(("ago", "counts"), [(5, False), (6, True)])
def test_a_late_message_counts_from_when_it_was_given(ago: int, counts: bool) -> None:  # noqa: FBT001 - a case
    """Nobody can shorten a wait by dating back."""
    happened_at = after(10) - ago * SECOND
    case = Case(an_incident(), POLICY, ANA, after(10), happened_at)
    assert case.given_at == (after(10) if counts else happened_at)
    assert not case.overrules("steps_done")


def test_a_refusal_as_data_is_complete() -> None:
    """Tools find it by these names, whatever the words are, with the state at the refusal."""
    refusal = Refusal("Refused", "no", missing=("note",), possible=("reopen",), may=("bo",))
    assert refusal.details("closed") == {
        "refusal": "Refused",
        "message": "no",
        "state": "closed",
        "missing": ["note"],
        "possible": ["reopen"],
        "may": ["bo"],
    }
