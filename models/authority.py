"""What a policy says of authority beyond who may: approvals, the override, handovers."""

from typing import Literal

from pydantic import Field

from models.base import Frozen, Seconds

BACKDATING = "backdating"
"""The name of the approval for a fact that is dated far back."""


class ApprovalRule(Frozen):
    """A command that others must approve first, at these severities, while all conditions hold.

    `by` and the `backups` name whom authority rules name. The first group is asked at once, each
    backup when so long `within` nobody gave or refused what was asked. After the last of them the
    request lapses, or the command `proceeds` without. Of a change of severity, `severities` are
    read `by_the_worse` of the two, before and after; without it, by that before.
    """

    by: tuple[str, ...]
    quorum: int = 1
    within: Seconds | None = None
    backups: tuple[tuple[str, ...], ...] = ()
    timeout: Literal["refuse", "proceed"] = "refuse"
    severities: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    by_the_worse: bool = False

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Who is asked, in order."""
        return (self.by, *self.backups)


class OverrideRule(Frozen):
    """Who may do with a reason what the policy would refuse, and of what.

    `commands`: none named, all. `guards` are those of the lifecycle that can be overruled;
    authority and approvals always can.
    """

    by: tuple[str, ...]
    commands: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


class HandoverRule(Frozen):
    """How a role moves from one person to another, where the next one has to accept.

    `required` are the things that must be said. An offer lapses after `accept_within`. Holders are
    reminded to hand over when they have held a role for `remind_after`, and, with
    `at_shift_end`, when the shift ends by which they came to it.
    """

    required: tuple[str, ...] = ()
    accept_within: Seconds | None = None
    remind_after: Seconds | None = None
    at_shift_end: bool = False


class Later(Frozen):
    """Who may, too, `after` so long from when the first of them asked."""

    after: Seconds
    by: tuple[str, ...] = Field(min_length=1)
