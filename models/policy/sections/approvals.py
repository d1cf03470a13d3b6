"""Approvals, backdated facts and handovers as people write them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from models.base import Frozen
from models.policy.values.durations import Duration, Period
from models.policy.values.moments import ConditionText
from models.policy.values.words import Names, Whom, one_or_many, wrong_value


class ApprovalEntry(Frozen):
    """Who must approve a command before somebody may give it, and how many of them: `quorum`.

    If they have not decided `within` that time, each group of `backups` is asked in order. After
    the last of them the request is refused, or may `proceed` (`timeout`). The approval is only
    needed at these `severities` (for `set_severity`, the worse of the two counts, before and
    after), and while all conditions of `when` hold.
    """

    by: Whom
    quorum: int = Field(default=1, ge=1, le=20, strict=True)
    within: Period | None = None
    backups: Annotated[tuple[Whom, ...], BeforeValidator(one_or_many)] = ()
    timeout: Literal["refuse", "proceed"] = "refuse"
    severities: Names = ()
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(one_or_many)] = ()

    @model_validator(mode="after")
    def _timed(self) -> "ApprovalEntry":
        if self.within is None and (self.backups or self.timeout == "proceed"):
            raise wrong_value("this does not say how long to wait for an answer", "add within: 30m")
        return self


def _short(given: Any) -> Any:
    return {"by": given} if isinstance(given, (str, list)) else given


Approval = Annotated[ApprovalEntry, BeforeValidator(_short)]
"""Who must approve: one word, a list, or the long form."""


class BackdatingEntry(Frozen):
    """How far back a fact may be dated.

    Beyond `reason_after` it needs a reason. Beyond `approval_after` somebody in `approved_by` must
    approve it; without `approval_after` nobody must.
    """

    reason_after: Duration = timedelta(minutes=5)
    approval_after: Duration | None = None
    approved_by: Approval | None = None

    @model_validator(mode="after")
    def _by_whom(self) -> "BackdatingEntry":
        if self.approval_after is not None and self.approved_by is None:
            raise wrong_value(
                "this names nobody who approves it", "add approved_by: incident_manager"
            )
        if self.approved_by is not None and self.approval_after is None:
            raise wrong_value("this does not say what needs approval", "add approval_after: 4h")
        return self


class HandoverEntry(Frozen):
    """How a role moves to another person: they accept it, and hear what is `required`.

    An offer lapses if nobody accepts it within `accept_within`. The engine reminds holders to hand
    over after `remind_after` in a role, and, with `remind_at_shift_end`, when the shift that gave
    them the role ends.
    """

    required: Names = ()
    accept_within: Period | None = None
    remind_after: Period | None = None
    remind_at_shift_end: StrictBool = False
