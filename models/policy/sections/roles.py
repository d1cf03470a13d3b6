"""Roles as people write them: what their holders do, when somebody must hold them, and who."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool

from models.base import Frozen
from models.policy.values.actions import Actions, Share
from models.policy.values.durations import Duration, parse_duration
from models.policy.values.moments import ConditionText
from models.policy.values.words import (
    Name,
    Names,
    Somebodies,
    Somebody,
    Texts,
    names,
    one_or_many,
    split_keys,
    wrong_value,
)

ANY = "any"
MANY = "many"
_AFTER = "after "
_RANGE = re.compile(r"([1-9][0-9]?)(?:-([1-9][0-9]?)|(\+))?")
_HOW = "write how many hold it: 1, 2, 1-3, 2+ or many"


class Count(Frozen):
    """How many people must hold a role, and how many may; None means no limit."""

    at_least: int = 1
    at_most: int | None = 1


def parse_count(given: object) -> Count:
    """The count that a text means. Raises a ValueError that says what to write."""
    if isinstance(given, Count):
        return given
    text = str(given).strip() if isinstance(given, (int, str)) else ""
    if text == MANY:
        return Count(at_most=None)
    found = _RANGE.fullmatch(text)
    if not found or isinstance(given, bool):
        raise wrong_value(f"{given!r} is not a number of people", _HOW)
    least = int(found[1])
    most = None if found[3] else int(found[2] or least)
    if most is not None and most < least:
        raise wrong_value(f"{text!r} ends before it begins", _HOW)
    return Count(at_least=least, at_most=most)


def _required(given: Any) -> Any:
    """`after 4h`, or a duration: the same at every severity."""
    if not isinstance(given, (str, int)):
        return split_keys(given)
    return {ANY: parse_duration(str(given).strip().removeprefix(_AFTER).strip())}


def _required_in(given: Any) -> Any:
    """States alone: at every severity."""
    states = names(given)
    return dict.fromkeys(states, ANY) if isinstance(states, (list, tuple)) else split_keys(states)


def _unfilled(given: Any) -> Any:
    """Bare actions belong to the limit."""
    return {"100%": given} if isinstance(given, (str, list, tuple)) else given


CountText = Annotated[Count, BeforeValidator(parse_count)]
"""How many: `2`, `1-3`, `2+` or `many`."""

Required = Annotated[dict[Name, Duration], BeforeValidator(_required)]
"""For each severity, how long after the report; or one time for all."""

RequiredIn = Annotated[dict[Name, Names], BeforeValidator(_required_in)]
"""For each state, the severities; or states alone."""

Unfilled = Annotated[dict[Share, Actions], BeforeValidator(_unfilled)]
"""What happens when: at shares of the time, and after it; or actions at its end."""


class RoleEntry(Frozen):
    """A role in an incident: what its holder does, when somebody must hold it, who takes it.

    One role `leads` the incident; without it, `incident_manager` does, or else the first role.
    `required` maps a severity to how long after the report somebody must hold the role,
    `required_in` a state to the severities at which somebody must; `when` says for which incidents.
    `unfilled` says what happens if nobody takes it in time. `qualification` lists teams and skills;
    holders have one of them. `default` is a person, `acknowledger`, `reporter`, `schedule:NAME`, or
    another role: whoever takes that by default takes this one, too.
    `at_once` is the number of incidents in which one person may hold it; beyond that the incident
    reports it to the person who assigns. `deputy` may do everything that the holder may. The same
    person never holds the roles in `not_also`, and should not hold those in `discouraged_with`.
    """

    duties: Texts = ()
    leads: StrictBool = False
    required: Required = Field(default_factory=dict)
    required_in: RequiredIn = Field(default_factory=dict)
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(one_or_many)] = ()
    unfilled: Unfilled = Field(default_factory=dict)
    count: CountText = Count()
    qualification: Names = ()
    default: Somebody | None = None
    deputy: Somebody | None = None
    not_also: Somebodies = ()
    discouraged_with: Somebodies = ()
    at_once: int | None = Field(default=None, ge=1, le=100)
