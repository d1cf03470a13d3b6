"""How often somebody may ask: each request pages others, also for other incidents."""

from typing import Any

import pytest

from models.incident.record import Incident
from rules.people.permission.requests import MOST_IN_PACE, open_requests
from tests.rules.staffed import refused, reported, staffed
from tests.specimens import after, done

POLICY = staffed(
    "roles: { lead: {} }\n"
    "approvals: { post_update: { by: cy }, hold: { by: cy } }\n"
    "authority: { link: { by: [cy], after: { 30m: people } } }\n"
)
ASKS: dict[str, dict[str, Any]] = {
    "post_update": {"text": "draft %s"},
    "hold": {"reason": "vendor %s"},
    "link": {"target": "CHG-%s"},
}


def asked(
    name: str, at: float, of: Incident, number: int, *, actor: str = "bo"
) -> tuple[Incident, str]:
    """The record after somebody asks for another thing, and the refusal that they get."""
    fields = {field: text % number for field, text in ASKS[name].items()}
    refusal = refused(of, name, at, POLICY, actor=actor, **fields)
    return (refusal.leaves.incident if refusal.leaves else of), refusal.message


@pytest.mark.parametrize("name", ASKS)
def test_one_person_asks_so_often_and_no_more(name: str) -> None:
    """After that time they may ask again; others may meanwhile."""
    incident = reported(POLICY)
    for number in range(MOST_IN_PACE):
        incident, _ = asked(name, 10 + number / 10, incident, number)
    assert len(incident.requests) == 1
    same, message = asked(name, 11, incident, 99)
    assert same is incident
    assert message.endswith(
        "bo asked 6 times within 10 min: ask again after 2026-03-27 17:10:00 UTC"
    )
    other, _ = asked(name, 11, incident, 99, actor="dee")
    assert len(other.requests) == 2
    again, _ = asked(name, 20.1, incident, 99)
    assert again is not incident


def test_requests_for_several_commands_count_together() -> None:
    """They page the same people."""
    incident = reported(POLICY)
    for number, name in enumerate(("post_update", "hold", "link") * 2):
        incident, _ = asked(name, 10, incident, number)
    assert asked("hold", 11, incident, 99)[0] is incident


def test_what_is_answered_or_replaced_is_not_open() -> None:
    """Its pages are taken back."""
    incident, _ = asked("hold", 10, reported(POLICY), 1)
    (first,) = incident.requests
    assert open_requests(incident, POLICY) == {first.id}
    given = done(
        incident, "approve", after(11), POLICY, command="hold", actor="cy", request=first.id
    )
    assert open_requests(given, POLICY) == frozenset()
    replaced, _ = asked("hold", 11, incident, 2)
    assert first.id not in open_requests(replaced, POLICY)
