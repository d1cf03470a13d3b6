"""Lets the first messages on live channels show the state of the incident as it changes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from temporalio.exceptions import FailureError

from models.compiled import CompiledPolicy
from models.contracts.live import EDIT_MESSAGE, EditMessage
from models.incident.record import Incident
from models.messages.live import LiveMessage
from models.messages.reference import FirstMessage
from rules.paging.shown_in_chats import live_message, shown_by
from rules.paging.urgency import WorkKind
from workflows.activity_calls import LIFE_OF_A_PAGE, perform
from workflows.incident.chores.attempts import AGAIN_AFTER, NamedAttempts
from workflows.incident.component import Component, Due
from workflows.incident.delivering import is_permanent
from workflows.incident.desk import Desk

SETTLES_AFTER = timedelta(seconds=1)
"""At most one edit a second: what changes meanwhile is shown by the next."""
MOST_FAILURES = 5
"""After so many failures in a row, a message waits for the next change."""


_Wanted = list[tuple[FirstMessage, LiveMessage, str]]
"""First messages, what each is to show, and a digest of that."""


class LiveMessages(Component):
    """Owns what first messages show. One edit of a message at a time; the newest state wins."""

    def __init__(self, desk: Desk, shown: Mapping[str, str]) -> None:
        self._desk = desk
        self._shown = dict(shown)
        self._attempts = NamedAttempts(desk)
        self._known: tuple[Incident, CompiledPolicy, _Wanted] | None = None

    def launch(self, now: datetime) -> None:
        """Edit each message that shows something else than it should."""
        for first, live in self._stale():
            name = _name(first)
            if self._attempts.may_begin(name, now):
                self._attempts.begin(name, self._edit(first, live))

    def next_due(self) -> Due | None:
        """When to edit a message again."""
        at = self._attempts.again_at(_name(first) for first, _ in self._stale())
        return (at, "show how the incident stands") if at else None

    @property
    def settled(self) -> bool:
        """Whether every message shows what it should."""
        return not self._stale()

    def carried(self) -> Mapping[str, object]:
        """What the messages show."""
        return {"live": dict(self._shown)}

    def _stale(self) -> list[tuple[FirstMessage, LiveMessage]]:
        return [
            (first, live)
            for first, live, digest in self._wanted()
            if digest != self._shown.get(_name(first), first.shown)
        ]

    def _wanted(self) -> _Wanted:
        """What each message is to show, worked out once for each record."""
        desk = self._desk
        if not desk.policy.live:
            return []
        record, policy, wanted = self._known or (None, None, [])
        if record is not desk.incident or policy is not desk.policy:
            wanted = []
            for first in desk.incident.first_messages:
                if first.channel in desk.policy.live:
                    live = live_message(first, desk.incident, desk.policy, desk.now())
                    wanted.append((first, live, shown_by(live)))
            self._known = (desk.incident, desk.policy, wanted)
        return wanted

    async def _edit(self, first: FirstMessage, live: LiveMessage) -> None:
        name, desk = _name(first), self._desk
        try:
            await perform(
                EDIT_MESSAGE,
                EditMessage(channel=first.channel, reference=first.reference, live=live),
                bool,
                summary=f"show {first.recipient} by {first.channel} how the incident stands",
                priority=desk.priority(WorkKind.CHORE),
                within=LIFE_OF_A_PAGE,
            )
        except FailureError as error:
            self._failed(name, live, permanent=is_permanent(error))
        else:
            self._settle(name, live)

    def _failed(self, name: str, live: LiveMessage, *, permanent: bool) -> None:
        """Try it again later. If that cannot help, leave it until the incident changes."""
        failures = self._attempts.failed(name)
        if permanent or failures >= MOST_FAILURES:
            self._settle(name, live)
        else:
            self._attempts.wait(name, AGAIN_AFTER * 2 ** (failures - 1))

    def _settle(self, name: str, live: LiveMessage) -> None:
        """Leave a message as it is until there is something else to show."""
        self._shown[name] = shown_by(live)
        self._attempts.begin_anew(name)
        self._attempts.wait(name, SETTLES_AFTER)


def _name(first: FirstMessage) -> str:
    return f"{first.channel}/{first.recipient}/{first.reference.message}"
