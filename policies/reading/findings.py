"""What a check finds: it names the path in the policy, and the file position is added later."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from models.policy import Policy
from models.policy.values.words import suggestion
from policies.reading.problems import Gravity
from policies.reading.tree import Loc
from rules.zones.zone_names import unknown_zone


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit. With `key`, the finding is about the key at `loc`.

    `about` is the path of what is missing, if that path is not `loc`.
    """

    loc: Loc
    what: str
    instead: str = ""
    key: bool = False
    level: Gravity = Gravity.ERROR
    about: str = ""


Check = Callable[[Policy], Iterator[Finding]]
"""A check looks at the whole policy and yields everything that it finds."""


def unknown(
    loc: Loc, kind: str, word: str, known: Iterable[str], *, key: bool = False
) -> Iterator[Finding]:
    """A finding if `word` is not one of `known`."""
    names = tuple(known)
    if word not in names:
        yield Finding(loc, f"there is no {kind} {word}", suggestion(word, names), key)


def no_zone(loc: Loc, zone: str) -> Iterator[Finding]:
    """A finding if a time zone does not exist."""
    instead = unknown_zone(zone)
    if instead:
        yield Finding(loc, f"there is no time zone {zone}", instead)


def warning(loc: Loc, what: str, instead: str = "", *, key: bool = False) -> Finding:
    """Something that the policy leaves open."""
    return Finding(loc, what, instead, key, Gravity.WARNING)
