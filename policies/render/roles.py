"""The third section: roles, people, who is paged when, and who may do what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from models.compiled import EscalationPolicy, RoleRule
from models.contracts import EscalationProgress
from policies.escalations import escalation_of
from policies.render import authority
from policies.render.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.view import View
from policies.render.words import count, duration, grouped, listed
from rules.escalation import Page, next_page

FIRST_PAGE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""Only differences to it are shown."""

AT_ONCE = "from the start"


def section(view: View) -> Blocks:
    """Roles, people, escalations, services, authority."""
    yield _roles(view)
    yield Paragraph(
        "While a role that must be held is not, the assessment is not done. Wherever this document "
        "names a role, it means whoever holds it."
    )
    yield Heading("People")
    yield _people(view)
    yield from _escalations(view)
    yield from _services(view)
    yield from authority.section(view)


def held_by_default(view: View, role: RoleRule) -> str:
    """Who takes a role."""
    if role.default == "acknowledger":
        return "whoever acknowledges"
    if role.default:
        return f"{role.default.removeprefix('person:')}, {AT_ONCE}"
    return f"whoever is given it, by {assigned_by(view)}"


def assigned_by(view: View) -> str:
    """Who may give a role to somebody."""
    return authority.may(view, "assign_role")


def must_be_held(view: View, role: RoleRule) -> str:
    """From when on a role must be held, by severity."""
    when = {
        severity: f"{duration(role.required[severity])} after the report"
        if role.required[severity]
        else AT_ONCE
        for severity in view.severities
        if severity in role.required
    }
    return grouped(when, len(view.severities)) or "not required"


def _roles(view: View) -> Block:
    return table(
        ("Role", "Duties", "Must be held", "Taken by", "Deputy"),
        (
            (
                role.name,
                "; ".join(view.policy.roles[role.name].duties),
                must_be_held(view, role),
                held_by_default(view, role),
                view.policy.roles[role.name].deputy or "",
            )
            for role in view.compiled.roles
        ),
        "The policy names no roles.",
    )


def _people(view: View) -> Block:
    return table(
        ("Person", "Teams", "Time zone", "Paged by"),
        (
            (name, listed(person.teams), person.zone, view.paged_by(name))
            for name, person in view.policy.people.items()
        ),
        "The policy names no people.",
    )


def pages(policy: EscalationPolicy) -> Iterator[tuple[timedelta, Page]]:
    """Every page of an incident that nobody acknowledges, and how long after the first it comes."""
    progress, at = EscalationProgress(), FIRST_PAGE_AT
    while isinstance(page := next_page(policy, progress, at), Page):
        yield at - FIRST_PAGE_AT, page
        following = page.next_at or at
        progress = EscalationProgress(level=page.level, cycle=page.cycle, next_at=following)
        at = following


def _paged(target: str) -> str:
    kind, _, name = target.partition(":")
    return f"the channel {name}" if kind == "channel" else name


def _escalations(view: View) -> Blocks:
    followed: dict[str, list[str]] = {}
    others = "every other service, or none" if view.policy.services else "any service, or none"
    for service in (*view.policy.services, None):
        name = escalation_of(view.policy, service)
        if name is not None:
            followed.setdefault(name, []).append(service or others)
    if not followed:
        yield Heading("Escalation")
        yield Paragraph("The policy names no escalation: nobody is paged.")
    for name, services in followed.items():
        first = next((s for s in view.policy.services if s in services), None)
        yield Heading(f"Escalation: {name}")
        yield Paragraph(f"For incidents of {listed(services)}.")
        policy = view.escalation(first)
        if policy:
            yield from _levels(policy)


def _levels(policy: EscalationPolicy) -> Blocks:
    told = list(pages(policy))
    yield table(
        ("After", "Level", "Paged", "Then waits"),
        (
            (
                duration(after) if after else "at once",
                str(page.level),
                listed(_paged(target) for target in page.targets.page),
                duration(page.targets.wait),
            )
            for after, page in told
            if page.cycle == 0
        ),
        "Nobody is paged.",
    )
    over = told[-1][0] + told[-1][1].targets.wait if told else timedelta()
    again = "The whole is not repeated"
    if policy.repeat:
        often = "once" if policy.repeat == 1 else count(policy.repeat, "time")
        again = f"After the last level the whole is repeated {often}"
    yield bullets(
        (
            "An acknowledgement stops it.",
            f"{again}; {duration(over)} after the first page it has ended.",
        ),
        "",
    )


def _services(view: View) -> Blocks:
    if view.policy.services:
        yield Heading("Services")
        yield table(
            ("Service", "Team", "Owner", "Escalation"),
            (
                (
                    name,
                    service.team or "",
                    service.owner or "",
                    escalation_of(view.policy, name) or "none",
                )
                for name, service in view.policy.services.items()
            ),
            "",
        )
