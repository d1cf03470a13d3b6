"""Check that the people in a command or a report are who they seem to be."""

from collections.abc import Iterator
from typing import Any

from models.base import ENGINE, MONITORING
from models.command import AddActionItemCommand
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.payload import Command
from models.people.party import PartyKind, name_of, party_named
from models.policy.values.words import bare_name
from rules.people.naming.names import (
    claim_flaw,
    did_you_mean,
    looks_like,
    meant_by,
    mistaken_for,
    shown,
    spelling_flaw,
)
from rules.people.naming.people_meant import known_by_name, people_of_the_policy
from rules.record.decision import Case, Refusal

PEOPLE_IN: dict[str, tuple[str, ...]] = {
    "assign_role": ("person",),
    "unassign_role": ("person",),
    "hand_over": ("to", "giver"),
    "add_action_item": ("owner",),
    "submit_review": ("lead", "attendees"),
}
"""The fields of commands that name people."""

PLAIN = frozenset(PEOPLE_IN) - {"add_action_item"}
"""Commands whose people the record keeps by their bare names; an owner may be of any kind."""

_NAMED = frozenset({PartyKind.PERSON, PartyKind.ROLE, PartyKind.TEAM})
"""What the text of such a field can say that it names."""


def _bare_person(given: str) -> str:
    return name_of(given, PartyKind.PERSON) or given


def plainly_named(name: str, command: Command) -> Command:
    """The command with people as the record names them: `person:ana` is ana.

    A review may name roles, too: `role:lead` is lead.
    """
    if name not in PLAIN:
        return command
    plain = bare_name if name == "submit_review" else _bare_person
    changes: dict[str, Any] = {}
    for field in PEOPLE_IN[name]:
        given = getattr(command, field)
        if isinstance(given, tuple):
            changes[field] = tuple(plain(person) for person in given)
        elif given is not None:
            changes[field] = plain(given)
    return command.changed(**changes)


def misnamed(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal of a command because of the names in it.

    If a policy lists no people, every name is accepted
    that is written properly.
    """
    known = people_of_the_policy(case.incident, case.policy)
    wrong = [*_unsound_actor(case, known)]
    wrong += [
        (field, f"{problem}{did_you_mean(person, known)}")
        for field, person in _named(name, command)
        if (problem := spelling_flaw(person))
    ]
    if wrong:
        words = "; ".join(f"{field}: {problem}" for field, problem in wrong)
        return Refusal("Malformed", words[:1000], tuple(field for field, _ in wrong))
    return _mistaken_actor(case, known) or _mistaken(case, name, command)


def _unsound_actor(case: Case, known: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if case.actor in (ENGINE, MONITORING):
        return
    flaw_of = claim_flaw if case.policy.closes_detours else spelling_flaw
    problem = flaw_of(case.actor.name)
    if problem:
        yield "actor", f"{problem}{did_you_mean(case.actor.name, known)}"
    elif problem := spelling_flaw(case.actor.via):
        yield "via", problem


def _mistaken_actor(case: Case, known: tuple[str, ...]) -> Refusal | None:
    """The refusal of an unknown actor whose name resembles a known one."""
    if case.actor in (ENGINE, MONITORING) or case.actor == case.incident.report.reporter:
        return None
    meant = meant_by(case.actor.name, known)
    if meant is None:
        return None
    return Refusal("NotAuthorised", mistaken_for(case.actor.name, meant), ("actor",))


def _mistaken(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal of an unknown person, with who was probably meant or who there is."""
    people = people_of_the_policy(case.incident, case.policy)
    if not people:
        return None
    known = known_by_name(case.incident, case.policy)
    for field, person in _named(name, command):
        party = party_named(person)
        words = party.name if party.kind in _NAMED else person
        meant = None if words in known else meant_by(words, known)
        nobody = words not in known and isinstance(command, AddActionItemCommand)
        if meant or nobody:
            hint = f"; did you mean {meant}?" if meant else f"; there are: {', '.join(people[:25])}"
            message = f"{field}: nobody of the policy is called {shown(person)}{hint}"
            return Refusal("Refused", message, (field,))
    return None


def _named(name: str, command: Command) -> Iterator[tuple[str, str]]:
    """Each person in a command, with the field."""
    for field in PEOPLE_IN.get(name, ()):
        given = getattr(command, field)
        for person in given if isinstance(given, tuple) else (given,):
            if person is not None:
                yield field, person


def wrong_reporter(report: Report, policy: CompiledPolicy) -> str | None:
    """What is wrong with the name of the reporter.

    A reporter whose name only resembles a known one counts as an outsider, so that no report is
    lost.
    """
    if report.reporter in (ENGINE, MONITORING):
        return None
    name = report.reporter.name
    flaw_of = claim_flaw if policy.closes_detours else spelling_flaw
    problem, known = flaw_of(name), tuple(policy.people)
    if problem:
        return f"{problem}{did_you_mean(name, known)}"
    meant = looks_like(name, known)
    return mistaken_for(name, meant) if meant else None
