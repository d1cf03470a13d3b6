"""Who may do what, in words."""

from collections.abc import Iterator

from models.command import COMMANDS
from models.compiled import AuthorityRule
from models.people.authority import ALL_OTHERS
from models.people.rule_name import RuleName, rule_named
from models.proof import Proof
from policies.compiling.responsibility import SET_SEVERITY
from policies.render.sections.consent import WORSE, who
from policies.render.writing.document import Blocks, Heading, Paragraph, table
from policies.render.writing.view import View
from policies.render.writing.words import condition, duration, listed
from rules.people.permission.authority import (
    REOPEN,
    REOPENED_FROM,
    SET_ATTRIBUTE,
    SET_MILESTONE,
    everybody,
    rule_for,
)


def may(view: View, command: str) -> str:
    """Who may give a command; who may reopen can depend on the state."""
    words = whom(rule_for(view.compiled, command))
    for state in REOPENED_FROM if command == REOPEN else ():
        certain = view.compiled.authority.get(str(RuleName(REOPEN, state)))
        words += f"; from {state}, {whom(certain)}" if certain else ""
    return words


def whom(rule: AuthorityRule, at: str = "at {}") -> str:
    """Whom a rule allows: at which severity, under which condition, after which time."""
    words = f"if {WORSE} is {{}}," if rule.by_the_worse and at == "at {}" else at
    return "; ".join((who(rule.by), *_instead(rule, words), *_too(rule)))


def _instead(rule: AuthorityRule, at: str) -> Iterator[str]:
    by_people: dict[tuple[str, ...], list[str]] = {}
    for severity, by in rule.at.items():
        by_people.setdefault(by, []).append(severity)
    last = "or" if rule.by_the_worse else "and"
    for by, severities in by_people.items():
        yield f"{at.format(listed(severities, last))} {who(by)}"
    yield from (f"if {condition(text)}, {who(by)}" for text, by in rule.when)


def _too(rule: AuthorityRule) -> Iterator[str]:
    for later in rule.later:
        yield f"{duration(later.after)} after asking, {who(later.by)} too"


def asks(rule: AuthorityRule) -> str:
    """What they must give with it."""
    reasons = f"one of the reasons {listed(rule.reasons, 'or')}" if rule.reasons else ""
    note = "a reason in words" if rule.needs_note else ""
    return listed(part for part in (reasons, note) if part)


CHANGING = '"Changing a severity"'
"""The heading under which the document says who may."""
OWN = ("accept_handover", "decline_handover", "approve", "reject")
"""Commands for the people whom they concern, and nobody else."""


def _public() -> tuple[str, ...]:
    return tuple(name for name, spec in COMMANDS.items() if not spec.internal)


CERTAIN = {
    SET_MILESTONE: "the milestone {} happened, is corrected or withdrawn",
    SET_ATTRIBUTE: "the attribute or flag {} is set",
    REOPEN: "it was not over, although it is in state {}",
}
"""The commands that a rule can divide, with words for a part."""


def _of_some(view: View) -> Iterator[tuple[str, str, str, str]]:
    """Rules about a certain milestone, attribute or state."""
    for name, rule in view.compiled.authority.items():
        of = rule_named(name)
        if of.part is not None and of.command in CERTAIN:
            yield name, CERTAIN[of.command].format(of.part), whom(rule), asks(rule)


def _severity_too(view: View, rule: AuthorityRule) -> str:
    """That not everybody who may confirm a severity may change it."""
    changes = (view.compiled.raise_severity, view.compiled.lower_severity)
    everyone = everybody(view.compiled)
    if all(change in (AuthorityRule(), everyone) for change in changes):
        return ""
    if rule == everyone:
        confirms = who(everyone.by)
        return f"{SET_SEVERITY}: {confirms} may confirm; {CHANGING} says who may change it."
    return f"{SET_SEVERITY}: {CHANGING} also says who may change a severity."


PROVES = {
    Proof.TOKEN: "a token of their own",
    Proof.OIDC: "a login with the identity provider",
    Proof.LINK: "the link of a page",
    Proof.CHAT: "their account of a chat",
    Proof.MAIL: "an answer by mail",
    Proof.SMS: "an answer by SMS",
    Proof.VOICE: "digits typed in a call",
    Proof.TRACKER: "their account of a tracker",
    Proof.CLAIMED: "their word alone",
}
"""What establishes a name, in words."""


def _known_by(view: View) -> Blocks:
    """What must prove somebody's name, and which commands the link of a page allows."""
    of = view.compiled.trust
    rows = [(name, _proofs(proofs)) for name, proofs in of.items() if name != ALL_OTHERS]
    if rows:
        yield table(("Command", "Proof of who gives it"), rows, "")
    if ALL_OTHERS in of:
        which = "any other command" if rows else "a command"
        proofs = _proofs(of[ALL_OTHERS])
        yield Paragraph(f"To give {which}, somebody proves who they are by {proofs}.")
    granted = listed(view.compiled.link_grants) or "no command"
    yield Paragraph(
        f"Through the link of a page, its holder may give, for the person paged: {granted}."
    )


def _proofs(proofs: tuple[Proof, ...]) -> str:
    return listed((PROVES[proof] for proof in proofs), "or")


def section(view: View) -> Blocks:
    """Each command that only some people may give. Everybody may give the others."""
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
    yield from _known_by(view)
    yield Paragraph(
        "A person who is offered a role may accept or decline it. "
        "Approvers may approve or reject what needs approval. "
        "If an acknowledgement came by a link, or without proof, the person whom it names "
        "may always dispute it."
    )
    yield Paragraph(
        "Responders are the people whom the escalation can page by name or by a schedule, "
        "everybody who was paged or holds a role, and their deputies. If a level pages a channel, "
        "everybody is a responder. The engine asks nobody before it does what the policy says. "
        "The timeline shows each refusal, and who gave the command."
    )
