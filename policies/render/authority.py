"""Who may do what, in words."""

from collections.abc import Iterator

from models.command import COMMANDS
from models.compiled import AuthorityRule
from policies.render.consent import WORSE, who
from policies.render.document import Blocks, Heading, Paragraph, table
from policies.render.view import View
from policies.render.words import condition, duration, listed
from policies.responsibility import SET_SEVERITY
from rules.people.authority import (
    REOPEN,
    REOPENED_FROM,
    SET_ATTRIBUTE,
    SET_MILESTONE,
    everybody,
    rule_for,
)


def may(view: View, command: str) -> str:
    """Who may give a command; who may reopen can differ by the state."""
    words = whom(rule_for(view.compiled, command))
    for state in REOPENED_FROM if command == REOPEN else ():
        certain = view.compiled.authority.get(f"{REOPEN}:{state}")
        words += f"; from {state}, {whom(certain)}" if certain else ""
    return words


def whom(rule: AuthorityRule, at: str = "at {}") -> str:
    """Whom a rule lets: at which severity, under which condition, after which time."""
    words = f"where {WORSE} is {{}}," if rule.by_the_worse and at == "at {}" else at
    return "; ".join((who(rule.by), *_instead(rule, words), *_too(rule)))


def _instead(rule: AuthorityRule, at: str) -> Iterator[str]:
    by_people: dict[tuple[str, ...], list[str]] = {}
    for severity, by in rule.at.items():
        by_people.setdefault(by, []).append(severity)
    last = "or" if rule.by_the_worse else "and"
    for by, severities in by_people.items():
        yield f"{at.format(listed(severities, last))} {who(by)}"
    yield from (f"where {condition(text)}, {who(by)}" for text, by in rule.when)


def _too(rule: AuthorityRule) -> Iterator[str]:
    for later in rule.later:
        yield f"{duration(later.after)} after asking, {who(later.by)} too"


def asks(rule: AuthorityRule) -> str:
    """What must be said with it."""
    reasons = f"one of the reasons {listed(rule.reasons, 'or')}" if rule.reasons else ""
    note = "a reason in words" if rule.needs_note else ""
    return listed(part for part in (reasons, note) if part)


CHANGING = '"Changing a severity"'
"""The heading under which the document says who may."""
OWN = ("accept_handover", "decline_handover", "approve", "reject")
"""Commands that are for those alone whom they concern."""


def _public() -> tuple[str, ...]:
    return tuple(name for name, spec in COMMANDS.items() if not spec.internal)


CERTAIN = {
    SET_MILESTONE: "the milestone {} happened, is corrected or withdrawn",
    SET_ATTRIBUTE: "the attribute or flag {} is set",
    REOPEN: "it was not over, although it is in state {}",
}
"""What rules are about that are not about all of a command."""


def _of_some(view: View) -> Iterator[tuple[str, str, str, str]]:
    """Rules that are about a certain milestone, attribute or state."""
    for name, rule in view.compiled.authority.items():
        command, colon, certain = name.partition(":")
        if colon and command in CERTAIN:
            yield name, CERTAIN[command].format(certain), whom(rule), asks(rule)


def _severity_too(view: View, rule: AuthorityRule) -> str:
    """That not everybody may change a severity who may confirm one."""
    changes = (view.compiled.raise_severity, view.compiled.lower_severity)
    everyone = everybody(view.compiled)
    if all(change in (AuthorityRule(), everyone) for change in changes):
        return ""
    if rule == everyone:
        confirms = who(everyone.by)
        return f"{SET_SEVERITY}: {confirms} may confirm; who may change it, {CHANGING} says."
    return f"{SET_SEVERITY}: who may change a severity, {CHANGING} says too."


def section(view: View) -> Blocks:
    """Every command that is for some only; and that everybody may give the others."""
    everyone = everybody(view.compiled)
    all_of_them = who(everyone.by).capitalize()
    rules = {name: rule_for(view.compiled, name) for name in _public()}
    severity = _severity_too(view, rules[SET_SEVERITY])
    besides = (*OWN, SET_SEVERITY) if severity else OWN
    free = [name for name, rule in rules.items() if rule == everyone and name not in besides]
    limited = (
        (name, COMMANDS[name].says, whom(rule), asks(rule))
        for name, rule in rules.items()
        if rule != everyone
    )
    yield Heading("Who may do what")
    yield table(
        ("Command", "What it does", "Who may", "Asks for"),
        (*limited, *_of_some(view)),
        f"{all_of_them} may give every command.",
    )
    if len(free) < len(rules):
        yield Paragraph(f"{all_of_them} may give the others: {listed(free)}.")
    if severity:
        yield Paragraph(severity)
    yield Paragraph(
        "A role that was offered is taken or declined by whom it was offered to; what needs "
        "approval is approved or rejected by those who are named for that."
    )
    yield Paragraph(
        "Responders are the people whom the escalation can page by name or by a schedule, whoever "
        "was paged or holds a role, and their deputies; everybody, where a level pages a channel. "
        "What the policy sets off by itself, the engine does without asking. A refusal is put on "
        "the timeline, with who asked."
    )
