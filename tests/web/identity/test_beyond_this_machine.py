"""A web server that other machines reach believes nobody who only says who they are."""

from hashlib import sha256

import pytest

from runtime.tokens import TokenSettings
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import TOKEN, http_for
from web.identity.limits import MOST_FAILURES, counted_as

REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}
SECRET = "0123456789abcdef0123456789abcdef"
OURS = TokenSettings(
    hash=sha256(SECRET.encode()).hexdigest(), owner="ana", scopes=("read", "command")
)
BEARER = {"Authorization": f"Bearer {SECRET}"}


async def test_the_intake_token_reports_there_and_commands_nothing(siren: Siren) -> None:
    """The refusal says what to use; a token of the settings is enough, and acts for its owner."""
    tokens = {"ci": OURS.token("ci")}
    async with (
        siren.worker(),
        http_for(siren.client, siren, local=False, tokens=tokens) as http,
    ):
        reported = await http.post("/v1/incidents", json=REPORT)
        assert reported.status_code == 201, reported.text
        at = f"/v1/incidents/{reported.json()['incident']}"
        claimed = await http.post(f"{at}/commands/acknowledge", json={"actor": "ana"})
        assert (claimed.status_code, claimed.json()["error"]) == (403, "NotAuthorised")
        assert "tokens create" in claimed.json()["detail"]
        known = await http.post(f"{at}/commands/acknowledge", json={}, headers=BEARER)
        assert known.status_code == 200, known.text
        shown = (await http.get(f"{at}/timeline", headers=BEARER)).json()["entries"]
        [line] = [entry for entry in shown if entry["kind"] == "incident.acknowledged"]
        assert (line["actor"]["name"], line["actor"]["proof"]) == ("ana", "token")
        assert (await http.post("/v1/incidents", json=REPORT, headers=BEARER)).status_code == 403


async def test_a_policy_can_say_that_a_claim_is_enough_for_a_command(siren: Siren) -> None:
    """For that command alone: nobody had to prove who they are to write a line."""
    policy_file(siren.policy.parent, more="authority: { trust: { add_note: [claimed, token] } }\n")
    async with siren.worker(), http_for(siren.client, siren, local=False) as http:
        at = f"/v1/incidents/{(await http.post('/v1/incidents', json=REPORT)).json()['incident']}"
        said = {"actor": "ana", "text": "The disk is full"}
        noted = await http.post(f"{at}/commands/add_note", json=said)
        assert noted.status_code == 200, noted.text
        other = await http.post(f"{at}/commands/acknowledge", json={"actor": "ana"})
        assert (other.status_code, other.json()["error"]) == (403, "NotAuthorised")


@pytest.mark.parametrize("tokens", [None, {"ci": OURS.token("ci")}])
async def test_without_an_intake_token_nobody_asks_anything_there(
    siren: Siren, tokens: dict[str, object] | None
) -> None:
    """On this machine alone, and without any token, a claim would do."""
    async with http_for(siren.client, siren, None, local=False, tokens=tokens) as http:
        del http.headers["Authorization"]
        for answer in (await http.get("/v1/incidents"), await http.post("/v1/incidents", json={})):
            assert answer.status_code == 401


async def test_a_token_of_the_settings_closes_the_server_of_one_machine_too(siren: Siren) -> None:
    """Whoever sets a token means that others must not ask without one."""
    tokens = {"ci": OURS.token("ci")}
    async with http_for(siren.client, siren, None, tokens=tokens) as http:
        del http.headers["Authorization"]
        assert (await http.get("/v1/incidents")).status_code == 401


async def test_failed_attempts_count_for_the_address_behind_the_proxy(siren: Siren) -> None:
    """Whoever guesses is slowed down; others who come through the same proxy are not."""
    how = {"local": False, "proxies": 1, "public_url": "https://incidents.example.org"}
    async with http_for(siren.client, siren, TOKEN, **how) as http:
        said = {"Authorization": "Bearer guess", "Host": "incidents.example.org"}
        guessing = [
            (
                await http.get(
                    "/v1/incidents", headers={**said, "X-Forwarded-For": f"1.1.1.{i}, 203.0.113.9"}
                )
            ).status_code
            for i in range(MOST_FAILURES + 1)
        ]
        assert guessing == [401] * MOST_FAILURES + [429]
        other = await http.get("/v1/incidents", headers={**said, "X-Forwarded-For": "203.0.113.10"})
        assert other.status_code == 401


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_addresses_of_one_network_count_together(address: str, counted: str) -> None:
    """Whoever has one IPv6 address has more than anybody can count."""
    assert counted_as(address) == counted
