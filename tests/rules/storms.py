"""Pages of a storm of incidents to one person, and what becomes of them."""

from datetime import UTC, datetime, timedelta

from models.people.workload import (
    AskLeave,
    BindingLimit,
    PageLimit,
    PageVerdict,
    SentSummary,
    WorkloadState,
)
from rules.paging.summary import summary_of
from rules.paging.workload import answer_to_page, with_summary_sent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEN = PageLimit(most=10, within=timedelta(minutes=15))
"""Of ten, three are kept for the worst severity and three for summaries."""


def page(number: int, urgency: int = 4, limit: PageLimit = TEN, **more: object) -> AskLeave:
    """A page of an incident of its own."""
    return AskLeave(
        key=f"INC-{number}/page-1:ana",
        incident_id=f"INC-{number}",
        subject=f"[INC-{number}] SEV{urgency} trouble {number}",
        severity=f"SEV{urgency}",
        bound=BindingLimit(whom="person:ana", limit=limit, urgency=urgency),
        channels=("pager", "email"),
        address="ana@example.com",
        **more,
    )


def paged(
    *pages: AskLeave, state: WorkloadState | None = None, at: datetime = NOON
) -> tuple[WorkloadState, list[PageVerdict]]:
    """What becomes of pages, one after the other, and what they were answered."""
    state, verdicts = state or WorkloadState(), []
    for ask in pages:
        state, leave = answer_to_page(state, ask, at)
        verdicts.append(leave.verdict)
    return state, verdicts


def storm(count: int, *, urgency: int = 4) -> WorkloadState:
    """What is known after so many pages at noon."""
    state, _ = paged(*(page(number, urgency) for number in range(count)))
    return state


def told(state: WorkloadState, at: datetime) -> WorkloadState:
    """What is known once the pager took the summary."""
    summary = summary_of(state, "WL-ana", "person:ana")
    sent = SentSummary(key=summary.message.key, at=at, channel="pager", incidents=summary.incidents)
    return with_summary_sent(state, summary.keys, sent, at)
