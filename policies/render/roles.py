"""The third section: roles, people, who is paged when, and who may do what."""

from models.compiled import RoleRule
from policies.escalations import escalation_of
from policies.render import authority, escalations, schedules
from policies.render.document import Block, Blocks, Heading, Paragraph, table
from policies.render.view import View
from policies.render.words import duration, grouped, listed
from rules.on_duty import SCHEDULE

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
    yield from schedules.section(view)
    yield from escalations.section(view)
    yield from _services(view)
    yield from authority.section(view)


def held_by_default(view: View, role: RoleRule) -> str:
    """Who takes a role."""
    if role.default == "acknowledger":
        return "whoever acknowledges"
    if role.default and role.default.startswith(SCHEDULE):
        schedule = role.default.removeprefix(SCHEDULE)
        return f"whoever is on call by {schedule} when the incident begins"
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
