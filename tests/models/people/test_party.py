"""The text that policies and records keep for somebody who is meant."""

import pytest

from models.people.party import Party, PartyKind, name_of, party_named


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("person:ana", Party(PartyKind.PERSON, "ana")),
        ("role:lead", Party(PartyKind.ROLE, "lead")),
        ("role:", Party(PartyKind.ROLE, "")),
        ("team:db", Party(PartyKind.TEAM, "db")),
        ("channel:ops", Party(PartyKind.CHANNEL, "ops")),
        ("schedule:primary", Party(PartyKind.SCHEDULE, "primary")),
        ("on_call:primary", Party(PartyKind.ON_CALL, "primary")),
        ("audience:customers", Party(PartyKind.AUDIENCE, "customers")),
        ("ana", Party(None, "ana")),
        ("team", Party(None, "team")),
        ("anyone", Party(None, "anyone")),
        ("somebody:else", Party(None, "somebody:else")),
    ],
)
def test_a_stored_party_and_its_meaning_agree(text: str, meant: Party) -> None:
    """Whichever way it is read, also what no policy should hold."""
    assert (party_named(text), str(meant)) == (meant, text)


def test_a_name_is_of_one_kind() -> None:
    """A role is no person, and a bare name is neither."""
    assert name_of("role:lead", PartyKind.ROLE) == "lead"
    assert name_of("role:lead", PartyKind.PERSON) is None
    assert name_of("lead", PartyKind.ROLE) is None
