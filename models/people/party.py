"""Who is meant: somebody who is paged or reminded, who takes a role, or who may do something.

Policies, records and messages keep it as text: `person:ana`, `team:db`, or only `ana`. These types
read and write that text, and nothing else does.
"""

from dataclasses import dataclass
from enum import StrEnum


class PartyKind(StrEnum):
    """What a party can be.

    `schedule` is the schedule that says whom to page; `on_call` is whoever is on call by a schedule
    and may do something.
    """

    PERSON = "person"
    ROLE = "role"
    TEAM = "team"
    CHANNEL = "channel"
    SCHEDULE = "schedule"
    ON_CALL = "on_call"
    AUDIENCE = "audience"


_KINDS = {kind.value: kind for kind in PartyKind}


@dataclass(frozen=True, slots=True)
class Party:
    """Who is meant. Without a kind, `name` is a person, a role, or a word such as `anyone`."""

    kind: PartyKind | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.kind else self.name


def party_named(text: str) -> Party:
    """Whom `text` means."""
    kind, colon, name = text.partition(":")
    known = _KINDS.get(kind) if colon else None
    return Party(known, name) if known else Party(None, text)


def as_person(name: str) -> str:
    """A person as the target of a message."""
    return str(Party(PartyKind.PERSON, name))


def name_of(text: str, kind: PartyKind) -> str | None:
    """The name, if `text` is a party of this kind."""
    party = party_named(text)
    return party.name if party.kind is kind else None
