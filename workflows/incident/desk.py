"""What the components of an incident's workflow share: the record, the policy and the clock."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from temporalio import workflow
from temporalio.common import Priority

from models.base import ENGINE, Actor
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.messages.message import Message, Receipt
from rules.paging.urgency import WorkKind
from rules.record.references import with_first_message
from rules.record.timeline import note
from workflows.activity_calls import priority_of

log = structlog.get_logger(__name__)


class Desk:
    """Holds the record, the policy in force, and the work under way.

    Record and policy are replaced only as a whole. `awake` asks the run to look again. `effects`
    numbers what leaves the incident. `late` is the delay of the clock behind a timer that rang.
    """

    def __init__(self, incident: Incident, policy: CompiledPolicy, epoch_offset: timedelta) -> None:
        self.incident = incident
        self.policy = policy
        self.awake = True
        self.effects = 0
        self._epoch_offset = epoch_offset
        self.late: timedelta | None = None
        self._logged = 1 if incident.runs == 1 else incident.next_seq
        self._under_way: set[asyncio.Task[None]] = set()
        self._watching: Callable[[Incident, Incident], None] | None = None

    def now(self) -> datetime:
        """The workflow's clock, moved by the offset of a rehearsal."""
        return workflow.now() + self._epoch_offset

    @property
    def began_at(self) -> datetime:
        """When the incident was asked for, on the clock of `now`."""
        return workflow.info().workflow_start_time + self._epoch_offset

    def priority(self, kind: WorkKind) -> Priority:
        """Temporal's priority for work of this kind, by the incident's current severity."""
        return priority_of(kind, self.incident.severity, self.policy.severities)

    def key(self) -> str:
        """A new idempotency key: the incident and the number of the effect."""
        self.effects += 1
        return f"{self.incident.id}/{self.effects}"

    def replace(self, incident: Incident) -> None:
        """Replace the record, log its new lines, and ask the run to look."""
        for entry in incident.timeline:
            if entry.seq >= self._logged:
                log.info(
                    entry.kind,
                    state=incident.state.value,
                    severity=incident.severity,
                    actor=entry.actor.name,
                    via=entry.actor.via,
                    summary=entry.summary,
                )
        self._logged = incident.next_seq
        before, self.incident = self.incident, incident
        self.awake = True
        if self._watching:
            self._watching(before, incident)

    def watch(self, watching: Callable[[Incident, Incident], None]) -> None:
        """Call `watching` with the records before and after each change; it changes none itself."""
        self._watching = watching

    def note(self, kind: EntryKind, summary: str, *, actor: Actor = ENGINE, **data: Any) -> None:
        """Write a line on the timeline."""
        self.replace(note(self.incident, kind, summary, actor=actor, now=self.now(), **data))

    def remember(self, receipt: Receipt, sent: Message) -> None:
        """Keep the reference of a sent message; a later one to its recipient can go on from it."""
        incident = with_first_message(self.incident, self.policy, receipt, sent)
        if incident is not self.incident:
            self.replace(incident)

    def launch(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` alongside the rest; the run waits for it before it ends."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.awake = True
        error = None if task.cancelled() else task.exception()
        # Any other BaseException means that the worker drops the workflow from its memory.
        if isinstance(error, Exception):
            log.error("effect.broken", error=repr(error))

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way
