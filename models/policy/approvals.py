"""Approvals, facts that are dated back, and handovers as people write them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from models.base import Frozen
from models.policy.durations import Duration, Period
from models.policy.moments import ConditionText
from models.policy.words import Names, Whom, many, wrong


class ApprovalEntry(Frozen):
    """Who must approve a command, before somebody may give it.

    `quorum` of them. Where they have not decided `within` that time, each group of `backups` is
    asked in order; after the last of them the request is refused, or may `proceed` (`timeout`).
    It is only asked at these `severities` (of `set_severity`, the worse of the two counts, before
    and after), and while all conditions of `when` hold.
    """

    by: Whom
    quorum: int = Field(default=1, ge=1, le=20, strict=True)
    within: Period | None = None
    backups: Annotated[tuple[Whom, ...], BeforeValidator(many)] = ()
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


class BackdatingEntry(Frozen):
    """How far back a fact may be dated.

    Further than `reason_after` only with a reason; further than `approval_after` only once those
    whom `approved_by` names have approved it. Without `approval_after` nobody must.
    """

    reason_after: Duration = timedelta(minutes=5)
    approval_after: Duration | None = None
    approved_by: Approval | None = None

    @model_validator(mode="after")
    def _by_whom(self) -> "BackdatingEntry":
        if self.approval_after is not None and self.approved_by is None:
            raise wrong("nobody is named who approves it", "add approved_by: incident_manager")
        if self.approved_by is not None and self.approval_after is None:
            raise wrong("it is not said what must be approved", "add approval_after: 4h")
        return self


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
