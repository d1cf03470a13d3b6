"""How often audiences hear, as people write it: `30m`, `once 2d office`, or the long form."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from models.base import Frozen
from models.policy.values.durations import Duration
from models.policy.values.targets import TargetText
from models.policy.values.words import Name, split_keys, wrong_value
from models.time.clock import Target

ONCE = "once "


class SlowerEntry(Frozen):
    """A slower pace that people may declare with the command `slow-updates`.

    It applies `from` so long after the report, and people may declare it `decided` so long after
    the report.
    """

    every: TargetText
    begins_after: Duration = Field(alias="from")
    decided_after: Duration = Field(alias="decided")


class RhythmEntry(Frozen):
    """How often an audience hears at a severity.

    `once` asks for one update and no more. `in` gives another pace for a state, `after` another
    pace from so long after the report, `slower` a pace that people may choose.
    """

    every: TargetText
    once: StrictBool = False
    in_state: dict[Name, TargetText] = Field(default_factory=dict, alias="in")
    after: dict[Duration, TargetText] = Field(default_factory=dict)
    slower: SlowerEntry | None = None

    @model_validator(mode="after")
    def _whole(self) -> "RhythmEntry":
        others = (*self.in_state.values(), *self.after.values())
        if self.slower:
            others = (*others, self.slower.every)
        if self.every is None and (others or self.once):
            raise wrong_value("there is no pace to change", "write every: 30m")
        if any(not isinstance(target, Target) for target in others):
            raise wrong_value("a pace is left open", "write a target such as 30m")
        return self


def _by_severity_alone(given: Any) -> None:
    """Refuse a promise with a condition or an end, and say what to write instead."""
    said = next((key for key in ("when", "until") if isinstance(given, dict) and key in given), "")
    if said:
        how = "write a clock to update:AUDIENCE that recurs, with when and until"
        raise wrong_value(f"updates go by severity, without {said}", how)


def _rhythms(given: Any) -> Any:
    _by_severity_alone(given)
    return split_keys(given)


def _rhythm(given: Any) -> Any:
    _by_severity_alone(given)
    if not isinstance(given, (str, int)):
        return given
    given = str(given)
    text = " ".join(given.split())
    return {"every": text.removeprefix(ONCE), "once": text.startswith(ONCE)}


RhythmText = Annotated[RhythmEntry, BeforeValidator(_rhythm)]
"""How often: a target, `once` and a target, or the long form."""

Rhythms = Annotated[dict[str, RhythmText], BeforeValidator(_rhythms)]
"""How often by severity; accepts `any`, `major` and several severities in one key."""
