"""How far back a fact may be dated: further only with a reason, further still with an approval.

What is measured is how long ago the fact lies that a command tells of. A milestone of the policy's
own that stops no clock may lie as far back as it did: nobody gains by that. What a command says
that was long on its way (`sent_at`), while no worker ran, needs no reason: nobody chose that. But
who sent it says so, and nothing proves it: beyond what the policy wants approved, it is, too.
"""

from collections.abc import Iterator
from datetime import timedelta

from models.base import ENGINE, MONITORING
from models.command import SetMilestoneCommand, WithdrawMilestoneCommand
from models.compiled import CompiledPolicy
from models.payload import Command
from models.people.authority import BACKDATING, ApprovalRule
from models.time.moments import parse_moment
from rules.record.decision import AT_ONCE, Case, Refusal
from rules.record.markdown import span

FREE = frozenset(
    {
        *("add_lesson", "add_action_item", "link", "approve", "reject", "escalate"),
        *("hand_over", "decline_handover", "slow_updates", "set_date", "extend_clock"),
        "adopt_policy",
    }
)
"""Commands whose instant decides nothing."""
AT_ALL = timedelta()
ON_THE_WAY = timedelta(minutes=1)
"""How long a command may take to be there although a worker runs."""


def dated_back(case: Case, name: str, command: Command, *, late: bool = False) -> timedelta:
    """How far back a fact lies that a command tells of; nothing for what may be dated freely.

    With `late`, that includes what says of itself that it came late.
    """
    if case.policy.facts is None or case.actor in (ENGINE, MONITORING) or name in FREE:
        return AT_ALL
    if isinstance(command, WithdrawMilestoneCommand):
        gone = case.incident.milestone(command.milestone)
        return case.now - gone.recorded_at if gone else AT_ALL
    if command.happened_at is None and not late and not _was_delivered_to(case):
        return AT_ALL
    if isinstance(command, SetMilestoneCommand) and not _stops(command.milestone, case.policy):
        return AT_ALL
    back = case.now - case.happened_at
    return back if back > AT_ONCE else AT_ALL


def _was_delivered_to(case: Case) -> bool:
    """Whether the incident did something since the command is said to have been sent.

    Then a worker ran, and the command would have come with that.
    """
    since, until = case.happened_at + ON_THE_WAY, case.now - ON_THE_WAY
    return any(since < entry.recorded_at < until for entry in reversed(case.incident.timeline))


def _stops(milestone: str, policy: CompiledPolicy) -> bool:
    """Whether a clock of the policy stops, or ends, by a milestone."""
    ends = (text for spec in policy.clocks for text in (spec.stops, spec.until) if text)
    return any(milestone in parse_moment(text).of for text in ends)


def reason_missing(case: Case, name: str, command: Command) -> Refusal | None:
    """That a command is dated back further than may be without a reason, and says none."""
    facts, back = case.policy.facts, dated_back(case, name, command)
    if facts is None or back <= facts.reason_after or command.note or case.overrides:
        return None
    what = "takes back" if isinstance(command, WithdrawMilestoneCommand) else "is dated back"
    message = (
        f"{name} {what} {span(back)}, and beyond {span(facts.reason_after)} the policy asks why"
    )
    return Refusal("Refused", f"{message}: note", ("note",))


def approval_rule(case: Case, name: str, command: Command) -> Iterator[tuple[str, ApprovalRule]]:
    """The rule by which somebody must approve that a fact is dated so far back, if there is one."""
    facts = case.policy.facts
    rule = case.policy.approvals.get(BACKDATING)
    if facts is None or facts.approval_after is None or rule is None:
        return
    if dated_back(case, name, command, late=True) > facts.approval_after:
        yield BACKDATING, rule
