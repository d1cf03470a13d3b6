"""One incident, from report to closure: a switchboard for components that each own one thing.

Handlers are synchronous: they decide, record and wake the run. Only the run awaits activities, so
nothing here needs a lock.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.incident.timeline import EntryKind

with workflow.unsafe.imports_passed_through():
    from models.answers.adoption import PREVIEW_ADOPTION, AdoptionPreview
    from models.answers.lines import LINES, Lines, LinesAsked
    from models.answers.view import ASK_AGAIN, VIEW, IncidentView
    from models.answers.why import WHY, Explanation, WhyQuestion
    from models.base import Instant
    from models.command import COMMANDS
    from models.compiled import CompiledPolicy
    from models.contracts.archive import (
        ARCHIVE_TIMELINE,
        BEGIN_ARCHIVE,
        ArchiveRunInput,
        ArchiveTimeline,
    )
    from models.contracts.incident import INCIDENT_WORKFLOW, Carried, IncidentInput
    from models.incident.record import Incident, TimelineEntry, TimelineSegment
    from rules.commands.changes.adoption import adoption_preview
    from rules.commands.view import view_of
    from rules.paging.urgency import WorkKind
    from rules.paging.why.why_paged import explain
    from rules.people.permission.authority import ADOPT_POLICY
    from rules.people.permission.requests import awaits_answer
    from rules.people.roles.holders import told_of_duties
    from rules.record.bounds import out_of_time
    from rules.record.carried import (
        as_json,
        for_an_answer,
        grew_long,
        in_segments,
        moved_out,
        older_entries,
        small_enough_for_the_next_run,
        story_length,
    )
    from rules.record.unseen_lines import lines_of
    from states.lifecycle import TERMINAL, State
    from workflows.activity_calls import LIFE_OF_A_PAGE, perform, perform_promptly
    from workflows.incident.adoption import Adoption
    from workflows.incident.beginning import begun, no_beginning
    from workflows.incident.chores.calendars import Calendars
    from workflows.incident.chores.incident_reports import IncidentReports
    from workflows.incident.chores.linked_incidents import LinkedIncidents
    from workflows.incident.chores.live_messages import LiveMessages
    from workflows.incident.chores.places import Places
    from workflows.incident.chores.roles_at_once import RolesAtOnce
    from workflows.incident.chores.subscribers import Subscribers
    from workflows.incident.component import Component, Due
    from workflows.incident.deadlines import Deadlines
    from workflows.incident.desk import Desk
    from workflows.incident.handlers import Handlers
    from workflows.incident.outbox import Outbox
    from workflows.incident.paging.escalation import Paging
    from workflows.incident.paging.first_page import FirstPage
    from workflows.incident.switch import Owners, Switch
    from workflows.incident.timer import ClockBehind, NextTimer
    from workflows.incident.visibility import Visibility
    from workflows.incident.waiting import RunWait
    from workflows.payloads import raw_start, read_start

REOPENING_TIMEOUT = timedelta(minutes=1)
REOPENS_ALONE = "a-reopening-takes-nothing-else"
"""The patch since which the run of a reopening accepts only that, and ends if it is refused."""
PROLONGED = timedelta(minutes=10)
"""How long a run goes on before it checks again whether the next run can carry everything."""


@workflow.defn(name=INCIDENT_WORKFLOW)
class IncidentWorkflow:
    """The durable incident. Its result is what a later run would carry on."""

    @workflow.init
    @raw_start
    def __init__(self, *payloads: object) -> None:
        start = read_start(IncidentInput, payloads)
        carried = start if isinstance(start, Exception) else begun(start)
        self._unfit = carried if isinstance(carried, Exception) else None
        if isinstance(start, Exception) or isinstance(carried, Exception):
            return
        self._reopens = carried.incident.state if start.reopening and start.carried else None
        self._reopens_alone = bool(self._reopens) and workflow.patched(REOPENS_ALONE)
        try:
            self._build(start, carried)
        except Exception as error:
            if workflow.info().continued_run_id:
                raise
            self._unfit = no_beginning(error)

    def _build(self, start: IncidentInput, carried: Carried) -> None:
        self._desk = Desk(carried.incident, carried.policy, start.epoch_offset)
        self._desk.effects = carried.effects
        self._epoch_offset = start.epoch_offset
        self._outbox = Outbox(self._desk, carried.outbox)
        first_page = FirstPage(self._desk, lambda: self._handlers.signals, fresh=not start.carried)
        pages = (carried.escalation, first_page, self._clocks_due)
        self._paging = Paging(self._desk, self._outbox, *pages)
        reports = IncidentReports(self._desk, carried.reports_due)
        linked = LinkedIncidents(self._desk, carried.linked_due)
        self._subscribers = Subscribers(self._desk, carried.events, carried.unheard)
        live = LiveMessages(self._desk, carried.live)
        adoption = Adoption(self._desk, self._outbox, self._subscribers)
        owners = Owners(self._outbox, self._paging, reports, linked, adoption)
        self._switch = Switch(self._desk, owners, carried, reopening=self._reopens_alone)
        self._wait = RunWait(self._desk)
        self._calendars = Calendars(self._desk)
        self._deadlines = Deadlines(self._desk, self._switch)
        self._components: tuple[Component, ...] = (
            self._paging,
            self._calendars,
            self._deadlines,
            reports,
            linked,
            RolesAtOnce(self._desk, self._outbox, carried.told_roles),
            self._outbox,
            self._subscribers,
            live,
            Places(self._desk, carried.kept_places, lambda: self._outbox.settled and live.settled),
        )
        self._timer = NextTimer(self._desk)
        self._prolonged_until: datetime | None = None
        self._story_began_with = story_length(carried.incident)
        self._visibility = Visibility(self._desk, self._paging)
        if not start.carried:
            self._begin(carried)
        self._handlers = Handlers(self._desk, self._switch, adoption)
        self._handlers.register()

    def _begin(self, carried: Carried) -> None:
        """Tell everybody that there is a new incident."""
        self._subscribers.hear(None, carried.incident)
        self._outbox.tell("reported", f"reported: {carried.incident.report.title}", ())
        self._switch.carry_out(tuple(told_of_duties(None, carried.incident, carried.policy)))

    @workflow.run
    @raw_start
    async def run(self, *_: object) -> Carried:
        """Drive the components until the incident is over and nothing is owed.

        Fails at once if the input cannot be read, or holds neither a report with its policy nor a
        carried record.
        """
        if self._unfit:
            raise self._unfit
        if self._reopens and not self._awaits_answer():
            await self._reopened(self._reopens)
        while not self._over():
            self._desk.awake = False
            if self._desk.late:
                raise ClockBehind(f"{ASK_AGAIN}: its clock is {self._desk.late} behind")
            continuing = self._continues()
            if continuing and self._desk.idle:
                await self._continue_as_new()
                continuing = False
            if not continuing:
                self._launch()
            due_at, what = self._next_due()
            self._timer.arm(None if continuing or self._holds_timer() else due_at, what)
            self._visibility.refresh(self._shown_due(due_at), deciding=self._deadlines.under_way)
            await self._wait.wait()
        self._visibility.refresh(None)
        await self._begin_archive()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._fitting() or self.carried()

    @workflow.query(name=VIEW)
    def view(self, at: Instant | None = None) -> IncidentView:
        """The incident as it reads at `at`; by default, at the time of its last activity.

        A workflow's clock stands still between its tasks, and a query does not move it.
        """
        return view_of(self.carried(), self._asked(at))

    @workflow.query(name=PREVIEW_ADOPTION)
    def preview_adoption(
        self, policy: CompiledPolicy, at: Instant | None = None
    ) -> AdoptionPreview:
        """What adopting `policy` would do to the clocks, read at `at`; changes nothing."""
        return adoption_preview(self._desk.policy, policy, self._desk.incident, self._asked(at))

    @workflow.query(name=WHY)
    def why(self, question: WhyQuestion, at: Instant | None = None) -> Explanation:
        """Why somebody was or was not paged, by the record and its policy, read at `at`."""
        self._asked(question.at)
        return explain(question, self._desk.incident, self._desk.policy, self._asked(at))

    @workflow.query(name="record")
    def record(self) -> Incident:
        """The record alone."""
        if self._unfit:
            raise self._unfit
        return for_an_answer(self._desk.incident)

    @workflow.query(name=LINES)
    def lines(self, asked: LinesAsked) -> Lines:
        """The lines of the timeline that somebody who follows it has not seen."""
        if self._unfit:
            raise self._unfit
        return lines_of(self._desk.incident, asked)

    def details(self) -> str:
        """What Temporal shows as the current details when somebody asks for them."""
        return "" if self._unfit else self._visibility.details()

    def updates(self) -> Iterable[str]:
        """The names that Temporal shows of updates which one handler takes."""
        return () if self._unfit else COMMANDS.keys() - {ADOPT_POLICY}

    def _asked(self, at: datetime | None) -> datetime:
        """The instant of a query, on the clock of the incident. Raises ValueError."""
        if self._unfit:
            raise self._unfit
        problem = out_of_time(at) if at else None
        if problem:
            raise ValueError(f"at {problem}")
        return at + self._epoch_offset if at else self._desk.now()

    async def _reopened(self, closed: State) -> None:
        """Wait for the command that this run was started for; without it, the run just ends.

        Usually it came with the first workflow task and is done already, or refused.
        """

        def decided() -> bool:
            refused = self._reopens_alone and self._handlers.reopening_refused
            return refused or self._desk.incident.state != closed

        with suppress(TimeoutError):
            await workflow.wait_condition(
                decided,
                timeout=REOPENING_TIMEOUT,
                timeout_summary="wait for the command reopen",
            )

    def _clocks_due(self, now: datetime) -> bool:
        return self._deadlines.due(now)

    def _holds_timer(self) -> bool:
        """Whether no timer is armed yet: what follows a page within this task would cancel it."""
        return self._paging.within_task

    def _launch(self) -> None:
        now = self._desk.now()
        for component in self._components:
            component.launch(now)

    def _shown_due(self, due_at: datetime | None) -> datetime | None:
        """The due instant to show; it leaves out that calendars are worked out further some day."""
        calendars = self._calendars.next_due()
        if due_at is None or calendars is None or due_at != calendars[0]:
            return due_at
        return min((at for at, _ in self._dues() if at != due_at), default=None)

    def _next_due(self) -> tuple[datetime | None, str]:
        return min(self._dues(), default=(None, ""))

    def _dues(self) -> list[Due]:
        """Everything that will come due by itself, with descriptions."""
        dues = (component.next_due() for component in self._components)
        return [due for due in dues if due]

    def _over(self) -> bool:
        if self._desk.incident.state not in TERMINAL or not self._desk.idle:
            return False
        if self._awaits_answer():
            return False
        return all(component.settled for component in self._components)

    def _awaits_answer(self) -> bool:
        """Whether somebody was asked to approve something after the end, such as a reopening."""
        return awaits_answer(self._desk.incident, self._desk.policy)

    def carried(self) -> Carried:
        """Everything that a later run needs: the record and the progress of each component."""
        if self._unfit:
            raise self._unfit
        fields: dict[str, Any] = {}
        for component in self._components:
            fields |= component.carried()
        return Carried(
            incident=self._desk.incident,
            policy=self._desk.policy,
            processed=self._switch.processed,
            given=self._switch.given,
            effects=self._desk.effects,
            **fields,
        )

    def _fitting(self) -> Carried | None:
        """The same, within Temporal's size limits; None if there is too much."""
        return small_enough_for_the_next_run(
            self.carried(), workflow.info().run_id, self._desk.now()
        )

    def _continues(self) -> bool:
        """Whether this run should end soon, so that another one goes on."""
        prolonged = self._prolonged_until
        if prolonged and self._desk.now() < prolonged:
            return False
        grown = grew_long(self._desk.incident, self._story_began_with)
        return grown or workflow.info().is_continue_as_new_suggested()

    async def _continue_as_new(self) -> None:
        """Carry everything to a new run. Nothing is under way; messages that arrive now are kept.

        Returns only if there is too much to carry: then this run goes on for a while.
        """
        await self._shorten()
        if self._fitting():
            await self._begin_archive()
            await workflow.wait_condition(workflow.all_handlers_finished)
            carried = self._fitting()
            if carried:
                closed = self._reopens_alone and carried.incident.state == self._reopens
                workflow.continue_as_new(
                    IncidentInput(
                        carried=carried, epoch_offset=self._epoch_offset, reopening=closed
                    )
                )
        self._prolonged_until = self._desk.now() + PROLONGED
        self._desk.note(
            EntryKind.RUN_PROLONGED, "this run goes on: there is too much to carry to the next"
        )

    async def _shorten(self) -> None:
        """Move the older part of a long timeline to the document store."""
        older = older_entries(self._desk.incident)
        if older is None:
            return
        for part in in_segments(older):
            if not await self._move_out(part):
                return

    async def _move_out(self, older: tuple[TimelineEntry, ...]) -> bool:
        request = ArchiveTimeline(
            incident_id=self._desk.incident.id,
            first_seq=older[0].seq,
            last_seq=older[-1].seq,
            entries_json=as_json(older),
        )
        summary = f"move timeline {older[0].seq}-{older[-1].seq} to the document store"
        try:
            segment = await perform(
                ARCHIVE_TIMELINE,
                request,
                TimelineSegment,
                summary=summary,
                priority=self._desk.priority(WorkKind.CHORE),
                within=LIFE_OF_A_PAGE,
            )
        except FailureError:
            return False
        self._desk.replace(moved_out(self._desk.incident, segment))
        return True

    async def _begin_archive(self) -> None:
        """Have this run archived after it ends, because no run can archive its own end."""
        info = workflow.info()
        request = ArchiveRunInput(workflow_id=info.workflow_id, run_id=info.run_id)
        summary = f"have run {info.run_id} archived after it ends"
        try:
            await perform_promptly(
                BEGIN_ARCHIVE,
                request,
                str,
                summary=summary,
                priority=self._desk.priority(WorkKind.CHORE),
            )
        except FailureError:
            self._desk.note(EntryKind.ARCHIVE_DELAYED, "this run's archive could not be started")
