"""Describes an incident that was ended from outside, and how to continue."""

from typing import Any

from console.terminal.failure import ExitCode, Failure
from console.terminal.zone import moment
from models.answers.description import Description, Ending


def ending_words(ending: Ending) -> str:
    """One line: how, when, by whom and why, without the parts that nobody knows."""
    by = f" by {ending.by}" if ending.by else ""
    why = f": {ending.why}" if ending.why else ""
    return f"{ending.how} at {moment(ending.at)}{by}{why}"


def ending_document(ending: Ending) -> dict[str, Any]:
    """The document for `--json`."""
    return {"how": ending.how, "at": ending.at.isoformat(), "by": ending.by, "why": ending.why}


def ended_from_outside(found: Description) -> Failure | None:
    """The failure that says that the incident's run was ended from outside, if it was."""
    if found.ending is None:
        return None
    last = f"; its last state was {found.state}" if found.state else ""
    return Failure(
        "Ended",
        f"{found.incident_id} is no longer driven: {ending_words(found.ending)}{last}",
        ExitCode.REFUSED,
        state=found.state,
        hints=_how_to_go_on(found.ending, found.incident_id),
        facts={"incident": found.incident_id, "ended": ending_document(found.ending)},
    )


def _how_to_go_on(ending: Ending, incident_id: str) -> tuple[str, ...]:
    anew = f"report it again, and link it: python starter.py link INC-... {incident_id}"
    if not ending.resettable:
        return (anew,)
    reset = f"temporal workflow reset --workflow-id {incident_id} --type LastWorkflowTask"
    return (f'{reset} --reason "..." continues it where it was', anew)
