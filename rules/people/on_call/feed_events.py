"""Whom the events of a calendar feed mean: by the addresses of their attendees, or by summary."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from models.compiled import Person
from models.people.schedule import FeedEvent, FeedSpec

_WORDS = 60


@dataclass(frozen=True, slots=True)
class Meant:
    """The events that name people of the policy, with these people; and those that name nobody."""

    named: tuple[tuple[FeedEvent, tuple[str, ...]], ...]
    nobody: tuple[FeedEvent, ...] = ()


_FILLERS = frozenset(
    {
        *("on", "call", "oncall", "is", "for", "the", "a", "and", "or", "with", "until", "from"),
        *("to", "at", "by", "of", "in", "this", "primary", "secondary", "tertiary", "backup"),
        *("standby", "duty", "shift", "week", "weekend", "day", "night", "first", "second"),
        *("third", "level", "tier", "line", "lead", "support", "covers", "cover", "covering"),
    }
)
"""Words that often stand beside a name in a shift; they are no part of the name."""
_LONGEST_WORD = 64
_MOST_SIDE_BY_SIDE = 8
_MOST_NAMED = 20
"""At most this many people of one event, so that no text takes long to parse."""
_BEFORE = re.compile(r"([\w.'’-]{1,60}) {1,3}\Z")
_AFTER = re.compile(r" {1,3}([\w.'’-]{1,60})")


def _whole_word(name: str) -> re.Pattern[str]:
    """A name on its own: Ana, but neither Anabel nor Ana's birthday."""
    return re.compile(rf"(?<![\w@.-]){re.escape(name)}(?!['’]?\w|[@-]|\.\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name for somebody in a feed; `alone` says that it cannot be part of a longer name."""

    given: str
    pattern: re.Pattern[str]
    person: str
    alone: bool = False


def _names(spec: FeedSpec, people: Mapping[str, Person]) -> list[_Name]:
    """The names of people, the longest first, because a longer name can contain a shorter one.

    The policy's own name for a person means nobody whose longer name begins with it: Ana Cyprian is
    not ana.
    """
    called = [(given, person, False) for given, person in spec.names.items()]
    called += [(p.email, name, False) for name, p in people.items() if p.email]
    called += [(name, name, True) for name in people]
    ordered = sorted(called, key=lambda entry: (-len(entry[0]), entry[2]))
    return [
        _Name(given.lower(), _whole_word(given), person, alone) for given, person, alone in ordered
    ]


def _is_alone(summary: str, begins: int, ends: int, names: frozenset[str]) -> bool:
    """Whether the words beside a name cannot belong to it.

    Beside another name of the policy, the words beside that one decide.
    """
    for _ in range(_MOST_SIDE_BY_SIDE):
        before = _BEFORE.search(summary, max(0, begins - _LONGEST_WORD), begins)
        word = _bare(before[1]) if before else ""
        if before is None or _ends_a_name(word):
            break
        if word not in names:
            return False
        begins = before.start()
    for _ in range(_MOST_SIDE_BY_SIDE):
        after = _AFTER.match(summary, ends)
        word = _bare(after[1]) if after else ""
        if after is None or _ends_a_name(word):
            break
        if word not in names:
            return False
        ends = after.end()
    return True


def _ends_a_name(word: str) -> bool:
    return word in _FILLERS or not word.isalpha()


def _bare(word: str) -> str:
    return word.strip(".'’-").lower()


def _by_summary(
    summary: str, names: Iterable[_Name], known: frozenset[str]
) -> Iterator[tuple[int, str]]:
    whole, lowered = summary, summary.lower()
    for name in names:
        if name.given not in lowered:
            continue
        found = name.pattern.search(summary)
        while found:
            begins, ends = found.span()
            if not name.alone or _is_alone(whole, begins, ends, known):
                yield begins, name.person
            summary = summary[:begins] + "\0" * (ends - begins) + summary[ends:]
            found = name.pattern.search(summary)


def _named(summary: str, names: list[_Name], known: frozenset[str]) -> list[tuple[int, str]]:
    return list(islice(_by_summary(summary, names, known), _MOST_NAMED))


def people_meant(
    events: Iterable[FeedEvent], spec: FeedSpec, people: Mapping[str, Person]
) -> Meant:
    """Who is meant by each event, without those who declined it.

    These are the attendees whose e-mail address the policy knows; if there are none, the people
    that the summary names by name, by address, or by the `names` of the feed.
    """
    addresses = {person.email.lower(): name for name, person in people.items() if person.email}
    names = _names(spec, people)
    known = frozenset(name.lower() for name in people)
    named: list[tuple[FeedEvent, tuple[str, ...]]] = []
    nobody: list[FeedEvent] = []
    for event in events:
        absent = {addresses[email] for email in event.declined if email in addresses}
        attending = [addresses[email] for email in event.emails if email in addresses]
        found = attending or [who for _, who in sorted(_named(event.summary, names, known))]
        meant = tuple(who for who in dict.fromkeys(found) if who not in absent)
        if meant:
            named.append((event, meant))
        else:
            nobody.append(event)
    return Meant(tuple(named), tuple(nobody))


def called(event: FeedEvent) -> str:
    """An event as people see it in their calendar."""
    summary = event.summary[:_WORDS] or "without a summary"
    return f"{summary!r} of {event.begins:%Y-%m-%d %H:%M}"
