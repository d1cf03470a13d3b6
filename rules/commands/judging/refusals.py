"""Refusals leave a trace: who tried what, how often, and why it was refused.

The first of its kind becomes a line on the timeline. The record counts the same attempt when it
comes again. Both are bounded, so a script that tries forever costs next to nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from models.base import ENGINE, MONITORING, Actor
from models.incident.record import Attempt, Incident, Refusals
from models.incident.timeline import EntryKind
from models.readable import blank, made_visible
from models.way_in import WayIn
from rules.record.decision import Refusal
from rules.record.timeline import SUMMARY_BOUND, note
from rules.wording.sentences import shortened
from states.lifecycle import Trigger

AUTHORITY = "authority"
REFUSALS_KEPT: dict[str, int] = {AUTHORITY: 100, "state": 100, "malformed": 50}
"""This many different refusals of each sort are kept, so a flood of one sort hides no other."""
MORE_KEPT = 30
"""This many more of each sort are kept, for the first time that a known person tries `TELLS`."""
TELLS = frozenset({*(trigger.value for trigger in Trigger), "adopt_policy"})
"""Commands that move an incident or change its rules; no flood hides who tried them."""
COUNTED_EXACTLY = 20
"""The same refusal is counted each time up to this number. An update adds five history events."""
COUNTED_AGAIN_AFTER = timedelta(minutes=10)
"""After that, an update is counted only if the last one counted is this old."""
COUNTED_IN_ALL = 1000
"""After this many refusals in all, only one in that time is counted, no matter who tries it."""

HEAVY_BYTES = 16 * 1024
"""A message that is heavier stays in the history whole, so the same one is counted exactly once."""
HEAVY_IN_ALL = 8 * 1024 * 1024
"""After so many bytes of such messages, it counts only one in that time, from any sender."""

LAST_WORDS_KEPT = 20
"""Of this many repeated attempts, the record keeps the words that came with them last."""
WORDS_KEPT = 250
"""In characters: this much of such a note or reason."""

UNKNOWN = Actor(name="unknown", via=WayIn.SIGNAL.value)
"""The sender of an unreadable command, or of one that claims to come from the engine."""

_SORTS = {"NotAuthorised": AUTHORITY, "NeedsApproval": AUTHORITY, "Malformed": "malformed"}
_NAMED = 80
_SHORT = 60


@dataclass(frozen=True, slots=True)
class RefusedCommand:
    """A refused command: its name, its actor, and the refusal.

    `known` says whether the actor is one of the people of the policy; `said` are their words.
    `weight` is how many bytes the history keeps of the message.
    """

    command: str
    actor: Actor
    refusal: Refusal
    known: bool = False
    said: tuple[tuple[str, str], ...] = ()
    weight: int = 0

    @property
    def heavy(self) -> bool:
        """Whether its message takes up room in the history."""
        return self.weight > HEAVY_BYTES

    @property
    def sort(self) -> str:
        """What prevented it: authority, the state and what the lifecycle requires, or the form."""
        return _SORTS.get(self.refusal.kind, "state")

    @property
    def words(self) -> str:
        """Why it was refused, in words that name the command."""
        said = made_visible(self.refusal.message)
        name = made_visible(self.command[:_NAMED])
        return said if self.command in said else f"{name}: {said}"

    @property
    def digest(self) -> str:
        """The digest by which the same attempt is recognised."""
        told = (self.actor.name, self.actor.via, self.command, self.words)
        return sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:12]


def claimed_actor(payload: object) -> Actor | None:
    """The actor that an unreadable command claims, if it names one."""
    said = payload if isinstance(payload, dict) else {}
    name, via = said.get("actor"), said.get("via", WayIn.TEMPORAL.value)
    if not isinstance(name, str) or blank(name):
        return None
    return shown_safely(Actor(name=name, via=via if isinstance(via, str) else WayIn.TEMPORAL.value))


def shown_safely(actor: Actor) -> Actor:
    """The actor with a readable name; nobody can pass for the engine."""
    if actor.passes_for(ENGINE) or actor.passes_for(MONITORING):
        return UNKNOWN
    name, via = made_visible(actor.name[:_NAMED]), made_visible(actor.via[:40])
    return actor.changed(name=name, via=via)


def leaves_trace(incident: Incident, tried: RefusedCommand, now: datetime) -> bool:
    """Whether to record a refused update before it is answered.

    Updates of the engine and of monitoring are not recorded: nobody tried anything.
    """
    if tried.refusal.leaves:
        return True
    if tried.actor in (ENGINE, MONITORING):
        return False
    refusals = incident.refusals
    known = _attempt(refusals, tried.digest)
    if known is None and _room(refusals, tried):
        return _affordable(refusals, tried, now)
    times, last_at = (known.times, known.last_at) if known else _dropped(refusals)
    counted = refusals.dropped + sum(each.times for each in refusals.attempts)
    if counted >= COUNTED_IN_ALL:
        times = COUNTED_EXACTLY
        last_at = max((each.last_at for each in refusals.attempts), default=last_at)
        last_at = max(last_at, refusals.dropped_at or last_at) if last_at else None
    exactly = 1 if tried.heavy else COUNTED_EXACTLY
    return times < exactly or _long_ago(last_at, now)


def _long_ago(last_at: datetime | None, now: datetime) -> bool:
    return last_at is None or now - last_at >= COUNTED_AGAIN_AFTER


def _affordable(refusals: Refusals, tried: RefusedCommand, now: datetime) -> bool:
    """Whether the history can keep the message; a first attempt at `TELLS` is always kept."""
    spent = refusals.heavy_bytes + tried.weight
    if not tried.heavy or spent <= HEAVY_IN_ALL or _first_to_tell(refusals, tried):
        return True
    return _long_ago(refusals.heavy_at, now)


def _dropped(refusals: Refusals) -> tuple[int, datetime | None]:
    return refusals.dropped, refusals.dropped_at


def with_refusal(incident: Incident, tried: RefusedCommand, now: datetime) -> Incident:
    """The record with a refused command: a new line, or one more in a count."""
    refusals = incident.refusals
    if tried.heavy:
        refusals = refusals.changed(heavy_bytes=refusals.heavy_bytes + tried.weight, heavy_at=now)
    known = _attempt(refusals, tried.digest)
    if known:
        said = _said_now(incident, known, tried)
        again = known.changed(times=known.times + 1, last_at=now, said=said)
        attempts = tuple(again if each is known else each for each in refusals.attempts)
        return _with(incident, refusals.changed(attempts=_few_words(attempts)))
    if not _room(refusals, tried):
        return _with(incident, refusals.changed(dropped=refusals.dropped + 1, dropped_at=now))
    return _with_line(incident, refusals, tried, now)


def _with_line(
    incident: Incident, refusals: Refusals, tried: RefusedCommand, now: datetime
) -> Incident:
    """The record with the first refusal of its kind, which is a line of its own."""
    attempt = Attempt(
        actor=tried.actor.name[:_SHORT],
        proof=tried.actor.proof,
        command=made_visible(tried.command)[:_SHORT],
        kind=tried.refusal.kind,
        sort=tried.sort,
        digest=tried.digest,
        seq=incident.next_seq,
        first_at=now,
        last_at=now,
    )
    words: dict[str, Any] = dict(tried.said)
    if tried.heavy:
        words["bytes"] = tried.weight
    incident = note(
        incident,
        EntryKind.COMMAND_REFUSED,
        shortened(tried.words, SUMMARY_BOUND),
        actor=shown_safely(tried.actor),
        now=now,
        command=made_visible(tried.command[:_NAMED]),
        refusal=tried.refusal.kind,
        **words,
    )
    attempts = (*refusals.attempts, attempt)
    return _with(incident, refusals.changed(recorded=refusals.recorded + 1, attempts=attempts))


def _said_now(incident: Incident, known: Attempt, tried: RefusedCommand) -> dict[str, str]:
    """The words that came with an attempt this time, if its line does not have them."""
    line = next((entry for entry in incident.timeline if entry.seq == known.seq), None)
    told = line.data if line else {}
    now = {name: text for name, text in tried.said if told.get(name) != text}
    return {name: shortened(text, WORDS_KEPT) for name, text in now.items()}


def _few_words(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """The attempts, of which only the latest keep the words that came with them last."""
    worded = sorted((each for each in attempts if each.said), key=lambda each: each.last_at)
    silent = {each.digest for each in worded[:-LAST_WORDS_KEPT]}
    return tuple(each.changed(said={}) if each.digest in silent else each for each in attempts)


def _attempt(refusals: Refusals, digest: str) -> Attempt | None:
    return next((each for each in refusals.attempts if each.digest == digest), None)


def _room(refusals: Refusals, tried: RefusedCommand) -> bool:
    same = [each for each in refusals.attempts if each.sort == tried.sort]
    most = REFUSALS_KEPT[tried.sort]
    if len(same) < most or len(same) >= most + MORE_KEPT:
        return len(same) < most
    return _first_to_tell(refusals, tried)


def _first_to_tell(refusals: Refusals, tried: RefusedCommand) -> bool:
    """Whether a known person tries one of `TELLS` for the first time, by this sort of refusal."""
    before = {(each.actor, each.command) for each in refusals.attempts if each.sort == tried.sort}
    named = (tried.actor.name[:_SHORT], tried.command)
    return tried.known and tried.command in TELLS and named not in before


def _with(incident: Incident, refusals: Refusals) -> Incident:
    return incident.changed(refusals=refusals)
