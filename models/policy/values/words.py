"""The small words of the language: names, texts, and lists that one word can stand for."""

import difflib
import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from models.base import FIRST_YEAR, LAST_YEAR
from models.people.party import PartyKind, party_named

_MOST_LISTED = 25
_NEAR = 0.7
_LISTED = re.compile(r" *[\w.\-:]+(?: *, *[\w.\-:]+)+ *")


def wrong_value(what: str, instead: str) -> PydanticCustomError:
    """An error that says what is wrong and what to write."""
    context = {"what": what, "instead": instead}
    return PydanticCustomError("policy", "{what}; {instead}", context)


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; None if none, or more than one, is as near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=2, cutoff=_NEAR)
    if len(found) > 1 and _likeness(word, found[0]) == _likeness(word, found[1]):
        return None
    return by_lower[found[0]] if found else None


def _likeness(word: str, name: str) -> float:
    return difflib.SequenceMatcher(a=name, b=word.lower()).ratio()


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the near one, or the known ones."""
    names = tuple(known)
    meant = nearest_word(word, names)
    if meant:
        return f"did you mean {meant}?"
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f"there are: {', '.join(names[:_MOST_LISTED])}{more}" if names else "there are none"


def valid_name(text: str) -> str:
    """`text`, if it can be a name. Raises a ValueError that says what a name is made of."""
    if not text or not all(letter.isalnum() or letter in "_-." for letter in text):
        raise wrong_value(
            f"{text!r} is not a name",
            "use letters, digits, and _ - . between them, without spaces",
        )
    return text


def within_years(at: date, written: object) -> None:
    """Raise a ValueError if a date or time is outside the years that the engine reckons with."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        what = f"{str(written)!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise wrong_value(what, "write a year between them")


def one_or_many(given: Any) -> Any:
    """One word stands for a list of one."""
    return [given] if isinstance(given, str) else given


def names(given: Any) -> Any:
    """One word stands for a list of one, and `a, b` for a list of two; sentences stay whole."""
    items = one_or_many(given)
    if not isinstance(items, (list, tuple)):
        return items
    return [part for item in items for part in _parts(item)]


def _parts(item: Any) -> list[Any]:
    if isinstance(item, str) and _LISTED.fullmatch(item):
        return [part.strip() for part in item.split(",")]
    return [item]


def alone(given: Any) -> Any:
    """Keys and values alone stand for a list of one."""
    return [given] if isinstance(given, dict) else given


def split_keys(given: Any) -> Any:
    """Values by severity or by state, key by key: `SEV1, SEV2` are two keys in one."""
    if not isinstance(given, dict):
        return given
    found: dict[str, object] = {}
    for key, value in given.items():
        for name in str(key).split(","):
            if name.strip() in found:
                raise wrong_value(f"{name.strip()} is given twice", "give each severity one value")
            found[name.strip()] = value
    return found


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Words for people; never empty."""

Name = Annotated[str, AfterValidator(valid_name)]
"""What something is called: letters, digits, `_`, `-` and `.`."""

Names = Annotated[tuple[Text, ...], BeforeValidator(names)]
"""Words that refer to something: one, a list, or `a, b`."""


def bare_name(given: Any) -> Any:
    """A role or a person by the name alone: no role shares its name with a person."""
    party = party_named(given) if isinstance(given, str) else None
    return party.name if party and party.kind in {PartyKind.ROLE, PartyKind.PERSON} else given


Somebody = Annotated[Text, BeforeValidator(bare_name)]
"""A role or a person; `role:NAME` and `person:NAME` say which of them."""


def a_person(given: Any) -> Any:
    """A person by the name alone. Raises a ValueError for a role."""
    if isinstance(given, str) and party_named(given).kind is PartyKind.ROLE:
        what = f"{given} has a holder only in an incident, and a schedule counts for all of them"
        raise wrong_value(what, "name a person")
    return bare_name(given)


OnePerson = Annotated[Name, BeforeValidator(a_person)]
"""A person, with or without `person:` before the name."""

People = Annotated[
    tuple[Annotated[Text, BeforeValidator(a_person)], ...],
    BeforeValidator(names),
]
"""People: one, or a list."""

Bare = Annotated[Name, BeforeValidator(bare_name)]
"""The name of a role, with or without `role:` before it."""

Somebodies = Annotated[tuple[Somebody, ...], BeforeValidator(names)]
"""Roles and people: one, or a list."""


def _somebody(given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        raise wrong_value(
            "this list names nobody", "name somebody, or write nobody if you mean that"
        )
    return given


Whom = Annotated[tuple[Text, ...], BeforeValidator(names), AfterValidator(_somebody)]
"""Who may do something: one word, or a list that is never empty."""

Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]
"""Sentences: one, or a list."""
