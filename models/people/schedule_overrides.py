"""Overrides of a schedule that people make while the policy stays as it is."""

from typing import Annotated

from pydantic import AfterValidator, Field

from models.base import Actor, Frozen, Instant
from models.readable import blank, in_a_cell

OVERRIDES_WORKFLOW = "ScheduleOverrides"
OVERRIDES_ID = "schedule-overrides"
"""There is one such workflow in a namespace, for all schedules."""
OVERRIDE_SCHEDULE = "override_schedule"
"""The update that makes an override, and the word of `authority` for who may."""
END_OVERRIDE = "end_schedule_override"
OVERRIDES_MEMO = "schedule_overrides"
"""The memo that holds the overrides, so that reading them needs no worker."""

ID_PATTERN = r"^[0-9a-f]{12}$"
NAME_BOUND = 100
REASON_BOUND = 300
WHY_BOUND = 500
"""How long the words of a refusal may be."""


def _said(text: str) -> str:
    if blank(text):
        raise ValueError("is blank: say why")
    return in_a_cell(text)


Name = Annotated[str, Field(min_length=1, max_length=NAME_BOUND)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_BOUND), AfterValidator(_said)]


class OverrideSchedule(Frozen):
    """Input of the update that puts somebody on call instead, from one instant until another.

    `covers` is whose shifts `person` takes; without it, `person` takes whatever lies in that time.
    `refused` says why the policy does not allow it: the workflow then only remembers who tried.
    """

    id: str = Field(pattern=ID_PATTERN)
    schedule: Name
    person: Name
    covers: Name | None = None
    begins_at: Instant
    ends_at: Instant
    reason: Reason
    by: Actor
    refused: str = Field(default="", max_length=WHY_BOUND)


class EndOverride(Frozen):
    """Input of the update that ends an override at once, or drops one that has not begun."""

    id: str = Field(pattern=ID_PATTERN)
    by: Actor
    refused: str = Field(default="", max_length=WHY_BOUND)


class ScheduleOverride(Frozen):
    """Somebody is on call instead, who made that so, and why."""

    id: str
    schedule: str
    person: str
    covers: str | None = None
    begins_at: Instant
    ends_at: Instant
    reason: str
    by: Actor
    made_at: Instant
    ended_at: Instant | None = None
    ended_by: Actor | None = None


class RefusedOverride(Frozen):
    """Somebody tried to make or end an override, and the policy does not allow it."""

    what: str
    why: str
    by: Actor
    at: Instant


class OverridesState(Frozen):
    """The overrides of all schedules, in the order in which they were made; and refused ones."""

    overrides: tuple[ScheduleOverride, ...] = ()
    refused: tuple[RefusedOverride, ...] = ()


class OverridesInput(Frozen):
    """Starts the workflow, with what the run before it carried."""

    carried: OverridesState = OverridesState()
