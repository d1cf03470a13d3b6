"""One message instead of many pages: which incidents wait, the worst first."""

from collections import Counter
from dataclasses import dataclass

from models.messages.message import Message, MessageKind
from models.people.party import party_named
from models.people.workload import AskLeave, WorkloadState
from models.severity import LEAST_URGENT, MOST_URGENT

MOST_LISTED = 25
"""This many incidents are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class PageSummary:
    """The message, its channels, the keys of the pages in it, and how many incidents it covers.

    `urgency` is that of the worst incident.
    """

    message: Message
    channels: tuple[str, ...]
    keys: tuple[str, ...]
    incidents: int
    urgency: int


def incidents(count: int) -> str:
    """A number of incidents, in words."""
    return "1 incident" if count == 1 else f"{count} incidents"


def summary_of(state: WorkloadState, workload: str, whom: str) -> PageSummary:
    """The summary of all pages that are held for `whom` (`person:ana`); there must be one at least.

    It takes the way that the page of the worst incident would have taken.
    """
    pages = sorted(state.held.values(), key=lambda page: (page.asked.bound.urgency, page.at))
    waiting: dict[str, AskLeave] = {}
    for page in pages:
        waiting.setdefault(page.asked.incident_id, page.asked)
    worst = pages[0].asked
    severities = Counter(ask.severity for ask in waiting.values())
    counts = ", ".join(f"{count} {severity}" for severity, count in severities.items())
    many = len(waiting)
    message = Message(
        key=f"{workload}/summary-{state.summaries + 1}",
        kind=MessageKind.PAGE,
        incident_id=worst.incident_id,
        recipient=party_named(whom).name,
        address=worst.address,
        handles=worst.handles,
        subject=f"{incidents(many)} for you: {counts}",
        body=_body(waiting),
        severity=worst.severity,
        reason=f"summary of {len(pages)} pages" if len(pages) > 1 else "summary of 1 page",
        facts={"incidents": str(many), "severities": counts},
    )
    urgency = min(max(worst.bound.urgency, MOST_URGENT), LEAST_URGENT)
    return PageSummary(message, worst.channels, tuple(state.held), many, urgency)


def _body(waiting: dict[str, AskLeave]) -> str:
    lines = [ask.subject for ask in waiting.values()]
    more = len(lines) - MOST_LISTED
    rest = [f"and {more} more: list --open"] if more > 0 else []
    return "\n".join(
        (
            "You have too many incidents to be paged for each. These wait, worst first:",
            "",
            *lines[:MOST_LISTED],
            *rest,
            "",
            f"Acknowledge each: acknowledge {next(iter(waiting))}",
        )
    )
