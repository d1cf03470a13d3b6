"""The table of kinds has every line of the timeline, and its page is current."""

from pathlib import Path
from typing import Any

import pytest

from models.base import ENGINE
from models.incident.record import TimelineEntry
from models.incident.timeline import SAID, EntryKind, milestone_kind
from models.incident.timeline_page import NAMES, markdown
from models.messages.message import MessageKind
from models.time.clock import ActionKind
from rules.record.timeline import note
from states.lifecycle import TRANSITIONS
from tests.specimens import after, an_incident

PAGE = Path(__file__).parents[3] / "docs" / "timeline.md"


def test_the_page_of_kinds_is_current() -> None:
    """docs/timeline.md is generated (make timeline-doc) and has not drifted."""
    assert PAGE.read_text() == markdown()


def test_every_name_in_the_data_of_a_line_is_explained_once() -> None:
    """The names are in alphabetical order, and each belongs to a line."""
    assert list(NAMES) == sorted({*SAID, *(name for kind in EntryKind for name in kind.data)})


def test_each_kind_is_stored_as_a_thing_and_what_happened_to_it() -> None:
    """It is plain text, because other programs watch for it."""
    line = note(an_incident(), EntryKind.PAGE_SENT, "", actor=ENGINE, now=after(1)).timeline[-1]
    assert (line.kind, type(line.kind)) == ("page.sent", str)
    assert all(len(kind.split(".")) == 2 for kind in EntryKind)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.trigger)
def test_every_transition_has_its_kind(row: Any) -> None:
    """The milestone names it; without a milestone, the trigger does."""
    assert EntryKind(f"incident.{row.milestone or row.trigger.value}").meaning


@pytest.mark.parametrize("became", ["sent", "fell_back", "delayed", "undelivered"])
@pytest.mark.parametrize("sent", MessageKind)
def test_every_message_has_its_kinds(sent: MessageKind, became: str) -> None:
    """There is one for everything that can happen to the message; an event has no fallback."""
    if (sent, became) == (MessageKind.EVENT, "fell_back"):
        return
    assert {"recipient", "channel", "key", "reason"} <= set(EntryKind(f"{sent}.{became}").data)


@pytest.mark.parametrize("asked", [ActionKind.PAGE, ActionKind.REMIND])
def test_a_request_may_have_reached_nobody(asked: ActionKind) -> None:
    """Each kind of request has a line for it."""
    assert "target" in EntryKind(f"{asked}.nobody").data


def test_a_milestone_of_the_policy_has_a_kind_of_its_own() -> None:
    """The milestone names it."""
    assert milestone_kind("regulator_notified") == "milestone.regulator_notified"


def test_an_unknown_kind_cannot_be_written() -> None:
    """mypy refuses it, and so does a test that writes it."""
    with pytest.raises(TypeError, match=r"page\.snet is no kind of line"):
        note(an_incident(), "page.snet", "", actor=ENGINE, now=after(1))  # type: ignore[arg-type]


def test_data_that_the_table_does_not_name_cannot_be_written() -> None:
    """Otherwise the page would not explain it."""
    with pytest.raises(TypeError, match=r"page\.sent has no data chanel"):
        note(an_incident(), EntryKind.PAGE_SENT, "", actor=ENGINE, now=after(1), chanel="log")


def test_a_line_of_a_removed_kind_stays_readable() -> None:
    """Records hold kinds as text."""
    old = TimelineEntry(
        seq=1,
        kind="page.whistled",
        happened_at=after(1),
        recorded_at=after(1),
        actor=ENGINE,
        summary="",
    )
    assert TimelineEntry.model_validate_json(old.model_dump_json()) == old
