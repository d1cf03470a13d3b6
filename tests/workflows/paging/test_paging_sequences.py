"""Whatever asks for pages, in whatever order and at whatever hour, nobody is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from hypothesis import given
from hypothesis import strategies as st

from models.command import COMMANDS
from models.compiled import CompiledPolicy, EscalationPolicy, Level, OnRaise
from models.contracts.incident import Carried
from models.contracts.notifying import Delivery
from models.contracts.paging import Escalated, EscalateIncident, OutOfHours, PageOutcome, Unable
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.messages.message import Receipt
from rules.paging.demands import level_of
from rules.paging.page_request import PageRequest, request_of
from rules.record.decision import Decision, PageNextLevel
from tests.examples import examples
from tests.specimens import POLICY, after, an_incident, minutes
from workflows.incident.desk import Desk
from workflows.incident.paging.escalation import Paging
from workflows.incident.paging.page_call import Done, PageCall
from workflows.incident.switch import Owners, Switch

PEOPLE = ("ana", "bo", "cy", "dee")
TWO_DAYS = 2 * 24 * 60
MOST_TURNS = 3000
"""How often the escalation may look again before it counts as one that never rests."""


@dataclass(frozen=True)
class Hours:
    """The hours of each day in which somebody can be paged."""

    begin: int
    end: int

    def opens(self, at: datetime) -> datetime:
        """The first instant from `at` on that is within them."""
        if self.begin <= at.hour < self.end:
            return at
        today = at.replace(hour=self.begin, minute=0)
        return today if today > at else today + timedelta(days=1)


ALWAYS = Hours(0, 24)


class Event(NamedTuple):
    """What happens, minutes after the event before it."""

    gap: int
    kind: str
    who: str
    level: int


class Sent(NamedTuple):
    """A page that was sent."""

    at: datetime
    level: int


class Owed(NamedTuple):
    """A page of a level that was asked for; an answer withdraws it unless it `stays`."""

    level: int
    at: datetime
    stays: bool


class QuietDesk(Desk):
    """A desk with a clock of its own, which logs nothing."""

    def __init__(self, incident: Incident, policy: CompiledPolicy) -> None:
        super().__init__(incident, policy, timedelta())
        self.at = after(0)

    def now(self) -> datetime:
        """The minute that has been reached."""
        return self.at

    def replace(self, incident: Incident) -> None:
        """Replace the record."""
        self.incident = incident
        self.awake = True


class CallAtOnce(PageCall):
    """Answers each page at once: it is sent, or its recipient is out of hours or cannot.

    `caused` says whether anything has asked for pages since the last acknowledgement.
    """

    def __init__(self, desk: Desk, hours: Mapping[str, Hours]) -> None:
        super().__init__(desk)
        self._hours = hours
        self._keys: set[str] = set()
        self.sent: list[Sent] = []
        self.caused = True

    def start(
        self, asked: PageRequest, progress: EscalationProgress, *, done: Done, **_: Any
    ) -> None:
        """Page a level."""
        desk = self._desk
        request = request_of(asked, desk.incident, desk.policy, progress)
        pages, outside, unable = [], [], []
        for target in request.targets.page:
            who = target.removeprefix("person:")
            opens_at = self._hours[who].opens(desk.now())
            if who in request.declined:
                unable.append(Unable(target=target, recipient=who))
            elif opens_at > desk.now():
                out = OutOfHours(target=target, recipient=who, zone="UTC", opens_at=opens_at)
                outside.append(out)
            else:
                pages.append(self._page(who, asked, request))
        desk.awake = True
        answer = Escalated(
            level=asked.page.level,
            cycle=asked.page.cycle,
            pages=tuple(pages),
            out_of_hours=tuple(outside),
            unable=tuple(unable),
        )
        done(asked, answer)

    def _page(self, who: str, asked: PageRequest, request: EscalateIncident) -> PageOutcome:
        key, now = f"{request.key_prefix}:{who}", self._desk.now()
        assert key not in self._keys, f"{key} has two meanings"
        acknowledged = self._desk.incident.milestone("acknowledged")
        wanted = not acknowledged or self.caused or asked.stays
        assert wanted, f"a page after the acknowledgement: {asked.reason}"
        self._keys.add(key)
        self.sent.append(Sent(now, asked.page.level))
        message = request.template.changed(key=key, recipient=who)
        return PageOutcome(
            delivery=Delivery(message=message, channels=("log",)),
            target=f"person:{who}",
            via="by name",
            receipt=Receipt(key=key, channel="log", delivered_at=now),
        )


class WatchedPaging(Paging):
    """The escalation, which notes what it owes."""

    def __init__(self, desk: Desk, call: CallAtOnce) -> None:
        outbox = SimpleNamespace(withdraw=lambda *_, **__: None, add=lambda _: None)
        first = SimpleNamespace(within_task=lambda *_: False, forgotten=lambda *_: None)
        super().__init__(
            desk,
            cast("Any", outbox),
            EscalationProgress(),
            cast("Any", first),
            lambda _: False,
        )
        self._call = self.answers._call = call
        self.owed: list[Owed] = []

    def stop(self, reason: str) -> None:
        """Stop; what does not stay is no longer owed."""
        super().stop(reason)
        self.owed = [owed for owed in self.owed if owed.stays]

    def demand(self, demanded: PageNextLevel) -> None:
        """Page a level; it is owed from now on."""
        super().demand(demanded)
        assert self._desk.policy.escalation
        levels = len(self._desk.policy.escalation.levels)
        level = level_of(self.progress.demanded[-1], self.progress, levels)
        self.owed.append(Owed(level, self._desk.now(), demanded.stays))


class Night:
    """An incident to which events happen; its time passes from one page to the next."""

    def __init__(self, ladder: EscalationPolicy, hours: Mapping[str, Hours]) -> None:
        dee = POLICY.people["cy"].changed(name="dee")
        policy = POLICY.changed(escalation=ladder, people={**POLICY.people, "dee": dee})
        self._levels, self._hours = ladder.levels, hours
        self._desk = QuietDesk(an_incident(policy), policy)
        self._call = CallAtOnce(self._desk, hours)
        self._paging = WatchedPaging(self._desk, self._call)
        quiet: Any = SimpleNamespace(ask=lambda *_, **__: None, tell=lambda *_: None)
        owners = Owners(quiet, self._paging, quiet, quiet, quiet)
        carried = Carried(incident=self._desk.incident, policy=policy)
        self._switch = Switch(self._desk, owners, carried)
        self._declined: set[str] = set()

    def until(self, at: datetime) -> None:
        """Let time pass."""
        desk, paging = self._desk, self._paging
        for _ in range(MOST_TURNS):
            due = paging.next_at()
            if not desk.awake and (due is None or due > at):
                break
            if not desk.awake and due:
                desk.at = max(due, desk.at)
            desk.awake = False
            forgotten_at = paging.progress.forgotten_at
            if forgotten_at and forgotten_at <= desk.at:
                self._call.caused = True
            paging.launch(desk.at)
            self._is_never_silent()
        else:
            raise AssertionError("it never rests")
        desk.at = at
        self._owes_nothing()

    def _is_never_silent(self) -> None:
        """While it goes on, somebody who can always be paged is paged before each wait."""
        progress, now = self._paging.progress, self._desk.at
        waits = progress.stopped is None and progress.next_at and progress.next_at > now
        named = {who for level in self._levels for who in _people_of(level)}
        willing = named - self._declined - {progress.called_by}
        if waits and not self._desk.awake and any(self._hours[w] == ALWAYS for w in willing if w):
            assert progress.next_at
            longest = max(level.wait for level in self._levels)
            assert self._call.sent, "nobody was paged"
            assert progress.next_at - self._call.sent[-1].at <= longest, (progress, now)

    def _owes_nothing(self) -> None:
        """Every level that was asked for is paged if somebody's hours have opened since."""
        for level, since, _ in self._paging.owed:
            paged = any(sent.level == level and sent.at >= since for sent in self._call.sent)
            willing = _people_of(self._levels[level - 1]) - self._declined
            if willing and not paged:
                opens_at = min(self._hours[who].opens(since) for who in willing)
                assert opens_at >= self._desk.at, f"level {level} was asked for at {since}"

    def happens(self, event: Event) -> None:
        """An event happens now; what is refused changes nothing."""
        if event.kind in {"clock", "alert"}:
            self._demands(event)
            return
        name, fields = self._command_of(event)
        said = {"actor": event.who, "via": "console", **fields}
        payload = COMMANDS[name].payload.model_validate(said)
        if not isinstance(self._switch.apply(name, payload), Decision):
            return
        if name == "acknowledge":
            self._call.caused = False
        elif name != "add_note":
            self._call.caused = True
        if name == "decline":
            self._declined.add(event.who)

    def _demands(self, event: Event) -> None:
        """A limit asks for a level, or alerts ask for the next one."""
        stays = event.kind == "clock"
        effect = PageNextLevel(
            "it is late",
            self._level_of(event) if stays else None,
            waits=True,
            stays=stays,
            clock="resolve" if stays else "",
        )
        self._desk.note(EntryKind.NOTE_ADDED, "asked")
        self._call.caused = True
        self._switch.carry_out((effect,))

    def _command_of(self, event: Event) -> tuple[str, dict[str, Any]]:
        """The command of an event, and its fields."""
        match event.kind:
            case "escalate" | "only":
                only = event.kind == "only"
                return "escalate", {"note": "why", "level": self._level_of(event), "only": only}
            case "decline":
                return "decline", {"reason": "train"}
            case "set_severity":
                severity = POLICY.severities[event.level % len(POLICY.severities)]
                return "set_severity", {"note": "why", "severity": severity}
            case "add_note":
                return "add_note", {"text": "hello"}
            case _:
                return event.kind, {"note": "why"}

    def _level_of(self, event: Event) -> int:
        return min(event.level, len(self._levels))


def _people_of(level: Level) -> set[str]:
    return {target.removeprefix("person:") for target in level.page}


def _a_ladder(
    people: list[list[str]], repeat: int, on_raise: OnRaise, forgotten_after: timedelta | None
) -> EscalationPolicy:
    """A ladder with a level for each list of people."""
    pages = [tuple(f"person:{who}" for who in named) for named in people]
    return EscalationPolicy(
        name="nightly",
        levels=tuple(Level(page=page, wait=minutes(10)) for page in pages),
        repeat=repeat,
        on_raise=on_raise,
        forgotten_after=forgotten_after,
    )


KINDS = (
    "acknowledge",
    "escalate",
    "only",
    "decline",
    "dispute_acknowledgement",
    "set_severity",
    "clock",
    "alert",
    "add_note",
)
NAMED = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True)
LADDERS = st.builds(
    _a_ladder,
    people=st.lists(NAMED, min_size=1, max_size=4),
    repeat=st.integers(0, 2),
    on_raise=st.sampled_from(OnRaise),
    forgotten_after=st.sampled_from([None, minutes(30)]),
)
HOURS = st.sampled_from(
    [ALWAYS, Hours(7, 20), Hours(8, 18), Hours(9, 17), Hours(22, 24), Hours(0, 8)]
)
EVENTS = st.builds(
    Event,
    gap=st.integers(0, 400),
    kind=st.sampled_from(KINDS),
    who=st.sampled_from(PEOPLE),
    level=st.integers(1, 4),
)


@examples(60)
@given(
    ladder=LADDERS,
    hours=st.fixed_dictionaries(dict.fromkeys(PEOPLE, HOURS)),
    events=st.lists(EVENTS, max_size=8),
)
def test_every_level_asked_for_is_paged_and_no_page_is_needless_or_ambiguous(
    ladder: EscalationPolicy, hours: dict[str, Hours], events: list[Event]
) -> None:
    """No wait is silent and no key has two meanings, for all ladders, hours and events."""
    night = Night(ladder, hours)
    at = 0
    night.until(after(at))
    for event in events:
        at += event.gap
        night.until(after(at))
        night.happens(event)
        night.until(after(at))
    night.until(after(at + TWO_DAYS))
