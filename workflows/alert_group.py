"""An alert group: it alone receives the alerts of its key and turns them into incidents.

Handlers are synchronous and only take in what arrives. Only the run awaits activities, one after
the other, so everything that arrives meanwhile goes in one feed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import FailureError

from rules.wording.markdown import caption

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.alert import AlertBatch
    from models.contracts.alert_group import (
        ALERT_GROUP_WORKFLOW,
        FEED_INCIDENT,
        GROUP_STATE,
        INCIDENT_MOVED,
        RECEIVE_ALERTS,
        START_INCIDENT,
        AlertGroupInput,
        FeedIncident,
        GroupState,
        IncidentFed,
        IncidentMoved,
        IncidentStarted,
        StartIncident,
    )
    from rules.alerts.group_report import group_markdown, report_of
    from rules.alerts.group_steps import (
        alerts_handed_over,
        alerts_not_handed_over,
        handing_over_alerts,
        incident_moved,
        incident_not_told,
        incident_opened,
        incident_told,
        opening_incident,
        telling_incident,
    )
    from rules.alerts.grouping import (
        EnsureStarted,
        GroupEnds,
        HandOverAlerts,
        IncidentNeeded,
        Next,
        OpenNewIncident,
        ReopenIncident,
        TellAgain,
        TellIncident,
        WaitUntil,
        next_step,
        words_for_step,
    )
    from rules.alerts.news import take_delivery
    from rules.paging.urgency import WorkKind
    from rules.record.bounds import excessive
    from rules.record.ids import incident_id
    from workflows.activity_calls import own_priority, perform, perform_promptly
    from workflows.incident.timer import in_time
    from workflows.payloads import raw, raw_start, read_one, read_start

PAUSE = timedelta(seconds=10)
"""After a minute of failed attempts, wait this long for the next. An alert is never given up."""

LONG_PAUSE = timedelta(minutes=5)
"""Wait this long before telling an earlier incident again: the present one goes first."""

Said = TypeVar("Said", bound=BaseModel)


@workflow.defn(name=ALERT_GROUP_WORKFLOW)
class AlertGroupWorkflow:
    """The alerts of one key. Its result is its last state."""

    @workflow.init
    @raw_start
    def __init__(self, *payloads: object) -> None:
        start = read_start(AlertGroupInput, payloads)
        self._unfit = start if isinstance(start, Exception) else None
        if isinstance(start, Exception):
            return
        self._group_key = start.group_key
        self._policy = start.grouping
        self._epoch_offset = start.epoch_offset
        self._state = start.carried or GroupState(quiet_since_at=self._now())
        workflow.set_signal_handler(RECEIVE_ALERTS, raw(self._receive_alerts))
        workflow.set_signal_handler(INCIDENT_MOVED, raw(self._incident_moved))
        workflow.set_dynamic_signal_handler(self._unknown)

    @workflow.run
    @raw_start
    async def run(self, *_: object) -> GroupState:
        """Do what the rules say next, until the alerts are quiet and the incident is over.

        Fails at once if the input cannot be read.
        """
        if self._unfit:
            raise self._unfit
        while True:
            if workflow.info().is_continue_as_new_suggested():
                # Nothing is under way here, and handlers never wait.
                workflow.continue_as_new(
                    AlertGroupInput(
                        group_key=self._group_key,
                        grouping=self._policy,
                        epoch_offset=self._epoch_offset,
                        carried=self._state,
                    )
                )
            step = self._next()
            workflow.set_current_details(group_markdown(self._state, words_for_step(step)))
            if isinstance(step, GroupEnds):
                return self._state
            await self._take(step)

    async def _take(self, step: Next) -> None:
        match step:
            case WaitUntil():
                await self._wait(step)
            case IncidentNeeded(due_at):
                self._open(due_at, None)
            case OpenNewIncident(previous, due_at=due_at):
                self._open(due_at, previous)
            case EnsureStarted(request):
                await self._start(request)
            case TellIncident():
                self._feed(None)
            case ReopenIncident(recurring):
                self._feed(recurring)
            case TellAgain(request):
                await self._tell(request)
            case HandOverAlerts(earlier):
                await self._hand_over(earlier)

    @workflow.query(name=GROUP_STATE)
    def state(self) -> GroupState:
        """The state of the group."""
        if self._unfit:
            raise self._unfit
        return self._state

    def _receive_alerts(self, *payloads: object) -> None:
        self._take_in(
            AlertBatch,
            payloads,
            lambda batch, now: take_delivery(self._state, batch, self._policy, now),
        )

    def _incident_moved(self, *payloads: object) -> None:
        self._take_in(
            IncidentMoved, payloads, lambda move, now: incident_moved(self._state, move, now)
        )

    def _unknown(self, name: str, _payloads: Sequence[RawValue]) -> None:
        self._misunderstood(name)

    def _take_in(
        self,
        kind: type[Said],
        payloads: Sequence[object],
        rule: Callable[[Said, datetime], GroupState],
    ) -> None:
        """Take in a signal or count it. A bad signal never stops the group."""
        try:
            said = kind.model_validate(read_one(payloads))
            if excessive(said):
                self._misunderstood(kind.__name__)
                return
            state = rule(said, self._now())
        except Exception:  # noqa: BLE001 - whatever it is, the group goes on without this message
            self._misunderstood(kind.__name__)
        else:
            self._state = state

    def _misunderstood(self, what: str) -> None:
        workflow.logger.warning("message.malformed", extra={"command": what[:80]})
        self._state = self._state.changed(malformed=self._state.malformed + 1)

    def _now(self) -> datetime:
        return workflow.now() + self._epoch_offset

    def _next(self) -> Next:
        return next_step(self._state, self._policy, self._now())

    async def _wait(self, wait: WaitUntil) -> None:
        """Wait until there is something to do; news that change nothing keep the timer."""
        timeout = wait.until - self._now() if wait.until else None
        summary = caption(f"next: {words_for_step(wait)}") if wait.until else None
        try:
            await workflow.wait_condition(
                lambda: self._next() != wait or workflow.info().is_continue_as_new_suggested(),
                timeout=timeout,
                timeout_summary=summary,
            )
        except TimeoutError:
            in_time(wait.until, self._now())

    def _open(self, due_at: datetime, previous: str | None) -> None:
        info = workflow.info()
        seed = f"{info.first_execution_run_id}/{self._state.opened}"
        report = report_of(self._state, info.workflow_id, happened_at=due_at, previous=previous)
        # The day is that of the alerts: a task that is done again names the same incident.
        name = incident_id(seed, due_at)
        self._state = opening_incident(self._state, StartIncident(incident_id=name, report=report))

    async def _start(self, request: StartIncident) -> None:
        try:
            answer = await perform_promptly(
                START_INCIDENT,
                request,
                IncidentStarted,
                summary=f"start {request.incident_id}: {request.report.title}",
                priority=own_priority(WorkKind.FIRST_PAGE),
            )
        except FailureError:
            self._state = self._state.changed(not_before=self._now() + PAUSE)
        else:
            # An incident that ran already is told what is in the report.
            self._state = incident_opened(self._state, self._now(), anew=answer.started)

    def _feed(self, recurring: tuple[str, ...] | None) -> None:
        self._state = telling_incident(
            self._state,
            group_id=workflow.info().workflow_id,
            group_key=self._group_key,
            now=self._now(),
            recurring=recurring,
        )

    async def _tell(self, request: FeedIncident) -> None:
        verb = "reopen and feed" if request.reopen else "feed"
        count = f"{len(request.batch.alerts)} alerts of {request.deliveries} deliveries"
        try:
            answer = await perform(
                FEED_INCIDENT,
                request,
                IncidentFed,
                summary=f"{verb} {request.incident_id}: {count}",
                priority=own_priority(WorkKind.FIRST_PAGE if request.reopen else WorkKind.COMMAND),
            )
        except FailureError:
            self._state = incident_not_told(self._state, self._now() + PAUSE)
        else:
            self._state = incident_told(self._state, answer, self._now())

    async def _hand_over(self, earlier: str) -> None:
        request = handing_over_alerts(
            self._state,
            earlier,
            group_id=workflow.info().workflow_id,
            group_key=self._group_key,
            now=self._now(),
        )
        try:
            await perform(
                FEED_INCIDENT,
                request,
                IncidentFed,
                summary=f"tell {earlier}: {request.taken_over_by} takes over its alerts",
                priority=own_priority(WorkKind.COMMAND),
            )
        except FailureError:
            self._state = alerts_not_handed_over(self._state, earlier, self._now() + LONG_PAUSE)
        else:
            self._state = alerts_handed_over(self._state, earlier)
