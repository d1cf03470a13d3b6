"""What others must agree to: approvals, the override, handovers."""

from collections.abc import Iterable, Iterator

from models.compiled import FactsRule
from models.people.authority import BACKDATING, ApprovalRule, HandoverRule, PolicyOverrideRule
from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import condition, duration, listed, party
from rules.people.naming.names import PEOPLE

GUARDS = {
    "severity_confirmed": "an unconfirmed severity",
    "roles_filled": "roles that nobody holds",
    "steps_done": "steps that are not done",
    "review_complete": "what a review lacks",
    "alerts_quiet": "alerts that still fire",
    "handover": "that a role moves only when somebody accepts it",
}
"""What an override overrules, by the name of the guard."""


WORSE = "the worse of the severities before and after"
"""What rules about changes of severity go by."""


def named(word: str) -> str:
    """Whom a word of the policy means."""
    return "any of the people" if word == PEOPLE else party(word)


def who(by: Iterable[str]) -> str:
    """Everybody whom a rule allows."""
    return listed(map(named, by), "or")


def section(view: View) -> Blocks:
    """Approvals, backdated facts, the override and handovers."""
    if view.compiled.approvals:
        yield Heading("What others must approve")
        yield _approvals(view)
        yield Paragraph(
            "The engine refuses such a command until enough people have approved it, and pages "
            "those who may. Nobody approves their own request. An approval holds for exactly that "
            "request, and lapses when the incident moves to another state."
        )
    yield Heading("Backdated facts")
    yield bullets((f"{text}." for text in _backdating(view.compiled.facts)), "")
    if view.compiled.override:
        yield Heading("Override")
        yield bullets(_policy_override(view.compiled.override), "")
    if view.compiled.handover:
        yield Heading("Handover")
        yield bullets(_handover(view.compiled.handover), "")


def _approvals(view: View) -> Block:
    return table(
        ("Command", "Asked", "Approved by", "If nobody decides"),
        (
            (_command(name, view), _asked(rule), _approvers(rule), _unanswered(rule))
            for name, rule in view.compiled.approvals.items()
        ),
        "",
    )


def _command(name: str, view: View) -> str:
    """What needs an approval."""
    facts = view.compiled.facts
    if name != BACKDATING or facts.approval_after is None:
        return name
    return f"a fact dated back further than {duration(facts.approval_after)}"


def _backdating(rule: FactsRule) -> Iterator[str]:
    further = f"A fact dated back further than {duration(rule.reason_after)} needs a reason"
    yield further if rule.reason_after else "A backdated fact needs a reason"
    if rule.approval_after is not None:
        yield f"Further than {duration(rule.approval_after)}, it also needs an approval"
    yield "A breach that fired stays on record: the clock then reads met after correction"


def _asked(rule: ApprovalRule) -> str:
    at = f"at {listed(rule.severities)}" if rule.severities else ""
    at = f"if {WORSE} is {listed(rule.severities, 'or')}" if at and rule.by_the_worse else at
    where = f"if {listed(condition(text) for text in rule.when)}" if rule.when else ""
    return " ".join(part for part in (at, where) if part) or "always"


def _approvers(rule: ApprovalRule) -> str:
    return f"{rule.quorum} of: {who(rule.by)}" if rule.quorum > 1 else who(rule.by)


def _unanswered(rule: ApprovalRule) -> str:
    if rule.within is None:
        return "it waits"
    after = [
        f"after {duration(rule.within * place)} {who(group)} too"
        for place, group in enumerate(rule.backups, 1)
    ]
    end = "it may be done without" if rule.timeout == "proceed" else "it is refused"
    return "; ".join((*after, f"after {duration(rule.within * len(rule.groups))} {end}"))


def _policy_override(rule: PolicyOverrideRule) -> Iterator[str]:
    what = listed(rule.commands, "or") if rule.commands else "a command"
    yield f"If the policy refuses {what}, it may be overridden, with a reason, by {who(rule.by)}."
    overruled = (*(GUARDS[guard] for guard in rule.guards),)
    more = f", and {listed(overruled)}" if overruled else ""
    yield f"This overrules authority and approvals{more}, and nothing else."
    yield "It stays on the timeline, in the report and in every view, with who did it and why."


def _handover(rule: HandoverRule) -> Iterator[str]:
    yield "A role moves to another person when they accept it; until then its holder keeps it."
    if rule.required:
        yield f"The holder tells them: {listed(rule.required)}."
    if rule.accept_within:
        yield f"An offer lapses if nobody accepts it within {duration(rule.accept_within)}."
    held = f"after {duration(rule.remind_after)}" if rule.remind_after else ""
    shift = "at the end of the shift in which they got it" if rule.at_shift_end else ""
    if held or shift:
        when = " and ".join(filter(None, (held, shift)))
        yield f"Holders of a role get a reminder to hand it over {when}."
