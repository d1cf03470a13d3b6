"""Sections that promise something by a time: clocks, communication, review."""

from typing import Any, Literal

from pydantic import Field, StrictBool, field_validator

from models.base import Frozen
from models.clock import OnRepeat
from models.policy.actions import Actions, Share, is_share, parse_share, share_name
from models.policy.durations import Period, TargetText
from models.policy.words import Name, Names, Text, wrong


class ClockEntry(Frozen):
    """Time between two milestones, held against a target for each severity.

    `at` says what happens at which share of the target; 100% is the limit. `pauses_on` lists
    hold reasons, or `any`. `outlives` lets it run on after the incident has ended.
    """

    starts: Name = Field(alias="from")
    stops: Name = Field(alias="to")
    within: dict[Name, TargetText] = Field(min_length=1)
    at: dict[Share, Actions] = Field(default_factory=dict)
    pauses_on: Names = ()
    on_repeat: OnRepeat = OnRepeat.CONTINUE
    outlives: StrictBool = False

    @field_validator("at", mode="before")
    @classmethod
    def _apart(cls, given: Any) -> Any:
        """One share, one chain of actions: `50%` and `50.0%` would hide each other."""
        if isinstance(given, dict):
            names = [share_name(parse_share(key)) for key in given if is_share(key)]
            for name in names:
                if names.count(name) > 1:
                    raise wrong(f"{name} is there twice", "write its actions as one list")
        return given


class AudienceEntry(Frozen):
    """Whom we inform: by which channels, of which events, and what they may see."""

    channels: Names
    on: Names = ()
    sees: Names = ()


class Communication(Frozen):
    """Who speaks for the incident, to whom, and how often at each severity."""

    lead: Name | None = None
    audiences: dict[Name, AudienceEntry] = Field(default_factory=dict)
    updates: dict[Name, dict[Name, Period]] = Field(default_factory=dict)


class ReviewEntry(Frozen):
    """What a review must have. `required` goes by the worst severity that was ever held."""

    required: dict[Name, Literal["always", "never", "when breached"]] = Field(default_factory=dict)
    led_by: Text | None = None
    attendees: Names = Field(default=(), alias="with")
    aspects: Names = ()
    documents: Names = ()
    lessons: StrictBool = True
    action_items: StrictBool = False
