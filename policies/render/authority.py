"""Who may do what, in words."""

from collections.abc import Iterable

from models.command import COMMANDS
from models.compiled import AuthorityRule
from policies.render.document import Blocks, Heading, Paragraph, table
from policies.render.view import View
from policies.render.words import listed
from rules.authority import rule_for


def who(by: Iterable[str]) -> str:
    """Everybody whom a rule lets."""
    return listed((entry.removeprefix("person:") for entry in by), "or")


def may(view: View, command: str) -> str:
    """Who may give a command."""
    return who(rule_for(view.compiled, command).by)


def asks(rule: AuthorityRule) -> str:
    """What must be said with it."""
    reasons = f"one of the reasons {listed(rule.reasons, 'or')}" if rule.reasons else ""
    note = "a reason in words" if rule.needs_note else ""
    return listed(part for part in (reasons, note) if part)


def _public() -> tuple[str, ...]:
    return tuple(name for name, spec in COMMANDS.items() if not spec.internal)


def section(view: View) -> Blocks:
    """Every command that not anyone may give; and that anyone may give the others."""
    rules = {name: rule_for(view.compiled, name) for name in _public()}
    free = [name for name, rule in rules.items() if rule == AuthorityRule()]
    yield Heading("Who may do what")
    yield table(
        ("Command", "What it does", "Who may", "Asks for"),
        (
            (name, COMMANDS[name].says, who(rule.by), asks(rule))
            for name, rule in rules.items()
            if name not in free
        ),
        "Anyone may give every command.",
    )
    if len(free) < len(rules):
        yield Paragraph(f"Anyone may give the others: {listed(free)}.")
    yield Paragraph(
        "Responders are the people whom the escalation can page by name or by a schedule. What "
        "the policy sets off by itself, the engine does without asking. A refusal is put on the "
        "timeline, with who asked."
    )
