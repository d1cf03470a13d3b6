"""A claim that counts is warned of where others than this machine get in."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from policies.reading.load import load_policy
from runtime.claims import warn_of_claims
from runtime.settings import Settings
from tests.scenarios.siren import policy_file

TRUST = "authority: { trust: { acknowledge: [token, claimed], default: [token, link] } }\n"


@pytest.mark.parametrize(
    ("more", "settings", "commands"),
    [
        (TRUST, {"public_url": "https://incidents.example.org"}, ["acknowledge"]),
        (TRUST, {"web_host": "0.0.0.0"}, ["acknowledge"]),  # noqa: S104 - it is never served
        (TRUST, {}, None),
        ("", {"public_url": "https://incidents.example.org"}, None),
        (
            "authority: { trust: [claimed, token] }\n",
            {"public_url": "https://incidents.example.org"},
            ["default"],
        ),
    ],
)
def test_claims_that_count_beyond_this_machine_are_warned_of(
    tmp_path: Path, more: str, settings: dict[str, str], commands: list[str] | None
) -> None:
    """Worker and web server log the commands when they start."""
    policy = load_policy(policy_file(tmp_path, more=more)).policy
    assert policy is not None
    with capture_logs() as logged:
        warn_of_claims(policy, Settings.model_validate(settings))
    told = [each["commands"] for each in logged if each["event"] == "claim.counts"]
    assert told == ([commands] if commands else [])
