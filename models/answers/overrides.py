"""The overrides of schedules, as the API and the console show them."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from models.base import Frozen, Instant


class OverrideStanding(StrEnum):
    """Whether an override has begun, and whether it is over."""

    COMING = "coming"
    CURRENT = "current"
    OVER = "over"


class OverrideShown(Frozen):
    """Somebody is on call instead: of whom, when, why, and who made or ended that."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    id: str
    schedule: str
    person: str
    covers: str | None = None
    begins: Instant = Field(alias="from")
    until: Instant
    reason: str
    by: str
    made_at: Instant
    ended_by: str | None = None
    standing: OverrideStanding


class RefusedShown(Frozen):
    """Somebody tried to make or end an override, and the policy did not allow it."""

    what: str
    why: str
    by: str
    at: Instant


class OverridesShown(Frozen):
    """The overrides of all schedules that are not forgotten yet, and the last refused attempts."""

    overrides: tuple[OverrideShown, ...] = ()
    refused: tuple[RefusedShown, ...] = ()
