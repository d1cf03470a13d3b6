"""Asks an incident how it stands, why somebody was paged, what another policy would do.

Functions named `ask_...` need a worker that answers. Functions named `read_...` do not: if nobody
answers, they read the history, and if the server has forgotten the incident, its archive.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.client import Client, RPCError, WorkflowHandle, WorkflowQueryFailedError

from incidents.description import describe
from incidents.errors import (
    IncidentError,
    IncidentNotFound,
    IncidentOver,
    NoWorkerAnswered,
    QuestionFailed,
)
from incidents.patience import ASK_AGAIN_SECONDS
from incidents.temporal_errors import NO_ANSWER, typed_error
from models.answers.adoption import PREVIEW_ADOPTION, AdoptionPreview
from models.answers.description import Ending
from models.answers.lines import LINES, Lines, LinesAsked
from models.answers.view import ASK_AGAIN, VIEW, IncidentView
from models.answers.why import WHY, Explanation, WhyQuestion
from models.compiled import CompiledPolicy
from models.time.clock import Stage
from rules.commands.view import view_of
from rules.paging.why.why_paged import explain

if TYPE_CHECKING:
    from incidents.kept.from_history import Recalled

Answer = TypeVar("Answer")
_NOBODY_ANSWERS = (NoWorkerAnswered, QuestionFailed, IncidentOver)
"""After these, the server may still have the whole history."""


class Source(StrEnum):
    """Where an answer comes from."""

    WORKER = "worker"
    HISTORY = "history"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """Where an answer was read; a history is as it was after the event of `as_of`."""

    source: Source = Source.WORKER
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The view of an incident, and its run; `ending` is set if the run was ended from outside."""

    view: IncidentView
    running: bool
    ending: Ending | None = None
    read_from: ReadFrom = ReadFrom()


@dataclass(frozen=True, slots=True)
class Explained:
    """Why somebody was, or was not, paged."""

    explanation: Explanation
    read_from: ReadFrom = ReadFrom()


async def ask_view(
    client: Client, incident_id: str, patience: timedelta, *, at: datetime | None = None
) -> IncidentView:
    """Ask a worker for the incident's view now, or at `at`; works for ended incidents too.

    Raises IncidentNotFound, IncidentOver if the incident was ended from outside, NoWorkerAnswered,
    QuestionFailed, NamespaceNotFound, ServerUnavailable.
    """
    return await _asked(client, incident_id, patience, VIEW, IncidentView, at=at)


async def ask_lines(
    client: Client, incident_id: str, asked: LinesAsked, patience: timedelta
) -> Lines:
    """Ask for lines of the timeline. Raises as `ask_view` does."""
    return await _asked(client, incident_id, patience, LINES, Lines, asked, timed=False)


async def ask_adoption(
    client: Client, incident_id: str, policy: CompiledPolicy, patience: timedelta
) -> AdoptionPreview:
    """Ask what adopting a policy would do to the incident now. Raises as `ask_view` does."""
    return await _asked(client, incident_id, patience, PREVIEW_ADOPTION, AdoptionPreview, policy)


async def read_view(client: Client, incident_id: str, patience: timedelta, documents: Path) -> Seen:
    """Read the incident's view now; if it was ended from outside, the view at that time.

    `documents` is the folder with the archive. Raises as `ask_view` does, if neither the history
    nor the archive has the incident.
    """
    try:
        return await _seen(client, incident_id, patience)
    except IncidentError as unanswered:
        found = await _recalled(client, incident_id, unanswered, documents)
        if found is None:
            raise
    now = datetime.now(UTC)
    known = None if found.archived else await describe(client, incident_id)
    running, ending = (known.running, known.ending) if known else (False, None)
    view = view_of(found.carried, ending.at if ending else now)
    view = _stopped(view, ending, now) if ending else view
    return Seen(view, running, ending, _read_from(found))


async def read_why(
    client: Client,
    incident_id: str,
    question: WhyQuestion,
    patience: timedelta,
    documents: Path,
) -> Explained:
    """Read why somebody was, or was not, paged. Raises as `read_view` does."""
    try:
        return Explained(await _asked(client, incident_id, patience, WHY, Explanation, question))
    except IncidentError as unanswered:
        found = await _recalled(client, incident_id, unanswered, documents)
        if found is None:
            raise
    carried = found.carried
    told = explain(question, carried.incident, carried.policy, datetime.now(UTC))
    return Explained(told, _read_from(found))


def _read_from(found: "Recalled") -> ReadFrom:
    return ReadFrom(Source.ARCHIVE if found.archived else Source.HISTORY, found.as_of)


async def _recalled(
    client: Client, incident_id: str, unanswered: IncidentError, documents: Path
) -> "Recalled | None":
    """The incident from its history or archive if nobody answers; None if neither has it."""
    # It loads the workflows: only if needed.
    from incidents.kept import from_history as kept  # noqa: PLC0415

    if isinstance(unanswered, _NOBODY_ANSWERS):
        return await kept.recalled(client, incident_id)
    if isinstance(unanswered, IncidentNotFound):
        return await kept.recalled_from_archive(client, incident_id, documents)
    return None


async def _seen(client: Client, incident_id: str, patience: timedelta) -> Seen:
    view = await ask_view(client, incident_id, patience)
    known = await describe(client, incident_id)
    if known.running:
        return Seen(view, running=True)
    now = datetime.now(UTC)
    at = known.ending.at if known.ending else now
    view = await ask_view(client, incident_id, patience, at=at)
    view = _stopped(view, known.ending, now) if known.ending else view
    return Seen(view, running=False, ending=known.ending)


def _stopped(view: IncidentView, ending: Ending, now: datetime) -> IncidentView:
    """The view of an incident that nobody drives: its clocks stop, and nothing is due."""
    running = {Stage.IN_PROGRESS, Stage.PAUSED}
    readings = tuple(
        reading.changed(stage=Stage.CANCELLED) if reading.stage in running else reading
        for reading in view.readings
    )
    stopped = view.escalation.stopped or ending.how
    return view.changed(
        now=now,
        readings=readings,
        escalation=view.escalation.changed(next_at=None, stopped=stopped),
        undelivered=tuple(owed.changed(not_before=None) for owed in view.undelivered),
        next=(),
    )


async def _asked(
    client: Client,
    incident_id: str,
    patience: timedelta,
    query: str,
    result: type[Answer],
    *before: object,
    at: datetime | None = None,
    timed: bool = True,
) -> Answer:
    handle = client.get_workflow_handle(incident_id)
    given = [*before, *([at or datetime.now(UTC)] if timed else [])]
    try:
        return await _answer(handle, query, given, result, patience)
    except WorkflowQueryFailedError as error:
        known = await describe(client, incident_id)
        if known.ending:
            raise IncidentOver(known) from None
        raise QuestionFailed(incident_id, str(error)) from None
    except RPCError as error:
        if error.status not in NO_ANSWER:
            raise typed_error(error, incident_id) from None
    raise NoWorkerAnswered(incident_id, patience, await describe(client, incident_id))


async def _answer(
    handle: WorkflowHandle[Any, Any],
    query: str,
    given: list[object],
    result: type[Answer],
    patience: timedelta,
) -> Answer:
    """Query the workflow; repeat the query if it had not started yet."""
    until = asyncio.get_running_loop().time() + patience.total_seconds()
    while True:
        try:
            answer: Answer = await handle.query(
                query, args=given, result_type=result, rpc_timeout=patience
            )
        except WorkflowQueryFailedError as error:
            if ASK_AGAIN not in str(error) or asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        else:
            return answer
