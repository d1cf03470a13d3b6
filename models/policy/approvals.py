"""Approvals and handovers as people write them."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from models.base import Frozen
from models.policy.durations import Period
from models.policy.moments import ConditionText
from models.policy.words import Names, many, wrong


class ApprovalEntry(Frozen):
    """Who must approve a command, before somebody may give it.

    `quorum` of them. Where they have not decided `within` that time, each group of `backups` is
    asked in order; after the last of them the request is refused, or may `proceed` (`timeout`).
    It is only asked at these `severities` (of `set_severity`, the worse of the two counts, before
    and after), and while all conditions of `when` hold.
    """

    by: Annotated[Names, Field(min_length=1)]
    quorum: int = Field(default=1, ge=1, le=20, strict=True)
    within: Period | None = None
    backups: tuple[Names, ...] = ()
    timeout: Literal["refuse", "proceed"] = "refuse"
    severities: Names = ()
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(many)] = ()

    @model_validator(mode="after")
    def _timed(self) -> "ApprovalEntry":
        if self.within is None and (self.backups or self.timeout == "proceed"):
            raise wrong("nobody knows when the time is over", "add within: 30m")
        return self


def _short(given: Any) -> Any:
    return {"by": given} if isinstance(given, (str, list)) else given


Approval = Annotated[ApprovalEntry, BeforeValidator(_short)]
"""Who must approve: one word, a list, or the long form."""


class HandoverEntry(Frozen):
    """How a role moves to another: the next one accepts, and is told what is `required`.

    An offer that is not accepted within `accept_within` lapses. Holders are reminded to hand over
    `remind_after` so long of holding a role, and when the shift ends by which they came to it
    (`remind_at_shift_end`).
    """

    required: Names = ()
    accept_within: Period | None = None
    remind_after: Period | None = None
    remind_at_shift_end: StrictBool = False
