"""Clocks and metrics as people write them: time between two moments, with or without a target."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, Tag, field_validator

from models.base import Frozen
from models.policy.values.actions import Actions, Share, is_share, parse_share, share_name
from models.policy.values.moments import ConditionText, MomentText
from models.policy.values.targets import RollText, Targets, TargetText
from models.policy.values.words import Name, Names, names, one_or_many, wrong_value
from models.time.clock import OnRepeat, Target

Ending = Literal["resolve", "close", "cancel", "merge", "lower"]
"""What a clock can outlive: the ways in which an incident ends, and a lowered severity."""

FORMS = ("<all>", "<endings>")
"""The forms of what a clock outlives. They are not part of its path in a file."""


def _form(given: Any) -> str:
    every, endings = FORMS
    return every if isinstance(given, bool) or given in ("yes", "no") else endings


Outlives = Annotated[
    Annotated[StrictBool, Tag(FORMS[0])]
    | Annotated[tuple[Ending, ...], BeforeValidator(names), Tag(FORMS[1])],
    Discriminator(_form),
]
"""Some endings, or whether all."""


class LatestEntry(Frozen):
    """Another limit that also holds, counted from its own moment."""

    starts: MomentText = Field(alias="from")
    within: TargetText


class ClockEntry(Frozen):
    """Time between two moments, held against a target for each severity.

    `when` says for which incidents it runs. `at` says what happens at which share of the target
    (100% is the limit), or how long before or after the limit. `no_later_than` is a second limit;
    the earlier counts. `pauses_on` lists hold reasons, or `any`. With `outlives`, it runs on after
    the incident has ended in these ways, or keeps the highest severity's target after the severity
    was lowered; `true` means all of them. A clock that `recurs` starts again whenever it stops,
    until `until`. With `extendable`, people can move its limit further away, by approval.
    """

    starts: MomentText = Field(alias="from")
    stops: MomentText = Field(alias="to")
    within: Targets = Field(min_length=1)
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(one_or_many)] = ()
    at: dict[Share, Actions] = Field(default_factory=dict)
    no_later_than: LatestEntry | None = None
    rolls: RollText | None = None
    pauses_on: Names = ()
    on_repeat: OnRepeat = OnRepeat.CONTINUE
    recurs: StrictBool = False
    until: MomentText | None = None
    outlives: Outlives = False
    extendable: StrictBool = False

    @property
    def targets(self) -> dict[str, Target]:
        """The targets that it has."""
        return {key: t for key, t in self.within.items() if isinstance(t, Target)}

    @field_validator("at", mode="before")
    @classmethod
    def _apart(cls, given: Any) -> Any:
        """One share, one chain of actions: `50%` and `50.0%` would hide each other."""
        if isinstance(given, dict):
            names = [share_name(parse_share(key)) for key in given if is_share(key)]
            for name in names:
                if names.count(name) > 1:
                    raise wrong_value(f"{name} is given twice", "write its actions as one list")
        return given


class MetricEntry(Frozen):
    """A figure of an incident: the time between two moments, without a target.

    Without a calendar it is elapsed time; with one, its open hours.
    """

    starts: MomentText = Field(alias="from")
    stops: MomentText = Field(alias="to")
    calendar: Name | None = None
