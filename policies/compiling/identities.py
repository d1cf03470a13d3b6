"""Compiles the identities of people: the names that an OpenID provider or a chat has for them."""

from collections.abc import Iterable

from models.intake import Identities
from models.policy import Policy
from rules.people.naming.identities import compared


def identities_of(policy: Policy) -> Identities:
    """The identities that mean one person each; an address that several share means nobody."""
    people = policy.people.items()
    listed = [(each, name) for name, person in people for each in person.identities]
    addresses = [(person.email, name) for name, person in people if person.email]
    return Identities(
        addresses=_of_one((compared(each), name) for each, name in (*addresses, *listed)),
        listed=_of_one(listed),
        slack=_of_one((person.slack, name) for name, person in people if person.slack),
    )


def _of_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for identity, name in pairs:
        owners.setdefault(identity, set()).add(name)
    return {identity: min(names) for identity, names in owners.items() if len(names) == 1}
