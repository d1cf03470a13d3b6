"""One function finds the role that leads, whatever its name is."""

from pathlib import Path

import pytest

from models.compiled import CompiledPolicy
from models.contracts.incident import Carried
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from rules.commands.view import view_of
from rules.people.roles.leading import leader
from tests.policies.written import LEAST, errors
from tests.specimens import an_incident

ROOT = Path(__file__).parents[4]
NAMED = {
    "the usual name": ("scribe: {}, incident_manager: {}", "incident_manager"),
    "the first": ("commander: {}, scribe: {}", "commander"),
    "the one that says so": ("scribe: {}, lead: { leads: true }, incident_manager: {}", "lead"),
    "none": ("", None),
}


def compiled(roles: str) -> CompiledPolicy:
    """The compiled policy of an incident with some roles."""
    policy = parse_policy(f"{LEAST}roles: {{ {roles} }}\n".encode()).policy
    assert policy is not None
    return compile_policy(policy, "0" * 64)


@pytest.mark.parametrize("case", NAMED)
def test_the_leading_role_is_the_marked_one_or_the_usual_or_the_first(case: str) -> None:
    """The incident carries the answer, so that nobody guesses again."""
    roles, leading = NAMED[case]
    assert compiled(roles).leading == leading


def test_the_view_and_the_search_attribute_name_the_same_leader() -> None:
    """Whoever holds that role."""
    policy = parse_policy(
        f"{LEAST}people: {{ ana: {{ page_by: log }}, bo: {{ page_by: log }} }}\n"
        "channels: { log: { kind: log } }\n"
        "roles: { commander: { default: ana }, incident_manager: { default: bo } }\n".encode()
    ).policy
    assert policy is not None
    carried = compile_policy(policy, "0" * 64)
    incident = an_incident(carried)
    assert leader(carried, incident) == "bo"
    assert leader(carried.changed(leading="commander"), incident) == "ana"
    view = view_of(Carried(incident=incident, policy=carried), incident.reported_at)
    assert (view.leading, view.manager) == ("incident_manager", "bo")


def test_two_roles_that_lead_are_an_error() -> None:
    """Otherwise somebody would be asked twice, or nobody."""
    (found,) = errors("roles: { a: { leads: true }, b: { leads: true } }\n", to=LEAST)
    assert found.endswith("error: a and b both lead; keep it in one of them")


def test_no_other_code_knows_the_name_of_that_role() -> None:
    """Views, attributes, documents and pages for silence all ask this function."""
    rooms = ("rules", "workflows", "console", "policies", "incidents", "activities", "web")
    known = [
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if '"incident_manager"' in path.read_text(encoding="utf-8")
    ]
    assert known == ["rules/people/roles/leading.py"]
