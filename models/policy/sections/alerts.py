"""Alerts as people write of them: when they make an incident, and what they do to it."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from models.base import Frozen
from models.policy.values.durations import Duration
from models.policy.values.words import Text, alone


class OpeningEntry(Frozen):
    """When alerts make an incident: after so many, and after firing so long. Both must be true."""

    after_count: int = Field(default=1, ge=1, strict=True)
    after: Duration | None = None


class AlertsEntry(Frozen):
    """How alerts become incidents, and what they do to existing incidents."""

    open: OpeningEntry = OpeningEntry()
    reopen_within: Duration | None = None
    settle_after: Duration | None = None
    repeats_every: Duration | None = None
    quiet_after: Duration | None = None
    when_quiet: Literal["record", "mitigate", "resolve"] = "record"
    when_joined: Literal["record", "remind", "page", "escalate"] = "remind"
    ignore: Annotated[tuple[dict[Text, str], ...], BeforeValidator(alone)] = ()
