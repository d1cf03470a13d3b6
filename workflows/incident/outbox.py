"""Sends what is owed: each message on its own, so that a stuck channel stops nothing else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.contracts.notifying import (
    SEND_NOTIFICATION,
    Delivery,
)
from models.incident.timeline import EntryKind
from models.messages.message import Message, MessageKind, Receipt
from models.people.workload import (
    ASK_FOR_LEAVE,
    GRANTED,
    AskForLeave,
    AskLeave,
    BindingLimit,
    Leave,
    PageVerdict,
)
from models.severity import LEAST_URGENT
from models.time.clock import ActionKind
from rules.deadlines.corrected_thresholds import after_missed_update
from rules.paging.channels import (
    Resolution,
    binding_limit,
    channel_chain,
    leave_for,
    paging_chain,
    resolve_targets,
    withdrawable,
)
from rules.paging.messages import failed_channels_words, message
from rules.paging.page_lines import late_words, outcome_line, withdrawn_line
from rules.paging.urgency import WorkKind, urgency
from rules.paging.withdrawal import withdrawal
from rules.people.naming.people_meant import message_target
from rules.people.permission.requests import open_requests
from rules.people.stand_ins import addressed_by_targets
from rules.record.references import awaits_place, first_for, reads_place, reference_data
from rules.record.update_reach import is_news, missed_words, with_missed_update, with_taken_update
from workflows.activity_calls import LIFE_OF_A_PAGE, LIFE_OF_AN_ACTIVITY, begin, perform
from workflows.incident.component import Component, Due
from workflows.incident.delivering import channel_of, failure_of, sending, words_of
from workflows.incident.desk import Desk

ROUNDS = 8
"""How often to try the whole chain of channels before a message counts as undeliverable."""
FIRST_BACKOFF = timedelta(minutes=1)
ASKED_AGAIN = timedelta(seconds=1)
UPDATE = "update"
SAID_AS_IT_IS = frozenset({UPDATE, "deadline"})
"""Events whose words are for the audience; of other events it hears only that they happened."""


class Outbox(Component):
    """Owns the deliveries that are owed; sends each with its own activity, side by side."""

    def __init__(self, desk: Desk, owed: tuple[Delivery, ...]) -> None:
        self._desk = desk
        self._owed = {delivery.message.key: delivery for delivery in owed}
        self._busy: set[str] = set()
        self._sending: dict[str, workflow.ActivityHandle[Receipt]] = {}

    @property
    def owed(self) -> tuple[Delivery, ...]:
        """What is not delivered yet."""
        return tuple(self._owed.values())

    def add(self, delivery: Delivery) -> None:
        """Add a delivery."""
        self._owed[delivery.message.key] = delivery
        self._desk.awake = True

    def tell(self, event: str, text: str, audiences: tuple[str, ...]) -> None:
        """Inform the named audiences, or all that the policy informs of `event`."""
        desk = self._desk
        for audience in desk.policy.audiences:
            if audience.name not in audiences and (audiences or event not in audience.on):
                continue
            told = event in SAID_AS_IT_IS
            words = text if told or not audience.sees else event.replace("_", " ")
            template = message(
                MessageKind.NOTIFICATION,
                desk.incident,
                desk.policy,
                desk.now(),
                reason=text if event == "deadline" else event.replace("_", " "),
                text=words,
                recipient=audience.name,
                audience=audience,
            )
            update = len(desk.incident.updates) - 1 if event == UPDATE else None
            for channel in audience.channels:
                chain = channel_chain((channel,), desk.policy.fallbacks)
                self._owe(template, chain, update=update)
            if update is not None and not audience.channels:
                self._reached_nobody(update, audience.name, "it has no channel", final=True)

    def ask(
        self,
        kind: ActionKind,
        target: str,
        reason: str,
        text: str = "",
        *,
        clock: str = "",
        request: str = "",
    ) -> None:
        """Page or remind a person, or everybody who holds a role; `text` adds to the reason."""
        desk = self._desk
        policy, incident = desk.policy, desk.incident
        found = self._found(message_target(target, policy))
        page = kind is ActionKind.PAGE
        for addressee in found.pages:
            template = message(
                MessageKind.PAGE if page else MessageKind.REMINDER,
                desk.incident,
                desk.policy,
                desk.now(),
                reason=f"{reason} ({addressee.via})" if addressee.via else reason,
                text=text or reason,
                recipient=addressee.recipient,
                to_a_person=not addressee.is_channel,
            )
            addressed = template.changed(address=addressee.address, handles=dict(addressee.handles))
            chain = paging_chain(addressee, policy.paging_channels, policy.fallbacks)
            # A request takes nothing of what a limit keeps for the worst severity.
            urgent = LEAST_URGENT if request else urgency(incident.severity, policy.severities)
            bound = binding_limit(addressee, policy.page_limits, urgent) if page else None
            self._owe(addressed, chain, bound, clocks=(clock,) if clock else (), request=request)
        for nobody in found.nobody:
            desk.note(
                EntryKind(f"{kind}.nobody"), f"nobody to {kind}: {nobody} ({reason})", target=nobody
            )

    def _found(self, target: str) -> Resolution:
        """The people that a target means; a role that nobody holds falls back."""
        incident, policy = self._desk.incident, self._desk.policy
        roles = addressed_by_targets((target,), incident, policy, self._desk.now())
        return resolve_targets(
            (target,), roles.holders, policy.people, further=roles.further, vacant=roles.vacant
        )

    def _owe(
        self,
        template: Message,
        channels: tuple[str, ...],
        bound: BindingLimit | None = None,
        update: int | None = None,
        **more: Any,
    ) -> None:
        keyed = template.changed(key=self._desk.key())
        self.add(Delivery(message=keyed, channels=channels, bound=bound, update=update, **more))

    def withdraw(self, why: str, *, recipient: str | None = None) -> None:
        """Withdraw the pages that an answer makes unnecessary, or all of them at the end.

        It covers every queue (of one `recipient`): held by a limit, failed for now, being tried.
        """
        desk = self._desk
        unneeded_by = withdrawal(why, desk.incident, desk.policy, desk.now())
        for key, delivery in tuple(self._owed.items()):
            theirs = not recipient or recipient == delivery.message.recipient
            if theirs and not delivery.withdraw and withdrawable(delivery, unneeded_by):
                self._take_back(key, delivery, why)

    def _take_back(self, key: str, delivery: Delivery, why: str) -> None:
        not_before = None if delivery.held else delivery.not_before
        unneeded = delivery.changed(withdraw=why, not_before=not_before)
        self._owed[key] = unneeded
        if not delivery.held and key not in self._busy:
            self._dropped(unneeded)
        self._desk.awake = True

    def _take_back_requests(self) -> None:
        """Withdraw the pages of requests that nobody need answer any more."""
        unanswered = {"", *open_requests(self._desk.incident, self._desk.policy)}
        for key, owed in tuple(self._owed.items()):
            over = owed.request not in unanswered and not owed.withdraw
            if over and workflow.patched("ended-requests-are-taken-back"):
                self._take_back(key, owed, "the request is not open any more")

    def _dropped(self, delivery: Delivery) -> None:
        del self._owed[delivery.message.key]
        line = withdrawn_line(delivery)
        self._desk.note(line.kind, line.summary, **line.data)

    def next_at(self) -> datetime | None:
        """When to try the first waiting delivery again."""
        waiting = (d.not_before for key, d in self._owed.items() if key not in self._busy)
        return min((at for at in waiting if at), default=None)

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "deliver what is owed") if at else None

    @property
    def settled(self) -> bool:
        """Whether nothing is owed."""
        return not self._owed

    def carried(self) -> Mapping[str, object]:
        """What is owed, with its keys."""
        return {"outbox": self.owed}

    def launch(self, now: datetime) -> None:
        """Send everything that may go now; stop further attempts of what is unnecessary."""
        self._take_back_requests()
        for key, delivery in self._owed.items():
            handle = self._sending.pop(key, None) if delivery.withdraw else None
            if handle and not handle.done():
                handle.cancel()
            may_go = not delivery.not_before or delivery.not_before <= now
            if key not in self._busy and may_go and not self._waits_for_first(delivery):
                self._busy.add(key)
                asked = leave_for(delivery)
                work = self._ask_leave(delivery, asked) if asked else self._send(delivery)
                self._desk.launch(work)

    def _waits_for_first(self, delivery: Delivery) -> bool:
        """Whether the first message to all who read the same place, or the place, is under way."""
        desk, channel = self._desk, channel_of(delivery)
        if not reads_place(desk.policy, channel, delivery.message.recipient):
            return False
        if awaits_place(desk.incident, desk.policy, channel):
            return True
        if first_for(desk.incident, desk.policy, channel, channel):
            return False
        under_way = (self._owed[key] for key in self._busy)
        return any(
            channel_of(other) == channel
            and reads_place(desk.policy, channel, other.message.recipient)
            for other in under_way
        )

    async def _ask_leave(self, delivery: Delivery, asked: AskLeave) -> None:
        """Ask whether a page may go. If nobody answers, it goes: too often is better than never."""
        sent = delivery.message
        verb = "still" if delivery.withdraw is None else "no longer"
        try:
            leave = await perform(
                ASK_FOR_LEAVE,
                AskForLeave(policy=self._desk.policy.name, asked=asked),
                Leave,
                summary=f"is {sent.recipient} {verb} to be paged: {sent.reason}",
                priority=self._desk.priority(self._kind(delivery)),
                within=LIFE_OF_A_PAGE,
            )
        except FailureError:
            leave = Leave(verdict=PageVerdict.WITHDRAWN) if delivery.withdraw else GRANTED
        finally:
            self._busy.discard(sent.key)
        self._answered(delivery, leave)

    def _answered(self, asked: Delivery, leave: Leave) -> None:
        key = asked.message.key
        delivery = self._owed[key]
        if leave.verdict is PageVerdict.HELD:
            # It may have become unnecessary while it asked: then it asks again at once.
            again_at = None if delivery.withdraw else self._later(leave.again_at)
            self._owed[key] = delivery.changed(held=True, not_before=again_at)
        elif leave.verdict is PageVerdict.GRANTED and delivery.withdraw is None:
            self._owed[key] = delivery.changed(bound=None, held=False, not_before=None)
            return
        else:
            del self._owed[key]
        line = outcome_line(delivery, leave)
        if line:
            self._desk.note(line.kind, line.summary, **line.data)

    async def _send(self, delivery: Delivery) -> None:
        key = delivery.message.key
        channel = channel_of(delivery)
        page = delivery.message.kind is MessageKind.PAGE
        within = LIFE_OF_A_PAGE if page else LIFE_OF_AN_ACTIVITY
        try:
            self._sending[key] = begin(
                SEND_NOTIFICATION,
                sending(delivery, channel, self._desk.incident, self._desk.policy),
                Receipt,
                summary=words_of(delivery, channel),
                priority=self._desk.priority(self._kind(delivery)),
                within=within,
            )
            receipt = await self._sending[key]
        except FailureError as error:
            if self._owed[key].withdraw:
                self._dropped(self._owed[key])
            else:
                self._failed(delivery, channel, error)
        else:
            del self._owed[key]
            if delivery.update is not None:
                desk, audience = self._desk, delivery.message.recipient
                desk.replace(
                    with_taken_update(desk.incident, delivery.update, audience, desk.now())
                )
            self._desk.remember(receipt, delivery.message)
            words = words_of(delivery, channel) + late_words(delivery)
            self._said(delivery, "sent", words, channel, **reference_data(receipt))
        finally:
            self._busy.discard(key)
            self._sending.pop(key, None)

    def _kind(self, delivery: Delivery) -> WorkKind:
        """The kind of work; a page is a first page until somebody was paged."""
        kind = delivery.message.kind
        if kind is not MessageKind.PAGE:
            return WorkKind.CHORE if kind is MessageKind.REMINDER else WorkKind.NOTICE
        incident = self._desk.incident
        paged = incident.paged or any(e.kind == EntryKind.PAGE_SENT for e in incident.timeline)
        return WorkKind.LATER_PAGE if paged else WorkKind.FIRST_PAGE

    def _later(self, at: datetime | None) -> datetime:
        """When to ask again: never at once, whatever the answerer's clock says."""
        soonest = self._desk.now() + ASKED_AGAIN
        return max(at, soonest) if at else soonest

    def _failed(self, delivery: Delivery, channel: str, error: FailureError) -> None:
        """Fall back to the next channel; after the last, start over later; in the end give up.

        A permanent failure (most often a channel without an address) gets no line of its own for
        each message. The line about the message's outcome includes it.
        """
        failure = failure_of(delivery, channel, error)
        key = delivery.message.key
        what = f"{words_of(delivery, channel)} — failed: {failure.error}"
        if delivery.channel + 1 < len(delivery.channels):
            change: dict[str, Any] = {"channel": delivery.channel + 1}
            if failure.permanent:
                change["fell_back"] = (*delivery.fell_back, failure)
            else:
                following = delivery.channels[delivery.channel + 1]
                self._said(delivery, "fell_back", f"{what}; next channel is {following}", channel)
            self._owed[key] = delivery.changed(**change)
            return
        rounds = delivery.rounds + 1
        if rounds >= ROUNDS:
            del self._owed[key]
            self._said(delivery, "undelivered", f"{what}; given up", channel)
            self._refused(delivery, f"{channel}: {failure.error}; given up")
            return
        again_at = self._desk.now() + FIRST_BACKOFF * 2 ** (rounds - 1)
        self._owed[key] = delivery.changed(
            channel=0, rounds=rounds, not_before=again_at, fell_back=()
        )
        again = f"tried again at {again_at:%H:%M:%S} UTC"
        self._said(delivery, "delayed", f"{what}; {again}", channel)
        self._refused(delivery, f"{channel}: {failure.error}; {again}")

    def _refused(self, delivery: Delivery, why: str) -> None:
        """Note that no channel of a chain took a message; its audience may have other chains."""
        if delivery.update is None:
            return
        audience, key = delivery.message.recipient, delivery.message.key
        others = [
            other
            for other in self._owed.values()
            if (other.update, other.message.recipient) == (delivery.update, audience)
            and other.message.key != key
        ]
        final = key not in self._owed and not others
        if final or all(other.rounds for other in others):
            self._reached_nobody(delivery.update, audience, why, final=final)

    def _reached_nobody(self, update: int, audience: str, why: str, *, final: bool) -> None:
        """Record that the update reached nobody, and remind the communication lead."""
        desk = self._desk
        if not is_news(desk.incident, update, audience, final=final):
            return
        missed = with_missed_update(desk.incident, update, audience, why, desk.now())
        desk.replace(after_missed_update(missed, desk.policy, desk.incident, audience, desk.now()))
        lead = message_target(desk.policy.communication_lead or "", desk.policy)
        said = missed_words(audience)
        self.ask(ActionKind.REMIND, lead, said, f"{said}: {why}")

    def _said(
        self, delivery: Delivery, became: str, summary: str, channel: str, **data: Any
    ) -> None:
        sent = delivery.message
        self._desk.note(
            EntryKind(f"{sent.kind}.{became}"),
            summary + failed_channels_words(delivery.fell_back),
            recipient=sent.recipient,
            channel=channel,
            key=sent.key,
            reason=sent.reason,
            **data,
        )
