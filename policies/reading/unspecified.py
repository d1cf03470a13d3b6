"""What a policy leaves open (`unspecified`), and what it does without (`none, because ...`).

A source may be silent anywhere. This removes both words from the plain values before anything reads
these as a policy, and keeps them with their places: so every key may have them, and no other code
knows about them.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from policies.reading.shape import model_at
from policies.reading.tree import Loc, beneath, path_words
from policies.reading.while_unspecified import (
    ELSEWHERE,
    LEADING,
    NONE_IS_A_VALUE,
    OWN_WORDS,
    WITHOUT,
    Meanwhile,
    any_of,
    is_cell,
    open_at,
)
from rules.people.roles.leading import leading_role

UNSPECIFIED = "unspecified"
NONE = "none"
BECAUSE = "none because REASON"
"""How a policy says that it does without something, on purpose."""

_NONE = re.compile(r"none(?: ?[,:;\u2013\u2014-])? because (?P<why>.+)|none ?: (?P<said>.+)")


@dataclass(frozen=True, slots=True)
class Omission:
    """One place at which a policy deliberately says nothing.

    `reason` says why it does without; None if it only leaves something open; empty if it does
    without and gives no reason.
    """

    loc: Loc
    meanwhile: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReadValues:
    """The values to read as a policy, and what was removed from them.

    `items` are the places of the removed items of lists.
    """

    value: Any
    omissions: tuple[Omission, ...] = ()
    items: tuple[Loc, ...] = ()

    def reason(self, path: str) -> str | None:
        """Why the policy does without what is at a path; None if it gives no reason."""
        found = (s.reason for s in self.omissions if s.reason and _meet(path, path_words(s.loc)))
        return next(found, None)

    def open_at(self, path: str) -> Omission | None:
        """The omission that covers a path: at the path itself, or at a place that contains it."""
        found = (s for s in self.omissions if not s.reason and beneath(path, path_words(s.loc)))
        return next(found, None)

    def written(self, loc: Loc) -> Loc:
        """The place in the file of a path of the values: removed items before it count."""
        found: Loc = ()
        for part in loc:
            at = part
            for item in self.items:
                if item[:-1] == found and isinstance(at, int) and item[-1] <= at:  # type: ignore[operator]
                    at += 1
            found = (*found, at)
        return found


def _meet(one: str, other: str) -> bool:
    """Whether one path leads on to the other, or they are the same."""
    return beneath(one, other) or beneath(other, one)


AS_WRITTEN = ReadValues(None)
"""A policy from which nothing was removed."""


def without_open_places(value: Any) -> ReadValues:
    """The plain values of a policy, without the places that it leaves open or does without."""
    if not isinstance(value, dict):
        return ReadValues(value)
    told = tuple(_told(value, ()))
    if not told:
        return ReadValues(value)
    rest = deepcopy(value)
    for omission, change in told:
        if change.put is not None:
            at = omission.loc[: len(omission.loc) - change.up]
            meant = _leading(rest) if change.put is LEADING else deepcopy(change.put)
            _within(rest, at)[at[-1]] = meant
    cuts = tuple(dict.fromkeys(_cut(omission.loc, change) for omission, change in told))
    items = [cut for cut in cuts if cut and not any(cut[: len(c)] == c != cut for c in cuts if c)]
    for cut in reversed(items):
        _leave_out(rest, cut)
    omissions = tuple(s for s, change in told if not _beside(s.loc, cuts, _cut(s.loc, change)))
    return ReadValues(rest, omissions, tuple(cut for cut in items if isinstance(cut[-1], int)))


def _leading(value: Any) -> str:
    """The role that leads, by the plain values of a policy."""
    roles = value.get("roles")
    named = roles.items() if isinstance(roles, dict) else ()
    marked = {name: isinstance(of, dict) and of.get("leads") is True for name, of in named}
    return leading_role(marked) or UNSPECIFIED


def _cut(loc: Loc, change: Meanwhile) -> Loc:
    """What to remove with a place; nothing if another value replaces it."""
    return loc[: len(loc) - change.up] if change.put is None else ()


def _beside(loc: Loc, cuts: tuple[Loc, ...], own: Loc) -> bool:
    """Whether the removal of another place covers this one."""
    return any(cut and cut != own and loc[: len(cut)] == cut for cut in cuts)


def _within(value: Any, loc: Loc) -> Any:
    """The mapping or list whose key or index is the last part of a path."""
    for part in loc[:-1]:
        value = value[part]
    return value


def _leave_out(value: Any, loc: Loc) -> None:
    """Remove a part, and a list that becomes empty; an escalation may page nobody."""
    inside = _within(value, loc)
    del inside[loc[-1]]
    if inside == [] and loc[0] != "escalations":
        del _within(value, loc[:-1])[loc[-2]]


def _told(value: Any, loc: Loc) -> Iterator[tuple[Omission, Meanwhile]]:
    """Every place that deliberately says nothing, in order, and what to make of it."""
    found = _at(value, loc) if loc else None
    if found:
        yield found
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _told(inner, (*loc, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _told(inner, (*loc, index))


def _at(value: Any, loc: Loc) -> tuple[Omission, Meanwhile] | None:
    if _is_open(value):
        meanwhile = _meanwhile(loc)
        return (Omission(loc, meanwhile.says), meanwhile) if meanwhile else None
    why = _without(value)
    if why is None:
        return None
    if why and (is_cell(loc) or any_of(loc, NONE_IS_A_VALUE)):
        return Omission(loc, "", why), Meanwhile("", NONE)
    if any_of(loc, WITHOUT):
        return Omission(loc, "", why), Meanwhile("")
    return None


def _is_open(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(item == UNSPECIFIED for item in value)
    return bool(value == UNSPECIFIED)


def _meanwhile(loc: Loc) -> Meanwhile | None:
    """What counts at a place with the word; None if it is a word like any other, or known."""
    if any_of(loc, OWN_WORDS) or _value_of_an_axis(loc):
        return None
    known = open_at(loc)
    if known:
        return known
    parent = model_at(loc[:-1])
    fields = {f.alias or name: f for name, f in parent.model_fields.items()} if parent else {}
    field = fields.get(str(loc[-1]))
    return None if field and field.is_required() else ELSEWHERE


def _value_of_an_axis(loc: Loc) -> bool:
    return loc[:2] == ("severity_rules", "from") and isinstance(loc[-1], int) and not is_cell(loc)


def _without(value: Any) -> str | None:
    """Why a policy does without something; empty without a reason, None if it does not say so."""
    if isinstance(value, dict) and set(value) == {NONE} and isinstance(value[NONE], str):
        return str(value[NONE]).strip()
    text = " ".join(value.split()) if isinstance(value, str) and NONE in value[:9] else ""
    found = _NONE.fullmatch(text)
    if found:
        return found["why"] or found["said"]
    return "" if text == NONE else None
