"""Keeps the places of its own that an incident has in chats: made, with its people, closed."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from temporalio.exceptions import FailureError

from models.compiled import CompiledPolicy
from models.contracts.live import KEEP_PLACE, KeepPlace
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.messages.place import KeptPlace, PlaceWanted
from rules.paging.shown_in_chats import as_it_is, place_wanted
from rules.paging.urgency import WorkKind
from rules.record.references import awaits_place
from states.lifecycle import TERMINAL
from workflows.activity_calls import LIFE_OF_A_PAGE, perform
from workflows.incident.chores.attempts import AGAIN_AFTER, NamedAttempts
from workflows.incident.component import Component, Due
from workflows.incident.delivering import is_permanent
from workflows.incident.desk import Desk

SETTLES_AFTER = timedelta(seconds=1)
MOST_FAILURES = 3
"""After so many failures in a row, messages go to the usual place, or the place stays as it is."""


_Wanted = list[tuple[str, PlaceWanted]]
"""Channels, and how the place on each is to be."""


class Places(Component):
    """Owns the places of an incident; one attempt at a time, with the newest state.

    `quiet` says whether nothing is on its way to a place: until then none is closed.
    """

    def __init__(
        self, desk: Desk, kept: Mapping[str, KeptPlace], quiet: Callable[[], bool]
    ) -> None:
        self._desk = desk
        self._kept = dict(kept)
        self._quiet = quiet
        self._attempts = NamedAttempts(desk)
        self._left: dict[str, PlaceWanted] = {}
        self._known: tuple[Incident, CompiledPolicy, bool, _Wanted] | None = None

    def launch(self, now: datetime) -> None:
        """Make each place as it is to be."""
        for channel, wanted in self._stale():
            if self._attempts.may_begin(channel, now):
                self._attempts.begin(channel, self._keep(channel, wanted))

    def next_due(self) -> Due | None:
        """When to see to a place again."""
        at = self._attempts.again_at(channel for channel, _ in self._stale())
        return (at, "see to the place of the incident") if at else None

    @property
    def settled(self) -> bool:
        """Whether every place is as it is to be."""
        return not self._stale()

    def carried(self) -> Mapping[str, object]:
        """The places as they are."""
        return {"kept_places": dict(self._kept)}

    def _stale(self) -> list[tuple[str, PlaceWanted]]:
        found = []
        for channel, wanted in self._wanted():
            given_up = channel in self._desk.incident.places and channel not in self._kept
            if given_up or wanted == self._left.get(channel):
                continue
            if not as_it_is(self._kept.get(channel), wanted):
                found.append((channel, wanted))
        return found

    def _wanted(self) -> _Wanted:
        """How each place is to be, worked out once for each record."""
        desk = self._desk
        if not desk.policy.own_places:
            return []
        closed = desk.incident.state in TERMINAL and self._quiet()
        record, policy, was_closed, found = self._known or (None, None, closed, [])
        same = record is desk.incident and policy is desk.policy and closed is was_closed
        if not same:
            every = (
                (channel, place_wanted(channel, desk.incident, desk.policy, closed=closed))
                for channel in desk.policy.own_places
            )
            found = [(channel, wanted) for channel, wanted in every if wanted]
            self._known = (desk.incident, desk.policy, closed, found)
        return found

    async def _keep(self, channel: str, wanted: PlaceWanted) -> None:
        desk, kept = self._desk, self._kept.get(channel)
        try:
            made = await perform(
                KEEP_PLACE,
                KeepPlace(channel=channel, wanted=wanted, kept=kept),
                KeptPlace,
                summary=f"see to the place of {desk.incident.id} by {channel}",
                priority=desk.priority(WorkKind.NOTICE),
                within=LIFE_OF_A_PAGE,
            )
        except FailureError as error:
            self._failed(channel, wanted, permanent=is_permanent(error))
        else:
            self._kept[channel] = made
            self._attempts.begin_anew(channel)
            self._attempts.wait(channel, SETTLES_AFTER)
            if channel not in desk.incident.places:
                self._made(channel, made)

    def _made(self, channel: str, made: KeptPlace) -> None:
        desk = self._desk
        desk.replace(_with_place(desk, channel, made.place))
        words = f"its own place by {channel} is {made.name}"
        place, name = made.place, made.name
        desk.note(EntryKind.PLACE_MADE, words, channel=channel, place=place, name=name)

    def _failed(self, channel: str, wanted: PlaceWanted, *, permanent: bool) -> None:
        """Try it again later; in the end leave it until the incident changes."""
        desk = self._desk
        failures = self._attempts.failed(channel)
        self._attempts.wait(channel, AGAIN_AFTER * failures)
        if not permanent and failures < MOST_FAILURES:
            return
        self._attempts.begin_anew(channel)
        self._left[channel] = wanted
        if awaits_place(desk.incident, desk.policy, channel):
            desk.replace(_with_place(desk, channel, ""))
            words = f"no place of its own by {channel}: messages go to the usual one"
            desk.note(EntryKind.PLACE_FAILED, words, channel=channel)


def _with_place(desk: Desk, channel: str, place: str) -> Incident:
    return desk.incident.changed(places={**desk.incident.places, channel: place})
