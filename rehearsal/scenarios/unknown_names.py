"""Finds names in a scenario that its policy does not know, and that would have no effect."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from models.command import COMMANDS, AdoptPolicyCommand
from models.compiled import AuthorityRule
from models.people.party import Party, PartyKind, party_named
from models.policy import Policy
from models.policy.values.words import nearest_word
from models.scenario import ON_CALL, Expectation, Scenario, ScenarioEvent, instant_of
from models.time.clock_name import UpdateClock
from policies.catalogue import PolicyBroken, policy_in_force
from policies.compiling.responsibility import authority, role_clocks
from policies.reading.findings import Finding, unknown
from policies.reading.tree import Loc
from rehearsal.scenarios.wording import ADOPTED, VIA, spec_of, written_as
from rules.people.naming.names import ANYONE, OUTSIDE
from states.lifecycle import BY_TRIGGER

PERSON = PartyKind.PERSON
WHOM = frozenset(
    {
        ("assign_role", "person"),
        ("unassign_role", "person"),
        ("hand_over", "to"),
        ("hand_over", "giver"),
    }
)
"""The fields of commands that must name a known person."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that may be used, by kind; there are no people if the policy names none."""

    channel: tuple[str, ...]
    clock: tuple[str, ...]
    figure: tuple[str, ...]
    severity: tuple[str, ...]
    role: tuple[str, ...]
    audience: tuple[str, ...]
    person: tuple[str, ...]
    schedule: tuple[str, ...] = ()
    anyone: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    subscriber: tuple[str, ...] = ()

    def look_up(self, loc: Loc, kind: str, name: str) -> Iterator[Finding]:
        """Report a name that does not exist."""
        names: tuple[str, ...] = getattr(self, kind)
        if kind != PERSON or names:
            yield from unknown(loc, kind, name, names)

    def joined(self, other: "Known") -> "Known":
        """The names known to either of the two."""
        both = ((*getattr(self, f.name), *getattr(other, f.name)) for f in fields(self))
        return Known(*(tuple(dict.fromkeys(names)) for names in both))


def _known(policy: Policy) -> Known:
    audiences = tuple(policy.communication.audiences) if policy.communication else ()
    subscribers = tuple(policy.communication.subscribers) if policy.communication else ()
    automatic = (
        *(spec.name for spec in role_clocks(policy)),
        *(str(UpdateClock(a)) for a in audiences),
    )
    return Known(
        channel=tuple(policy.channels),
        clock=(*policy.clocks, *automatic),
        figure=tuple(policy.metrics),
        severity=tuple(policy.severities),
        role=tuple(policy.roles),
        audience=audiences,
        person=tuple(policy.people),
        schedule=tuple(policy.schedules),
        anyone=tuple(_open_to_anyone(policy)),
        outside=tuple(n for n, role in policy.roles.items() if OUTSIDE in role.qualification),
        subscriber=subscribers,
    )


def _open_to_anyone(policy: Policy) -> Iterator[str]:
    """The commands open to outsiders: anyone may give them, and they change no state."""
    rules = authority(policy)
    for spec in COMMANDS.values():
        rule = rules.get(spec.name, AuthorityRule())
        who = {*rule.by, *(w for words in rule.at.values() for w in words)}
        if spec.name not in BY_TRIGGER and ANYONE in who:
            yield spec.name


def unknown_names(
    scenario: Scenario, policy: Path, beside: Callable[[str], Path]
) -> Iterator[Finding]:
    """Find names that no policy of the scenario knows; nothing if a policy cannot be used.

    Its policies are those in force while something happens, and those that incidents adopt.
    """
    try:
        known = _of_policies(scenario, policy, beside)
    except PolicyBroken:
        return
    strangers = _strangers(scenario) | frozenset(_taken_in(scenario, known))
    for number, event in enumerate(scenario.events):
        yield from _of_event(event, ("events", number), known, strangers)
    for number, expected in enumerate(scenario.expect):
        yield from _of_expectation(expected, ("expect", number), known, strangers)


def _of_policies(scenario: Scenario, policy: Path, beside: Callable[[str], Path]) -> Known:
    instants = sorted({instant_of(event.at, scenario.starts) for event in scenario.events})
    files = [(policy, at) for at in (scenario.starts, *instants)]
    files += [(beside(name), at) for name, at in _adopted(scenario)]
    first, *others = (_known(policy_in_force(file, at).policy) for file, at in files)
    for other in others:
        first = first.joined(other)
    return first


def _adopted(scenario: Scenario) -> Iterator[tuple[str, datetime]]:
    for event in scenario.events:
        spec = spec_of(event.do or "")
        if spec and spec.payload is AdoptPolicyCommand:
            named = [event.fields[k] for k, v in written_as(spec, event).items() if v == ADOPTED]
            yield from ((str(name), instant_of(event.at, scenario.starts)) for name in named)


def _strangers(scenario: Scenario) -> frozenset[str]:
    """People whom a policy need not know: those who report, and those whose refusal is expected."""
    reporters = {event.by for event in scenario.events if event.report is not None}
    refused = {expected.by for expected in scenario.expect if expected.refused}
    return frozenset(name for name in reporters | refused if name)


def _taken_in(scenario: Scenario, known: Known) -> Iterator[str]:
    """People who are given a role that outsiders hold."""
    for event in scenario.events:
        spec = spec_of(event.do or "")
        fields = written_as(spec, event) if spec else {}
        named = {field: event.fields[key] for key, field in fields.items() if key in event.fields}
        if spec and named.get("role") in known.outside:
            yield from (str(v) for f, v in named.items() if (spec.name, f) in WHOM)


def _of_event(
    event: ScenarioEvent, loc: Loc, known: Known, strangers: frozenset[str]
) -> Iterator[Finding]:
    for key in ("down", "refuses", "up"):
        for index, name in enumerate(getattr(event, key)):
            yield from known.look_up((*loc, key, index), "channel", name)
    yield from _of_shift(event, loc, known, strangers)
    spec = spec_of(event.do or "")
    if spec is None:
        return
    fields = written_as(spec, event).items()
    whom = {key: event.fields[key] for key, field in fields if (spec.name, field) in WHOM}
    outside = event.via not in {None, VIA} or spec.name in known.anyone
    if event.by and event.by not in strangers and not (outside and not _slip(event.by, known)):
        yield from known.look_up((*loc, "by"), PERSON, event.by)
    for key, name in whom.items():
        if isinstance(name, str) and name not in strangers:
            yield from known.look_up((*loc, key), PERSON, name)


def _of_shift(
    event: ScenarioEvent, loc: Loc, known: Known, strangers: frozenset[str]
) -> Iterator[Finding]:
    if event.on_call is None:
        return
    yield from known.look_up((*loc, ON_CALL, "schedule"), "schedule", event.on_call.schedule)
    for key in ("person", "covers"):
        if name := getattr(event.on_call, key):
            yield from known.look_up((*loc, ON_CALL, key), PERSON, name)
    if event.by and event.by not in strangers:
        yield from known.look_up((*loc, "by"), PERSON, event.by)


def _slip(name: str, known: Known) -> bool:
    """Whether a name is probably a misspelling of a name that the policy knows."""
    return name not in known.person and nearest_word(name, known.person) is not None


def _of_expectation(
    expected: Expectation, loc: Loc, known: Known, strangers: frozenset[str]
) -> Iterator[Finding]:
    named = {
        "clock": ("clock", expected.clock),
        "metric": ("figure", expected.metric),
        "severity": ("severity", expected.severity),
        "role": ("role", expected.role),
        "by": ("channel", None if expected.refused else expected.by),
        "held_by": (PERSON, None if expected.held_by in strangers else expected.held_by),
    }
    for key, (kind, name) in named.items():
        if name is not None:
            yield from known.look_up((*loc, key), kind, name)
    for index, name in enumerate(expected.event):
        yield from known.look_up((*loc, "event", index), "subscriber", name)
    for key, kinds in HEARERS.items():
        for index, name in enumerate(getattr(expected, key)):
            if name not in strangers:
                yield from _of_hearer(name, kinds, (*loc, key, index), known)


HEARERS = {
    "page": (PERSON, PartyKind.ROLE, PartyKind.CHANNEL),
    "tell": (PartyKind.AUDIENCE, PERSON, PartyKind.ROLE),
    "remind": (PERSON, PartyKind.ROLE),
}
"""Who can hear a message of each kind; a role is written `role:NAME`, others may be too."""


def _of_hearer(
    written: str, kinds: tuple[PartyKind, ...], loc: Loc, known: Known
) -> Iterator[Finding]:
    party = party_named(written)
    if party.kind in kinds:
        yield from known.look_up(loc, str(party.kind), party.name)
    elif ":" in written:
        forms = ", ".join(str(Party(kind, "NAME")) for kind in kinds)
        yield Finding(loc, f"{written} is not a recipient of this message", f"write {forms}")
    elif known.person or PartyKind.AUDIENCE in kinds:
        names = {k.value: getattr(known, k) for k in kinds if k is not PartyKind.ROLE}
        every: Iterable[str] = (name for of_kind in names.values() for name in of_kind)
        yield from unknown(loc, " or ".join(names), written, every)
