"""Tells the policy's subscribers of events: each gets one after the other, none twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.compiled import CompiledPolicy, Subscriber
from models.contracts.notifying import SEND_NOTIFICATION, Delivery, SendNotification, Unheard
from models.incident.record import Incident, TimelineEntry
from models.incident.timeline import EntryKind
from models.messages.message import Receipt
from rules.paging.urgency import WorkKind
from rules.record.carried import size
from rules.record.references import reference_data
from rules.updates.event_message import event_message
from rules.updates.subscribed import newly_concerned, subscribed
from workflows.activity_calls import LIFE_OF_A_PAGE, LIFE_OF_AN_ACTIVITY, perform
from workflows.incident.component import Component, Due
from workflows.incident.delivering import failure_of
from workflows.incident.desk import Desk
from workflows.incident.outbox import FIRST_BACKOFF, ROUNDS

MOST_WAITING = 50
WAITING_BYTES = 64 * 1024
"""What waits for a subscriber that takes nothing; older events are given up for newer ones."""
TOLD_OF_ADOPTION = "subscribers-hear-of-an-adoption"
"""The patch since which whom an adopted policy adds hears of the adoption."""
_SURELY_FITS = 8
_TENFOLD = 10


class Subscribers(Component):
    """Owns the events that subscribers must still get.

    A subscriber gets one event at a time, so one that does not answer holds up no more than that. A
    failed event waits, and later ones go before it: receivers go by the number of the line.
    """

    def __init__(
        self, desk: Desk, owed: tuple[Delivery, ...], unheard: tuple[Unheard, ...]
    ) -> None:
        self._desk = desk
        self._owed = {delivery.message.key: delivery for delivery in owed}
        self._unheard = {one.subscriber: one for one in unheard}
        self._busy: dict[str, str] = {}
        desk.watch(self.hear)

    def hear(self, before: Incident | None, after: Incident) -> None:
        """Owe the events of a decision, between the records before and after it."""
        known = before.next_seq if before else 0
        subscribers = self._desk.policy.subscribers
        if not subscribers or after.next_seq == known:
            return
        now = self._desk.now()
        new = tuple(entry for entry in after.timeline if entry.seq >= known)
        for subscriber in subscribers:
            for entry in subscribed(subscriber, new, before, after, now):
                self._owe(subscriber, entry, after, now)

    def adopted(self, old: CompiledPolicy) -> None:
        """Owe the line of an adoption to whom the incident concerns only since then."""
        desk, now = self._desk, self._desk.now()
        concerned = newly_concerned(old, desk.policy, desk.incident, now)
        if not concerned or not workflow.patched(TOLD_OF_ADOPTION):
            return
        lines = (e for e in reversed(desk.incident.timeline) if e.kind == EntryKind.POLICY_ADOPTED)
        line = next(lines)
        for subscriber in concerned:
            self._owe(subscriber, line, desk.incident, now)

    def _owe(
        self, subscriber: Subscriber, entry: TimelineEntry, incident: Incident, now: datetime
    ) -> None:
        told = event_message(subscriber, entry, incident, now)
        self._owed[told.key] = Delivery(message=told, channels=(subscriber.channel,))

    def launch(self, now: datetime) -> None:
        """Send each subscriber the oldest event that may go now."""
        for name in dict.fromkeys(owed.message.recipient for owed in self._owed.values()):
            self._drop_excess(name)
            ready = (d for d in self._of(name) if not d.not_before or d.not_before <= now)
            following = next(ready, None)
            if following and name not in self._busy:
                self._busy[name] = following.message.key
                self._desk.launch(self._send(following))

    def next_due(self) -> Due | None:
        """When to try a failed event again."""
        waiting = (
            d.not_before for d in self._owed.values() if d.message.recipient not in self._busy
        )
        at = min((at for at in waiting if at), default=None)
        return (at, "tell subscribers") if at else None

    @property
    def settled(self) -> bool:
        """Whether each event was taken or given up."""
        return not self._owed

    def carried(self) -> Mapping[str, object]:
        """What is owed, with its keys, and who takes nothing."""
        return {"events": tuple(self._owed.values()), "unheard": tuple(self._unheard.values())}

    def _of(self, subscriber: str) -> tuple[Delivery, ...]:
        return tuple(d for d in self._owed.values() if d.message.recipient == subscriber)

    def _drop_excess(self, subscriber: str) -> None:
        """Give up the oldest events of a subscriber for whom too much waits."""
        waiting = list(self._of(subscriber))
        if len(waiting) <= _SURELY_FITS:
            return
        weight = sum(size(owed.message) for owed in waiting)
        while len(waiting) > MOST_WAITING or weight > WAITING_BYTES:
            in_flight = self._busy.get(subscriber)
            oldest = next(d for d in waiting if d.message.key != in_flight)
            waiting.remove(oldest)
            weight -= size(oldest.message)
            self._give_up(oldest, "too many wait")

    async def _send(self, delivery: Delivery) -> None:
        sent, [channel] = delivery.message, delivery.channels
        within = LIFE_OF_A_PAGE if sent.recipient in self._unheard else LIFE_OF_AN_ACTIVITY
        try:
            receipt = await perform(
                SEND_NOTIFICATION,
                SendNotification(channel=channel, message=sent),
                Receipt,
                summary=_words(delivery),
                priority=self._desk.priority(WorkKind.NOTICE),
                within=within,
            )
        except FailureError as error:
            self._failed(delivery, failure_of(delivery, channel, error).error)
        else:
            self._taken(delivery, receipt)
        finally:
            self._busy.pop(sent.recipient, None)

    def _taken(self, delivery: Delivery, receipt: Receipt) -> None:
        """Note it, and try the others again at once: the subscriber is there."""
        name = delivery.message.recipient
        del self._owed[delivery.message.key]
        unheard = self._unheard.pop(name, None)
        lost = f"; {unheard.given_up} given up before" if unheard and unheard.given_up else ""
        for other in self._of(name):
            self._owed[other.message.key] = other.changed(not_before=None)
        self._said(EntryKind.EVENT_SENT, delivery, lost, **reference_data(receipt))

    def _failed(self, delivery: Delivery, why: str) -> None:
        """Try it again later; in the end give it up. Only the first failure in a row is noted."""
        name, now = delivery.message.recipient, self._desk.now()
        rounds = delivery.rounds + 1
        if rounds >= ROUNDS:
            self._give_up(delivery, why)
            return
        again_at = now + FIRST_BACKOFF * 2 ** (rounds - 1)
        self._owed[delivery.message.key] = delivery.changed(rounds=rounds, not_before=again_at)
        if name not in self._unheard:
            self._unheard[name] = Unheard(subscriber=name, since_at=now)
            again = f" — failed: {why}; tried again at {again_at:%H:%M:%S} UTC"
            self._said(EntryKind.EVENT_DELAYED, delivery, again)

    def _give_up(self, delivery: Delivery, why: str) -> None:
        """Count it. Of many in a row, only the 1st, 10th, 100th ... gets a line."""
        name = delivery.message.recipient
        del self._owed[delivery.message.key]
        unheard = self._unheard.get(name) or Unheard(subscriber=name, since_at=self._desk.now())
        unheard = unheard.changed(given_up=unheard.given_up + 1)
        self._unheard[name] = unheard
        count = unheard.given_up
        while count % _TENFOLD == 0:
            count //= _TENFOLD
        if count == 1:
            so_far = f" — failed: {why}; given up"
            so_far += f": {unheard.given_up} in a row" if unheard.given_up > 1 else ""
            self._said(EntryKind.EVENT_UNDELIVERED, delivery, so_far)

    def _said(self, kind: EntryKind, delivery: Delivery, more: str, **data: Any) -> None:
        sent, [channel] = delivery.message, delivery.channels
        self._desk.note(
            kind,
            _words(delivery) + more,
            recipient=sent.recipient,
            channel=channel,
            key=sent.key,
            reason=sent.reason,
            **data,
        )


def _words(delivery: Delivery) -> str:
    sent, [channel] = delivery.message, delivery.channels
    return f"event to {sent.recipient} by {channel}: {sent.reason}"
