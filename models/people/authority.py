"""Authority beyond who may give a command: approvals, the override, handovers."""

from typing import Literal

from pydantic import Field

from models.base import Frozen, Seconds

BACKDATING = "backdating"
"""The name of the approval for a fact that is dated far back."""


OVERRIDE = "override"
"""The name of the override, where others are names of commands."""
ALL_OTHERS = "default"
"""The key of the proofs that count for commands without a line of their own."""
LINK_GRANTS = ("acknowledge", "decline", "escalate", "add_note")
"""The commands that the link of a page grants, if the policy does not say it."""


class ApprovalRule(Frozen):
    """A command that others must approve first, at these severities, while all conditions hold.

    `by` and the `backups` hold the same names as authority rules. The first group is asked at once.
    If nobody decides `within` that time, the next of the backups is asked. After the last of them
    the request lapses, or the command `proceeds` without approval. For a change of severity,
    `by_the_worse` compares `severities` with the worse severity of the two, before and after;
    without it, with the one before.
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


class PolicyOverrideRule(Frozen):
    """Who may, with a reason, do something that the policy refuses, and what.

    `commands` lists the commands; an empty list means all. `guards` are the guards of the lifecycle
    that people can overrule. They can always overrule authority and approvals.
    """

    by: tuple[str, ...]
    commands: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


class HandoverRule(Frozen):
    """How a role moves from one person to another, if the next one has to accept.

    `required` are the things that the giver must say. An offer lapses after `accept_within`. The
    engine reminds holders to hand over after `remind_after` in a role, and, with `at_shift_end`,
    when the shift that gave them the role ends.
    """

    required: tuple[str, ...] = ()
    accept_within: Seconds | None = None
    remind_after: Seconds | None = None
    at_shift_end: bool = False


class LaterAuthority(Frozen):
    """Who else may, once `after` has passed since the first of them asked."""

    after: Seconds
    by: tuple[str, ...] = Field(min_length=1)
