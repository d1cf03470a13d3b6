"""What the timeline keeps of a level that had its turn."""

from datetime import timedelta
from typing import Any

import pytest

from models.contracts.notifying import Delivery
from models.contracts.paging import Escalated, OutOfHours, PageOutcome
from models.messages.message import DeliveryFailure, Message, MessageKind, Receipt
from models.messages.reference import Reference
from models.people.schedule import Duty, GapKind, OnCall
from models.people.workload import Leave, PageVerdict, SentSummary
from rules.paging.escalation import Page, PassOver
from rules.paging.page_lines import (
    LevelTurn,
    PagingLine,
    late_words,
    lines_of,
    outcome_line,
    owed_by,
    passed_over_line,
)
from tests.specimens import POLICY, after

LEVEL = POLICY.escalation.levels[1] if POLICY.escalation else None
FACTS = {
    "cycle": 1,
    "rule": "default",
    "asked_at": after(5).isoformat(),
    "next_at": after(15).isoformat(),
}
DUTY = Duty(person="bo", because="layer night", since_at=after(0), until_at=after(60))


def turn() -> LevelTurn:
    """The second level in the second round."""
    assert LEVEL is not None
    return LevelTurn(
        Page(2, 1, LEVEL, after(15)), "default", "nobody acknowledged", after(5), after(15)
    )


def asking(**more: Any) -> Delivery:
    """A request to page bo, by mail if the pager fails."""
    message = Message(
        key="k",
        kind=MessageKind.PAGE,
        incident_id="INC-1",
        recipient="bo",
        subject="",
        body="",
        severity="",
        reason="silence",
        facts={},
    )
    return Delivery(message=message, channels=("pager", "mail"), channel=0, **more)


def outcome(target: str, via: str = "by name", **more: Any) -> PageOutcome:
    """The outcome of that page for a target."""
    return PageOutcome(delivery=asking(), target=target, via=via, **more)


def only(cycle: int | None = 1, **done: Any) -> PagingLine:
    """The line of what was done."""
    escalated = Escalated(level=2, cycle=cycle, **{"pages": (), **done})
    (line,) = lines_of(turn(), escalated)
    return line


RECEIPT = Receipt(
    key="k", channel="mail", delivered_at=after(5), reference=Reference(message="<k@example.com>")
)
FELL = (DeliveryFailure(key="k", channel="pager", error="answered 410", permanent=True),)


def test_a_sent_page_is_recorded_with_its_way_and_its_rule() -> None:
    """It names target, person, channel and earlier channels, and when the next level would come."""
    line = only(pages=(outcome("person:bo", receipt=RECEIPT, fell_back=FELL),))
    assert (line.kind, line.owed) == ("page.sent", None)
    assert line.data == {
        "level": 2,
        "target": "person:bo",
        "recipient": "bo",
        "channel": "mail",
        "key": "k",
        "reason": "nobody acknowledged",
        "via": "by name",
        "not_by": ["pager"],
        "reference": {"message": "<k@example.com>"},
        **FACTS,
    }
    plain = RECEIPT.changed(reference=None)
    assert only(None, pages=(outcome("person:bo", receipt=plain),)).data.keys() == {
        *("level", "target", "recipient", "channel", "key", "reason")
    }


@pytest.mark.parametrize(
    ("target", "via", "said"),
    [
        ("person:bo", "by name", "(level 2)"),
        ("role:lead", "role lead", "(level 2, role lead)"),
        ("role:lead", "", "(level 2)"),
        ("channel:ops", "channel ops", "(level 2)"),
    ],
)
def test_a_line_says_for_which_target_somebody_was_paged_if_that_is_not_plain(
    target: str, via: str, said: str
) -> None:
    """It says role or schedule, but not that a name or a channel was meant."""
    summary = only(pages=(outcome(target, via, receipt=RECEIPT),)).summary
    assert summary == f"page to bo {said} by mail: nobody acknowledged"


@pytest.mark.parametrize(("failure", "why"), [(FELL[0], "answered 410"), (None, "no answer")])
def test_a_page_that_failed_is_still_owed(failure: DeliveryFailure | None, why: str) -> None:
    """It is owed by its channel, with the channel's answer if there was one."""
    owed = outcome("person:bo", failure=failure)
    line = only(pages=(owed,))
    assert (line.kind, line.owed, line.data["channel"]) == ("page.failed", owed, "pager")
    assert f"page to bo (level 2) by pager: nobody acknowledged — failed: {why}" in line.summary


def test_a_page_that_is_sent_after_a_failure_says_why_it_is_late() -> None:
    """So a page of level 1 may follow one of level 2, and the timeline says why."""
    owed = owed_by(only(pages=(outcome("person:bo"),)), after(1))
    assert owed is not None
    assert "its first attempt failed at" in late_words(owed)
    held = outcome("person:bo", leave=Leave(verdict=PageVerdict.HELD, why="10 pages within 15m"))
    waits = owed_by(only(pages=(held,)), after(1))
    assert waits is not None
    assert late_words(waits) == ""
    assert owed_by(only(pages=(outcome("person:bo", receipt=RECEIPT),)), after(1)) is None


def test_a_page_that_is_held_is_still_owed() -> None:
    """The line names the limit."""
    owed = outcome("person:bo", leave=Leave(verdict=PageVerdict.HELD, why="10 pages within 15m"))
    line = only(pages=(owed,))
    assert (line.kind, line.owed) == ("page.held", owed)
    assert line.summary.endswith("held for a summary: 10 pages within 15m")


TOLD = SentSummary(key="s", at=after(9), channel="mail", incidents=4)
KNOWN = {"recipient": "bo", "key": "k", "reason": "silence"}


@pytest.mark.parametrize(
    ("leave", "kind", "said", "more"),
    [
        (
            Leave(verdict=PageVerdict.HELD, why="10 pages"),
            "held",
            "held for a summary: 10 pages",
            {},
        ),
        (
            Leave(verdict=PageVerdict.TOLD, summary=TOLD),
            "summarised",
            "by mail, in a summary of 4 incidents",
            {"channel": "mail", "summary_of": 4},
        ),
        (Leave(verdict=PageVerdict.UNDELIVERED), "undelivered", "no channel took the summary", {}),
        (Leave(verdict=PageVerdict.WITHDRAWN), "withdrawn", "it is no longer needed", {}),
    ],
)
def test_the_outcome_of_a_page_that_asked_for_leave_is_recorded(
    leave: Leave, kind: str, said: str, more: dict[str, Any]
) -> None:
    """The line says whose page it was, why it was asked for, and what happened instead."""
    line = outcome_line(asking(), leave)
    assert line is not None
    assert (line.kind, line.data) == (f"page.{kind}", KNOWN | more)
    assert said in line.summary
    assert line.summary.startswith("page to bo")


def test_a_held_page_is_recorded_once() -> None:
    """If the reason is known, the line says why it was dropped."""
    held = asking(held=True, withdraw="acknowledged")
    assert outcome_line(held, Leave(verdict=PageVerdict.HELD)) is None
    dropped = outcome_line(held, Leave(verdict=PageVerdict.WITHDRAWN))
    assert dropped is not None
    assert dropped.summary.endswith("held, and dropped: acknowledged")


@pytest.mark.parametrize("aged", [None, timedelta(minutes=3)])
def test_a_page_by_a_schedule_says_why_somebody_was_on_call(aged: timedelta | None) -> None:
    """The line names the shift, the age of the feed, and doubts."""
    found = OnCall(
        schedule="primary", at=after(5), duties=(DUTY,), feed_age=aged, notes=("feed x: old",)
    )
    paged = outcome("schedule:primary", "primary", receipt=RECEIPT)
    data = only(pages=(paged,), on_call={"primary": found}).data
    assert (data["schedule"], data["doubts"]) == ("primary", ["feed x: old"])
    assert data["on_call"] == DUTY.model_dump(mode="json")
    assert data["feed_age_seconds"] == (180 if aged else None)
    off = found.changed(duties=())
    assert "schedule" not in only(pages=(paged,), on_call={"primary": off}).data


def test_a_schedule_without_anybody_is_recorded_with_its_reason() -> None:
    """A role that nobody holds has nothing to add."""
    found = OnCall(schedule="primary", at=after(5), gap=GapKind.DECLARED)
    line = only(nobody=("schedule:primary",), on_call={"primary": found})
    assert line.kind == "page.nobody"
    assert "nobody is on call by primary: a declared gap" in line.summary
    told = {"level": 2, "reason": "nobody acknowledged", **FACTS}
    on_call = found.model_dump(mode="json")
    assert line.data == {**told, "target": "schedule:primary", "on_call": on_call}
    assert only(nobody=("role:lead",)).data == {**told, "target": "role:lead"}


@pytest.mark.parametrize("opens", [60, None])
def test_a_person_outside_their_hours_is_recorded_with_the_end_of_that_time(
    opens: int | None,
) -> None:
    """The line says so if it is known."""
    at = after(opens) if opens else None
    gone = OutOfHours(target="role:lead", recipient="bo", zone="UTC", opens_at=at)
    line = only(out_of_hours=(gone,))
    assert line.data == {
        "level": 2,
        "target": "role:lead",
        "recipient": "bo",
        "opens_at": at.isoformat() if at else None,
        "reason": "nobody acknowledged",
        **FACTS,
    }
    assert ("they begin at" in line.summary) == bool(at)


@pytest.mark.parametrize("next_at", [after(15), None])
def test_a_passed_over_level_is_recorded_with_its_targets(next_at: Any) -> None:
    """The line has the rule, the round, and when the next level comes."""
    done = PassOver(2, 1, "no alert fires", after(15))
    line = passed_over_line(done, "default", ("person:bo",), after(5), next_at)
    told = {"level": 2, "targets": ["person:bo"], **FACTS}
    assert line.data == {**told, "next_at": next_at.isoformat() if next_at else None}
