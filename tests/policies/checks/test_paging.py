"""Whether a page can reach a person at all."""

import pytest

from connectors.channels.kinds import can_page
from policies.checks.installation import pages_arrive
from policies.reading.load import parse_policy
from policies.reading.problems import Gravity
from tests.policies.written import LEAST

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
