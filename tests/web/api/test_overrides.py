"""Overrides of schedules by the API, with a worker that keeps them."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from temporalio.service import RPCError

from incidents.schedules.overrides import book_of
from models.people.schedule_overrides import OVERRIDES_ID
from models.proof import Proof
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import http_for
from web.api.overrides import id_of
from web.identity.asker import Asker

AT = "/v1/oncall/overrides"
MORE = """\
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
authority: { override_schedule: [ana, bo] }
"""


def asked(hours: int = 1, **said: Any) -> dict[str, Any]:
    """Bo covers ana for some hours."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
    return {
        "schedule": "primary",
        "person": "bo",
        "covers": "ana",
        "from": begins.isoformat(),
        "until": (begins + timedelta(hours=8)).isoformat(),
        "reason": "dentist",
        "actor": "ana",
        **said,
    }


def with_bo(siren: Siren) -> None:
    """The policy has ana and bo."""
    policy = policy_file(siren.policy.parent, more=MORE)
    text = policy.read_text()
    policy.write_text(text.replace("people: { ana:", "people: { bo: { email: b@x.org }, ana:"))


@pytest.fixture
async def people(siren: Siren) -> AsyncIterator[httpx2.AsyncClient]:
    """A web server whose policy has ana and bo."""
    with_bo(siren)
    with suppress(RPCError):
        await siren.client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(siren.client).forget()
    async with siren.worker(), http_for(siren.client, siren) as http:
        yield http
        with suppress(RPCError):
            await siren.client.get_workflow_handle(OVERRIDES_ID).terminate()
        book_of(siren.client).forget()


async def test_an_override_is_made_seen_and_ended(people: httpx2.AsyncClient) -> None:
    """The list has it, the schedule has it, and the same key makes it once."""
    body, key = asked(), {"Idempotency-Key": "swap-1"}
    made = await people.post(AT, json=body, headers=key)
    assert made.status_code == 201, made.text
    assert (made.json()["standing"], made.json()["by"]) == ("coming", "ana")
    again = await people.post(AT, json=body, headers=key)
    assert again.json() == made.json()
    listed = (await people.get(AT)).json()
    assert [each["id"] for each in listed["overrides"]] == [made.json()["id"]]
    at = datetime.fromisoformat(body["from"]) + timedelta(hours=1)
    query = {"at": at.isoformat()}
    (found,) = (await people.get("/v1/oncall", params=query)).json()["schedules"]
    on = [(duty["person"], duty["because"]) for duty in found["on_call"]]
    assert on == [("bo", "covers ana (dentist)")]
    ended = await people.delete(f"{AT}/{made.json()['id']}", params={"actor": "bo"})
    assert (ended.status_code, ended.json()["standing"]) == (200, "over"), ended.text
    (found,) = (await people.get("/v1/oncall", params=query)).json()["schedules"]
    assert [duty["person"] for duty in found["on_call"]] == ["ana"]


def test_a_claim_uses_up_no_key_of_somebody_with_a_credential() -> None:
    """Nor do two people whose names and keys look alike together."""
    claims = Asker(None, Proof.CLAIMED, "a test")
    ana, ana_x = (Asker(name, Proof.TOKEN, "a test") for name in ("ana", "ana/x"))
    ids = {id_of(claims, "swap"), id_of(ana, "swap"), id_of(ana, "x/y"), id_of(ana_x, "y")}
    assert len(ids) == 4


async def test_what_the_policy_refuses_says_who_may_and_is_listed(
    people: httpx2.AsyncClient,
) -> None:
    """With who tried; nothing else changes."""
    refused = await people.post(AT, json=asked(actor="zoe"))
    assert (refused.status_code, refused.json()["may"]) == (403, ["ana", "bo"])
    listed = (await people.get(AT)).json()
    assert listed["overrides"] == []
    assert [(each["by"], each["what"]) for each in listed["refused"]] == [
        ("zoe", "bo on call by primary")
    ]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"schedule": "primry"}, "schedule"),
        ({"person": "zoe"}, "person"),
        ({"covers": "bo", "person": "ana"}, "covers"),
        ({"until": "2026-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"reason": " "}, "reason"),
        ({"actor": None}, "actor"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    people: httpx2.AsyncClient, said: dict[str, Any], field: str
) -> None:
    """A 422 names the field as it was sent."""
    refused = await people.post(AT, json=asked(**said))
    assert refused.status_code == 422, refused.text
    assert field in [each["field"] for each in refused.json()["fields"]]


async def test_an_unknown_override_cannot_be_ended(people: httpx2.AsyncClient) -> None:
    """It may have left already."""
    gone = await people.delete(f"{AT}/{'0' * 12}", params={"actor": "ana"})
    assert (gone.status_code, gone.json()["error"]) == (404, "UnknownOverride")


async def test_beyond_this_machine_a_claim_overrides_nothing(siren: Siren) -> None:
    """As with every command that the policy does not open to claims."""
    with_bo(siren)
    async with http_for(siren.client, siren, local=False) as http:
        refused = await http.post(AT, json=asked())
    assert (refused.status_code, refused.json()["error"]) == (403, "NotAuthorised")
