"""Roles: whether somebody can hold them, when somebody must, and what happens if nobody does."""

from collections.abc import Iterator

from models.policy import Policy
from models.policy.sections.people import AuthorityEntry
from models.policy.sections.roles import RoleEntry
from policies.checks.clocks import action_problems
from policies.checks.conditions import misfits
from policies.compiling.responsibility import DEPUTY, default_of, teams_of
from policies.compiling.timing import ANY, MAJOR
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc
from rules.people.naming.names import ANYONE, OUTSIDE, RESPONDERS
from states.lifecycle import State

STATES = (State.ASSESSMENT, State.DIAGNOSIS, State.RESOLUTION, State.REVIEW)
"""The states that can require a role."""


def _may_assign(policy: Policy) -> set[str]:
    entry = policy.authority.rules.get("assign_role", AuthorityEntry())
    exceptions = (*entry.at.values(), *entry.when.values(), *entry.after.values())
    return {*entry.by, *(word for words in exceptions for word in words)}


def fillable(policy: Policy) -> frozenset[str]:
    """The roles that somebody can get: by default, or from somebody who may give them."""
    held = {name for name in policy.roles if default_of(policy, name)}
    by = _may_assign(policy)
    teams = {word for word in by if ":" in word}
    if by & {ANYONE, RESPONDERS, *policy.people, *held, *teams}:
        return frozenset(policy.roles)
    return frozenset(held)


def roles_filled(policy: Policy) -> Iterator[Finding]:
    """Somebody can hold a required role, preferably without anybody thinking of it."""
    can = fillable(policy)
    for name, role in policy.roles.items():
        if not (role.required or role.required_in) or default_of(policy, name):
            continue
        loc = ("roles", name, "required" if role.required else "required_in")
        if name not in can:
            what = f"{name} is required, but nobody may assign it"
            yield Finding(loc, what, "add a default, or let somebody assign_role", key=True)
        elif any(not after for after in role.required.values()):
            what = f"{name} is required at once, but nobody takes it by default"
            yield warning(loc, what, "add a default, or leave some time", key=True)


def required(policy: Policy) -> Iterator[Finding]:
    """An incident can be where and when a role is required."""
    for name, role in policy.roles.items():
        loc: Loc = ("roles", name)
        for state, severities in role.required_in.items():
            where = (*loc, "required_in", state)
            yield from unknown(where, "state that requires roles", state, STATES, key=True)
            for severity in severities:
                yield from unknown(where, "severity", severity, (*policy.severities, MAJOR, ANY))
        for index, text in enumerate(role.when):
            yield from misfits(policy, (*loc, "when", index), text)
        if role.when and not (role.required or role.required_in):
            what = f"{name} is never required, so nothing depends on when"
            add = "add required or required_in"
            yield Finding((*loc, "when"), what, add, key=True, about=f"roles.{name}")


def combinations(policy: Policy) -> Iterator[Finding]:
    """Roles that do not go together are two roles, and so are a role and its deputy."""
    for name, role in policy.roles.items():
        for key, others in (
            ("not_also", role.not_also),
            ("discouraged_with", role.discouraged_with),
        ):
            for index, other in enumerate(others):
                loc: Loc = ("roles", name, key, index)
                yield from unknown(loc, "role", other, policy.roles)
                if other == name:
                    yield Finding(loc, "a role always goes together with itself", "name another")
        if role.deputy == name:
            what = f"{name} is its own deputy"
            yield Finding(("roles", name, "deputy"), what, "name another role, or a person")
        for other in role.not_also:
            default = default_of(policy, name)
            same = other in policy.roles and default_of(policy, other) == default
            if same and default and other != name:
                what = f"{name} and {other} must not be the same person's, but by default both are"
                loc = ("roles", name, "not_also")
                yield Finding(loc, what, "give one of them another default", key=True)


def qualifications(policy: Policy) -> Iterator[Finding]:
    """Somebody has what a role asks for, and so do its default holder and its deputy."""
    skills = tuple(dict.fromkeys(s for p in policy.people.values() for s in p.skills))
    known = (*teams_of(policy), *skills, RESPONDERS, OUTSIDE)
    for name, role in policy.roles.items():
        loc: Loc = ("roles", name)
        for index, word in enumerate(role.qualification):
            yield from unknown((*loc, "qualification", index), "team or skill", word, known)
        for key, person in (("default", default_of(policy, name)), ("deputy", role.deputy)):
            if person in policy.people and not _qualified(policy, role, person):
                needs = " or ".join(role.qualification)
                what = f"{person} is not qualified for {name}, which needs {needs}"
                yield Finding((*loc, key), what, f"add it to people.{person}, or name another")
        yield from _enough(policy, loc, role)


def _qualified(policy: Policy, role: RoleEntry, person: str) -> bool:
    entry = policy.people[person]
    if not role.qualification or RESPONDERS in role.qualification:
        return True
    return bool({*entry.teams, *entry.skills} & {*role.qualification})


def _enough(policy: Policy, loc: Loc, role: RoleEntry) -> Iterator[Finding]:
    if OUTSIDE in role.qualification or not policy.people:
        return
    could = [person for person in policy.people if _qualified(policy, role, person)]
    if len(could) < role.count.at_least:
        what = f"{len(could)} of the people can hold this role, and {role.count.at_least} must"
        yield Finding((*loc, "count"), what, "require fewer, or qualify more people", key=True)


def unfilled(policy: Policy) -> Iterator[Finding]:
    """What happens when nobody takes a role in time is possible."""
    for name, role in policy.roles.items():
        loc: Loc = ("roles", name, "unfilled")
        if role.unfilled and not role.required:
            what = f"{name} is not required by any time, so it is never late"
            about = f"roles.{name}"
            yield Finding(loc, what, "add required: 15m", key=True, about=about)
        for share, chain in role.unfilled.items():
            for index, action in enumerate(chain):
                if action.target != DEPUTY or not role.deputy:
                    yield from action_problems(policy, (*loc, share, index), action)


def one_leads(policy: Policy) -> Iterator[Finding]:
    """One role leads an incident."""
    leading = [name for name, role in policy.roles.items() if role.leads]
    for name in leading[1:]:
        what = f"{leading[0]} and {name} both lead"
        yield Finding(("roles", name, "leads"), what, "keep it in one of them", key=True)


CHECKS: tuple[Check, ...] = (
    one_leads,
    roles_filled,
    required,
    combinations,
    qualifications,
    unfilled,
)
