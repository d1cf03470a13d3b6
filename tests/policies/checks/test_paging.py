"""Whether a page can reach a person at all."""

import pytest

from connectors.channels.kinds import can_page
from policies.checks.installation import pages_arrive, people_identified
from policies.reading.load import parse_policy
from policies.reading.problems import Gravity
from tests.policies.written import LEAST, MARK, expected_at, warnings

CHANNELS = "channels: { pager: { kind: webhook }, log: { kind: log }, screen: { kind: console } }\n"


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("paging: { channels: [pager, log] }", []),
        ("paging: { channels: [log, pager] }", []),
        (
            "paging: { channels: [log, screen] }",
            ["a page over log, screen reaches nobody: log and console cannot page"],
        ),
        (
            "people: { ana: { page_by: [log] }, bo: { page_by: [pager] } }",
            ["a page over log reaches nobody: log cannot page"],
        ),
    ],
)
def test_a_page_that_cannot_reach_a_person_is_reported(added: str, found: list[str]) -> None:
    """One channel that reaches a person is enough; a fallback may be a log."""
    policy = parse_policy((LEAST + CHANNELS + added).encode(), "test.yaml").policy
    assert policy is not None
    findings = list(pages_arrive(can_page)(policy))
    assert [finding.what for finding in findings] == found
    assert all(finding.level is Gravity.NOTE for finding in findings)


@pytest.mark.parametrize(
    ("claim", "nobody"),
    [
        ("email", "bo, cy"),
        ("sub", "ana, bo, cy"),
    ],
)
def test_people_whom_no_login_means_are_reported(claim: str, nobody: str) -> None:
    """Two people with one address are known by none of it."""
    people = (
        "people: { ana: { email: ana@example.com }, bo: { email: all@example.com }, "
        "cy: { email: all@example.com }, dee: { identities: dee@example.com }, "
        "eve: { email: eve@example.com, identities: '7' } }"
    )
    policy = parse_policy((LEAST + CHANNELS + people).encode(), "test.yaml").policy
    assert policy is not None
    findings = [finding.what for finding in people_identified(claim)(policy)]
    told = f"{nobody} cannot log in at the OpenID provider: no {claim} means them alone"
    assert findings == [told]


def test_whoever_is_paged_in_slack_is_known_there() -> None:
    """By a member ID or an address; nobody else is warned of."""
    marked = (
        LEAST + "channels: { chat: { kind: slack }, log: { kind: log } }\n"
        "paging: { channels: [chat, log] }\n"
        "people: { ana: { slack: U0ANA }, bo: { email: bo@example.com }, §cy: {},"
        " dee: { page_by: [log] } }\n"
    )
    said = "Slack cannot find cy: they have neither a member ID nor an address"
    expected = expected_at(marked, [f"warning: {said}; add slack: U..., or email"])
    found = [each for each in warnings("", to=marked.replace(MARK, "")) if "Slack" in each]
    assert found == expected


def test_only_one_channel_makes_a_channel_for_each_incident() -> None:
    """Two of one workspace would meet in it."""
    own = "{ kind: slack, own_channel: {} }"
    text = LEAST + f"channels: {{ a: {own}, b: {{ kind: slack, §own_channel: {{}} }} }}\n"
    said = "a and b make the same channel for an incident in one workspace; keep one of them"
    found = [each for each in warnings("", to=text.replace(MARK, "")) if "workspace" in each]
    assert found == expected_at(text, [f"warning: {said}"])
