"""The third section: roles, people, who is paged when, and who may do what."""

from collections.abc import Iterator

from models.compiled import RoleRule
from models.people.party import PartyKind, party_named
from policies.compiling.escalations import escalation_of
from policies.render.sections import authority, consent, escalations, schedules
from policies.render.sections import page_limits as limits
from policies.render.writing.document import (
    Block,
    Blocks,
    Heading,
    Paragraph,
    Verbatim,
    bullets,
    table,
)
from policies.render.writing.view import View
from policies.render.writing.words import condition, count, duration, grouped, listed, party
from rules.people.naming import names

AT_ONCE = "from the start"


def section(view: View) -> Blocks:
    """Roles, people, escalations, limits of pages, services, authority."""
    yield _roles(view)
    yield Paragraph(
        "The assessment cannot end while nobody holds a required role. If this document "
        "names a role, it means its holder. A deputy may do whatever the holder may."
    )
    particulars = tuple(_particulars(view))
    if particulars:
        yield bullets(particulars, "")
    yield Heading("People")
    yield _people(view)
    yield from schedules.section(view)
    yield from escalations.section(view)
    yield from limits.section(view)
    yield from _services(view)
    yield from authority.section(view)
    yield from consent.section(view)


def held_by_default(view: View, role: RoleRule) -> str:
    """Who takes a role."""
    if role.default == names.ACKNOWLEDGER:
        return "the person who acknowledges"
    if role.default == names.REPORTER:
        return "the person who reports, if the policy lists them"
    if role.default and party_named(role.default).kind is PartyKind.SCHEDULE:
        return f"{party(role.default)} when the incident begins"
    if role.default:
        return f"{party(role.default)}, {AT_ONCE}"
    return f"the person who gets it from {assigned_by(view)}"


def assigned_by(view: View) -> str:
    """Who may give a role to somebody."""
    return authority.may(view, "assign_role")


def must_be_held(view: View, role: RoleRule) -> str:
    """From when on somebody must hold a role, by severity."""
    when = {
        severity: f"{duration(role.required[severity])} after the report"
        if role.required[severity]
        else AT_ONCE
        for severity in view.severities
        if severity in role.required
    }
    parts = [grouped(when, len(view.severities)), *_in_states(view, role)]
    words = "; ".join(part for part in parts if part)
    if words and role.when:
        words = f"if {listed(condition(text) for text in role.when)}: {words}"
    return words or "not required"


def _in_states(view: View, role: RoleRule) -> Iterator[str]:
    for state, severities in role.required_in.items():
        every = len(severities) == len(view.severities)
        yield f"in {state}" + ("" if every else f" at {listed(severities)}")


def _particulars(view: View) -> Iterator[str]:
    """What is particular about a role: how many hold it, who, and what does not go with it."""
    for role in view.compiled.roles:
        said = tuple(_particular(role))
        if said:
            yield f"{role.name}: {'; '.join(said)}."


def _particular(role: RoleRule) -> Iterator[str]:
    if (role.at_least, role.at_most) != (1, 1):
        most = "any number" if role.at_most is None else str(role.at_most)
        least = "" if str(role.at_least) == most else f"{role.at_least} to "
        yield f"held by {least}{most} of people"
    if role.qualification:
        yield f"only for {listed(map(_qualified, role.qualification), 'or')}"
    if role.not_also:
        yield f"never together with {listed(role.not_also, 'or')}"
    if role.discouraged_with:
        yield f"better not together with {listed(role.discouraged_with, 'or')}"
    if role.at_once:
        most = count(role.at_once, "incident")
        reported = "the incident reports more to whoever assigned it"
        yield f"by one person in at most {most} at once ({reported})"


def _qualified(word: str) -> str:
    return {"outside": "people from outside", "responders": "responders"}.get(word, word)


def _roles(view: View) -> Block:
    return table(
        ("Role", "Duties", "Must be held", "Taken by", "Deputy", "In commands"),
        (
            (
                role.name,
                "; ".join(view.policy.roles[role.name].duties),
                must_be_held(view, role),
                held_by_default(view, role),
                view.policy.roles[role.name].deputy or "",
                Verbatim(role.name),
            )
            for role in view.compiled.roles
        ),
        "The policy names no roles.",
    )


def _people(view: View) -> Block:
    people = view.policy.people
    known = any(person.identities for person in people.values())
    more = ("Also known as",) if known else ()
    return table(
        ("Person", "Teams", "Time zone", "Paged by", *more),
        (
            (
                name,
                listed(person.teams),
                person.zone,
                view.paged_by(name),
                *((listed(person.identities),) if known else ()),
            )
            for name, person in people.items()
        ),
        "The policy names no people.",
    )


def _services(view: View) -> Blocks:
    if view.policy.services:
        yield Heading("Services")
        yield table(
            ("Service", "Team", "Owner", "Escalation"),
            (
                (
                    Verbatim(name),
                    service.team or "",
                    service.owner or "",
                    escalation_of(view.policy, name) or "none",
                )
                for name, service in view.policy.services.items()
            ),
            "",
        )
