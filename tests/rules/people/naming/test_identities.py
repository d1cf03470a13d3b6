"""Which person an identity of an OpenID provider, or of a chat, means."""

import pytest

from policies.compiling.policy import compile_intake, people_of
from policies.reading.load import parse_policy
from rules.people.naming.identities import person_known_as
from tests.policies.written import changed

POLICY = changed(
    "bo: {}",
    "bo: { email: team@example.com, identities: [bo-7, Bo.Long@example.com] }, "
    "cy: { email: team@example.com }, dee: { email: ı@example.com, identities: dee@example.com }",
)


@pytest.mark.parametrize(
    ("claim", "value", "person"),
    [
        ("email", "ana@example.com", "ana"),
        ("email", "ANA@Example.com", "ana"),
        ("email", "bo.long@example.com", "bo"),
        ("email", "team@example.com", None),
        ("email", "nobody@example.com", None),
        ("email", "I@example.com", None),
        ("email", "ana@example.com\u212a", None),
        ("sub", "bo-7", "bo"),
        ("sub", "BO-7", None),
        ("preferred_username", "ana@example.com", None),
        ("preferred_username", "dee@example.com", "dee"),
    ],
)
def test_an_identity_means_one_person_or_nobody(claim: str, value: str, person: str | None) -> None:
    """An address that two people share means nobody; names that people choose count as listed."""
    policy = parse_policy(POLICY.encode(), "test.yaml").policy
    assert policy
    identities = compile_intake(policy).identities
    assert person_known_as(identities, claim, value) == person


def test_a_user_of_slack_means_one_person() -> None:
    """The policy has the user id, and pages find it."""
    policy = parse_policy(
        changed("bo: {}", "bo: { slack: U0123ABCD }").encode(), "test.yaml"
    ).policy
    assert policy
    assert compile_intake(policy).identities.slack == {"U0123ABCD": "bo"}
    assert people_of(policy)["bo"].handles == {"slack": "U0123ABCD"}
    assert people_of(policy)["ana"].handles == {}
