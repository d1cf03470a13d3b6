"""Whom the events of a calendar feed mean: by the address of who attends, or by their summary."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.compiled import Person
from models.schedule import FeedEvent, FeedSpec

_WORDS = 60


@dataclass(frozen=True, slots=True)
class Meant:
    """The events that name people of the policy, with whom; and those that name nobody."""

    named: tuple[tuple[FeedEvent, tuple[str, ...]], ...]
    nobody: tuple[FeedEvent, ...] = ()


def _whole_word(name: str) -> re.Pattern[str]:
    """A name where it stands alone: Ana, but neither Anabel nor Ana's birthday."""
    return re.compile(rf"(?<![\w@.-]){re.escape(name)}(?!['’]?\w|[@-]|\.\w)", re.IGNORECASE)


def _names(spec: FeedSpec, people: Mapping[str, Person]) -> Iterator[tuple[str, str]]:
    """What people are called, the longest first: a longer name holds a shorter one."""
    called = [*spec.names.items(), *((name, name) for name in people)]
    called += [(person.email, name) for name, person in people.items() if person.email]
    yield from sorted(called, key=lambda pair: -len(pair[0]))


def _by_summary(
    summary: str, names: Iterable[tuple[re.Pattern[str], str]]
) -> Iterator[tuple[int, str]]:
    for pattern, person in names:
        found = pattern.search(summary)
        while found:
            yield found.start(), person
            summary = summary[: found.start()] + "\0" * len(found[0]) + summary[found.end() :]
            found = pattern.search(summary)


def people_meant(
    events: Iterable[FeedEvent], spec: FeedSpec, people: Mapping[str, Person]
) -> Meant:
    """Who is meant by each event.

    Those of its attendees that the policy knows by their e-mail address; or else whoever its
    summary names, by name, address, or as `names` of the feed say.
    """
    addresses = {person.email.lower(): name for name, person in people.items() if person.email}
    names = [(_whole_word(name), person) for name, person in _names(spec, people)]
    named: list[tuple[FeedEvent, tuple[str, ...]]] = []
    nobody: list[FeedEvent] = []
    for event in events:
        attending = [addresses[email] for email in event.emails if email in addresses]
        summary = event.summary
        found = attending or [who for _, who in sorted(_by_summary(summary, names))]
        if found:
            named.append((event, tuple(dict.fromkeys(found))))
        else:
            nobody.append(event)
    return Meant(tuple(named), tuple(nobody))


def called(event: FeedEvent) -> str:
    """An event as people find it in their calendar."""
    summary = event.summary[:_WORDS] or "without a summary"
    return f"{summary!r} of {event.begins:%Y-%m-%d %H:%M}"
