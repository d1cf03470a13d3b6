"""Streams go on over what interrupts an incident or its server, and end with their identity."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from connectors.signed_links import Link, LinkKeys, signed
from models.access import AccessToken, Holder
from tests.conftest import time_skipping_server
from tests.fakes.wire import wire_to
from tests.scenarios.siren import Siren
from tests.web.events.door import Door, ids, opened
from tests.web.events.reading import reading
from web.events import streams

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
SECRET = "secret-of-bo-0123456789"
NOTES = 25


@pytest.fixture(scope="module")
async def short_runs() -> AsyncIterator[WorkflowEnvironment]:
    """A server that suggests to continue as new after a few dozen events."""
    async with await time_skipping_server("limit.historyCount.suggestContinueAsNew=40") as env:
        yield env


@pytest.fixture
async def short(
    short_runs: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Door]:
    """A web server before it, with a worker."""
    siren = Siren(short_runs, task_queue, tmp_path)
    async with siren.worker(), opened(siren) as door:
        yield door


async def run_of(door: Door, incident: str) -> str:
    """The newest run of an incident."""
    return (await door.siren.client.get_workflow_handle(incident).describe()).run_id


async def test_a_stream_goes_on_with_the_runs_of_its_incident(short: Door) -> None:
    """Whoever stays, whoever comes back and whoever reads everything get each line once."""
    incident = await short.reports()
    path, first_run = f"/v1/incidents/{incident}/events", await run_of(short, incident)
    async with (
        reading(short.http, f"{path}?after=0") as one,
        reading(short.http, "/v1/events") as every,
    ):
        await one.until("page.sent")
        for number in range(NOTES):
            await short.gives(incident, "add_note", text=f"note {number}")
        got = list(await one.until("note.added", NOTES))
        assert await run_of(short, incident) != first_run
        assert ids(got) == [f"{incident}/{seq}" for seq in range(1, len(got) + 1)]
        await every.until("note.added", NOTES)
        seen = [each for each in ids(every.got) if each.startswith(incident)]
        assert seen == ids(got)[-len(seen) :]
        async with reading(short.http, path, got[3].id) as back:
            await back.has(lambda each: each.id == got[-1].id)
            assert ids(back.got) == ids(got)[4:]


async def test_a_reopened_incident_goes_on_where_its_readers_left(short: Door) -> None:
    """The stream of the incident ended with it; that of all incidents has the new run, too."""
    incident = await short.reports()
    path = f"/v1/incidents/{incident}/events"
    async with reading(short.http, "/v1/events") as every:
        async with reading(short.http, f"{path}?after=0") as one:
            await one.until("page.sent")
            await short.gives(incident, "resolve")
            before = await one.ends()
        assert before[-1].kind == "over"
        await short.gives(incident, "reopen", note="it is back")
        async with reading(short.http, path, ids(before)[-1]) as back:
            after = await back.until("incident.reopened")
        came = [*ids(before), *ids(after)]
        assert came == [f"{incident}/{seq}" for seq in range(1, len(came) + 1)]
        await every.until("incident.reopened")
        seen = [each for each in ids(every.got) if each.startswith(incident)]
        assert len(seen) == len(set(seen))
        assert set(ids(after)) <= set(seen)


async def test_a_stream_outlasts_a_server_that_is_away(siren: Siren) -> None:
    """New readers hear that they must wait; what happened meanwhile comes once."""
    direct = siren.client
    async with wire_to(direct.service_client.config.target_host) as wire:
        client = await Client.connect(
            wire.address, namespace=direct.namespace, data_converter=pydantic_data_converter
        )
        async with siren.worker(), opened(siren, client) as door:
            incident = await door.reports()
            path = f"/v1/incidents/{incident}/events"
            async with (
                reading(door.http, f"{path}?after=0") as one,
                reading(door.http, "/v1/events") as every,
            ):
                await one.until("page.sent")
                wire.cut()
                answer = await door.http.get(path)
                assert (answer.status_code, answer.json()["error"]) == (503, "TemporalNotReachable")
                assert answer.headers["Retry-After"]
                handle = direct.get_workflow_handle(incident)
                await handle.execute_update("add_note", {"actor": "ana", "text": "meanwhile"})
                assert [one.over, every.over] == [False, False]
                await wire.mend()
                got = list(await one.until("note.added"))
                await every.until("note.added")
            assert ids(got) == [f"{incident}/{seq}" for seq in range(1, len(got) + 1)]
            assert len(ids(every.got)) == len(set(ids(every.got)))
            async with reading(door.http, path, got[-2].id) as back:
                assert ids(await back.until("note.added")) == [got[-1].id]


class Later(datetime):
    """A clock of next year."""

    @classmethod
    def now(cls, tz: Any = None) -> Self:
        """Next year."""
        return super().now(tz) + timedelta(days=400)


async def test_a_stream_ends_when_its_token_expires(
    siren: Siren, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to revoke it; whoever comes back with it is refused."""
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    now = datetime.now(UTC)
    token = AccessToken(
        id="bo",
        name="bo",
        owner="bo",
        holder=Holder.PERSON,
        scopes=("read",),
        digest=sha256(SECRET.encode()).hexdigest(),
        made_at=now,
        made_by="root",
        expires_at=now + timedelta(days=1),
    )
    bearer = {"Authorization": f"Bearer {SECRET}"}
    async with siren.worker(), opened(siren, tokens={"bo": token}) as door:
        path = f"/v1/incidents/{await door.reports()}/events"
        async with (
            reading(door.http, f"{path}?after=0", **bearer) as one,
            reading(door.http, "/v1/events", **bearer) as every,
        ):
            await one.until("page.sent")
            monkeypatch.setattr("web.identity.bearer_tokens.datetime", Later)
            await one.ends()
            await every.ends()
        answer = await door.http.get(path, headers=bearer)
        assert (answer.status_code, "is expired" in answer.json()["detail"]) == (401, True)


async def test_the_stream_of_a_link_ends_when_the_link_does(
    siren: Siren, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that something happened, never what; its cookie opens the stream of no other."""
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    until = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
    async with siren.worker(), opened(siren, keys=KEYS, public_url="http://localhost") as door:
        incident, other = await door.reports(), await door.reports("Other")
        link = Link(incident=incident, person="ana", message="page", until=until, key="test")
        opens = await door.http.get(f"/r/{signed(KEYS, link)}", headers={"Authorization": ""})
        assert opens.status_code == 303, opens.text
        cookie = {"Cookie": opens.headers["Set-Cookie"].partition(";")[0], "Authorization": ""}
        path = f"/respond/{incident}/events"
        async with reading(door.http, f"{path}?after=0", **cookie) as stream:
            await door.gives(incident, "add_note", text="hidden from the stream")
            await stream.has(lambda got: got.data == "note.added")
            assert (
                await door.http.get(f"/respond/{other}/events", headers=cookie)
            ).status_code == 401
            monkeypatch.setattr("web.identity.link_sessions.datetime", Later)
            got = await stream.ends()
        assert {type(each.data) for each in got} == {str}
        assert "hidden" not in "".join(each.data for each in got)
        assert (await door.http.get(path, headers=cookie)).status_code == 401
