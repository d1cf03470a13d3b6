"""How far back a fact may be dated without a reason, and without an approval.

This measures how long ago the fact happened. A milestone of the policy's own that stops no clock
may lie any time back, because nobody gains by that. A command that was long on its way (`sent_at`)
because no worker ran needs no reason, because nobody chose the delay. But only the sender says so,
and nothing proves it: beyond the policy's limit it needs approval too.
"""

from collections.abc import Iterator
from datetime import timedelta

from models.base import ENGINE, MONITORING
from models.command import CorrectMilestoneCommand, SetMilestoneCommand, WithdrawMilestoneCommand
from models.compiled import CompiledPolicy
from models.incident.record import Milestone
from models.payload import Command
from models.people.authority import BACKDATING, ApprovalRule
from models.time.moments import parse_moment
from rules.record.decision import AT_ONCE, Case, Refusal
from rules.record.facts_of_lines import ON_THE_WAY, acted_between
from rules.wording.times import span
from states.lifecycle import BY_TRIGGER, Trigger

FREE = frozenset(
    {
        *("add_lesson", "add_action_item", "link", "approve", "reject", "escalate"),
        *("hand_over", "decline_handover", "slow_updates", "set_date", "extend_clock"),
        "adopt_policy",
    }
)
"""Commands whose instant affects nothing."""
AT_ALL = timedelta()
REOPENED = BY_TRIGGER[Trigger.REOPEN]


def dated_back(case: Case, name: str, command: Command, *, late: bool = False) -> timedelta:
    """How far back the fact of a command lies; nothing if it may be dated freely.

    `late` includes commands that say of themselves that they came late.
    """
    if case.actor in (ENGINE, MONITORING) or name in FREE:
        return AT_ALL
    if isinstance(command, WithdrawMilestoneCommand):
        known = _occurrence(case, command.milestone)
        return case.now - min(m.recorded_at for m in known) if known else AT_ALL
    moved_from = min((m.at for m in _moved(case, name, command)), default=None)
    if moved_from and moved_from < case.happened_at:
        return case.now - moved_from
    if command.happened_at is None and not late and not _was_delivered_to(case):
        return AT_ALL
    if isinstance(command, SetMilestoneCommand) and not _stops(command.milestone, case.policy):
        return AT_ALL
    back = case.now - case.happened_at
    return back if back > AT_ONCE else AT_ALL


def _moved(case: Case, name: str, command: Command) -> tuple[Milestone, ...]:
    """The instants that a milestone had on record, if the command moves it: nothing if it is new.

    Setting a milestone again after a withdrawal moves it, too, unless the withdrawal had a reason.
    """
    if isinstance(command, CorrectMilestoneCommand):
        return _occurrence(case, command.milestone)
    if isinstance(command, SetMilestoneCommand):
        milestone: str | None = command.milestone
    else:
        milestone = BY_TRIGGER[Trigger(name)].milestone if name in BY_TRIGGER else None
    if not case.policy.closes_detours or not milestone or case.incident.milestone(milestone):
        return ()
    known = _occurrence(case, milestone)
    return () if known and known[-1].explained else known


def _occurrence(case: Case, name: str) -> tuple[Milestone, ...]:
    """A milestone as it stands, and as corrections and withdrawals of the same occurrence left it.

    So what moves it step by step counts from where it was at first. What comes after it was void or
    disputed, or after a reopening that would have made it void, is another occurrence.
    """
    standing = case.incident.milestone(name)
    stands = (standing,) if standing else ()
    if not case.policy.closes_detours:
        return stands
    every = case.incident.milestones
    ended = (place for place, m in enumerate(every, 1) if _ends(m, name, case.policy))
    later = every[max(ended, default=0) :]
    return (*stands, *(m for m in later if m.name == name and m.superseded))


def _ends(milestone: Milestone, name: str, policy: CompiledPolicy) -> bool:
    """Whether what is on record of `name` before this milestone is over, and is moved no more."""
    if milestone.name == name:
        disputed = milestone.disputed is not None and policy.judges_in_full
        return milestone.void_at is not None or disputed
    reopens = milestone.name == REOPENED.milestone and name in REOPENED.voids
    return reopens and policy.judges_in_full


def _was_delivered_to(case: Case) -> bool:
    """Whether the incident did something after the command was supposedly sent.

    Then a worker ran, and the command would have arrived then.
    """
    since, until = case.happened_at + ON_THE_WAY, case.now - ON_THE_WAY
    return acted_between(case.incident, since, until)


def _stops(milestone: str, policy: CompiledPolicy) -> bool:
    """Whether a milestone stops or ends a clock of the policy."""
    ends = (text for spec in policy.clocks for text in (spec.stops, spec.until) if text)
    return any(milestone in parse_moment(text).of for text in ends)


def reason_missing(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal of a command that is dated back too far without a reason."""
    facts, back = case.policy.facts, dated_back(case, name, command)
    if back <= facts.reason_after or command.note or case.overrides:
        return None
    what = "takes back" if isinstance(command, WithdrawMilestoneCommand) else "is dated back"
    message = f"{name} {what} {span(back)}; beyond {span(facts.reason_after)} it needs a reason"
    return Refusal("Refused", f"{message}: note", ("note",))


def approval_rule(case: Case, name: str, command: Command) -> Iterator[tuple[str, ApprovalRule]]:
    """The approval rule for a fact dated this far back, if the policy has one."""
    facts = case.policy.facts
    rule = case.policy.approvals.get(BACKDATING)
    if facts.approval_after is None or rule is None:
        return
    if dated_back(case, name, command, late=True) > facts.approval_after:
        yield BACKDATING, rule
