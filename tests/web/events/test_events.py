"""What happens in incidents comes as server-sent events: nothing is lost, nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from incidents.access import reading as tokens
from incidents.access.changing import make_token, revoke_token
from models.access import ACCESS_ID, Holder
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.events.door import Door, ids, opened
from tests.web.events.reading import reading
from web.events import streams


@pytest.fixture
async def door(siren: Siren) -> AsyncIterator[Door]:
    """A web server."""
    async with opened(siren) as made:
        yield made


async def test_an_event_is_the_line_as_the_timeline_shows_it(door: Door) -> None:
    """With its kind and its id; `after` sends first what came before."""
    async with door.siren.worker():
        incident = await door.reports()
        await door.lines(incident)
        path = f"/v1/incidents/{incident}/events"
        async with reading(door.http, f"{path}?after=0") as stream:
            await stream.until("page.sent")
            await door.gives(incident, "acknowledge", note="on it")
            got = await stream.until("incident.acknowledged")
            assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
            assert stream.answer.headers["X-Accel-Buffering"] == "no"
            assert stream.answer.headers["Cache-Control"] == "no-store"
        lines = await door.lines(incident)
        shown = [line for line in lines if line["seq"] <= got[-1].seq]
        assert [each.data for each in got] == shown
        assert ids(got) == [f"{incident}/{line['seq']}" for line in shown]
        assert [each.kind for each in got] == [line["kind"] for line in shown]


async def test_a_stream_over_a_restart_of_the_worker_loses_and_repeats_nothing(door: Door) -> None:
    """Whether the reader stays, or goes and comes back with its last id, also by the address."""
    path = ""
    async with door.siren.worker():
        incident = await door.reports()
        path = f"/v1/incidents/{incident}/events"
        async with reading(door.http, f"{path}?after=0") as first:
            before = list(await first.until("page.sent"))
    async with reading(door.http, path, before[-1].id) as stays:
        await door.gives(incident, "add_note", text="while no worker runs")
        async with door.siren.worker():
            await stays.until("note.added")
            await door.gives(incident, "acknowledge")
            got = list(await stays.until("incident.acknowledged"))
            more = f"{path}?after={before[-1].seq}"
            async with reading(door.http, more) as again:
                assert ids(await again.until("incident.acknowledged")) == ids(got)
            await door.gives(incident, "add_note", text="more")
            async with reading(door.http, more, got[-1].id) as back:
                last = await back.until("note.added")
    came = ids([*before, *got, *last])
    assert came == [f"{incident}/{seq}" for seq in range(1, len(came) + 1)]


async def test_the_stream_of_an_incident_ends_with_it_and_asks_nobody_to_come_back(
    door: Door,
) -> None:
    """Its last event says so; without anything left, the answer is 204."""
    async with door.siren.worker():
        incident = await door.reports()
        path = f"/v1/incidents/{incident}/events"
        async with reading(door.http, f"{path}?after=0") as stream:
            await stream.until("page.sent")
            await door.gives(incident, "resolve")
            got = await stream.ends()
        assert (got[-1].kind, got[-1].data) == ("over", {"incident": incident})
        last = ids(got)[-1]
        assert len(ids(got)) == len(await door.lines(incident))
        answer = await door.http.get(path, headers={"Last-Event-ID": last})
        assert (answer.status_code, answer.text) == (204, "")
        async with reading(door.http, f"{path}?after=1") as left:
            assert ids(await left.ends()) == ids(got)[1:]


async def test_one_stream_has_everything_that_happens(door: Door) -> None:
    """Also in incidents that begin meanwhile; whoever comes back misses and repeats nothing."""
    async with door.siren.worker():
        old = await door.reports("Old")
        await door.lines(old)
        async with reading(door.http, "/v1/events") as first:
            new = await door.reports("New")
            await door.gives(old, "acknowledge")
            await first.until("incident.acknowledged")
            got = list(await first.until("page.sent"))
        assert {each.id.partition("/")[0] for each in got} == {old, new}
        assert f"{new}/1" in ids(got)
        await door.gives(new, "acknowledge")
        async with reading(door.http, "/v1/events", got[0].id) as back:
            more = await back.until("incident.acknowledged", 1 + (got[0].kind == "page.sent"))
        assert not {got[0].id} & set(ids(more))
        assert len(ids(more)) == len(set(ids(more)))
        assert set(ids(got)[1:]) <= set(ids(more))


async def test_who_comes_back_to_another_process_misses_nothing(door: Door) -> None:
    """It goes on by the time when the last line was recorded."""
    async with door.siren.worker():
        one, two = await door.reports("One"), await door.reports("Two")
        await door.lines(one)
        await door.lines(two)
        await door.gives(one, "acknowledge")
        await door.gives(two, "acknowledge")
        last = f"{one}/{(await door.lines(one))[-1]['seq']}"
        async with reading(door.http, "/v1/events", last) as stream:
            await door.gives(one, "add_note", text="news")
            got = await stream.until("note.added")
        assert f"{two}/{(await door.lines(two))[-1]['seq']}" in ids(got)
        assert last not in ids(got)
        assert len(ids(got)) == len(set(ids(got)))


async def test_who_comes_back_hears_in_time_which_incidents_could_not_be_read(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of incidents without a worker hold nobody up."""
    monkeypatch.setattr("web.events.all_incidents.MEANWHILE_SECONDS", 0)
    async with door.siren.worker():
        incident = await door.reports()
        last = f"{incident}/{(await door.lines(incident))[-1]['seq']}"
        async with reading(door.http, "/v1/events", last) as stream:
            assert await stream.until("unread")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/incidents/INC-none/events", 404),
        ("/v1/incidents/INC-none/events?after=soon", 422),
        ("/v1/incidents/INC-none/events?after=INC-other/3", 422),
        ("/v1/incidents/INC-none/events?since=3", 422),
        ("/v1/events?after=17", 422),
        ("/v1/events?after=2026-11-30T10:00:00", 422),
        ("/v1/events?after=2020-11-30T10:00:00Z", 410),
        ("/v1/events?after=INC-none/3", 410),
    ],
)
async def test_what_cannot_be_followed_is_refused_with_a_reason(
    door: Door, path: str, status: int
) -> None:
    """As a problem document, before a stream begins."""
    answer = await door.http.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.json()["detail"]


async def test_the_stream_of_a_token_ends_when_the_token_does(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoked while somebody reads with it, and refused when they come back."""
    monkeypatch.setattr(tokens, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    client, queue = door.siren.client, door.siren.task_queue
    said: dict[str, Any] = {"owner": "ana", "holder": Holder.PERSON, "by": "root"}
    async with door.siren.worker():
        made = await make_token(client, queue, name="laptop", scopes=("read",), **said)
        bearer = {"Authorization": f"Bearer {made.secret}"}
        incident = await door.reports()
        path = f"/v1/incidents/{incident}/events?after=0"
        try:
            async with (
                reading(door.http, path, **bearer) as one,
                reading(door.http, "/v1/events", **bearer) as every,
            ):
                await one.until("page.sent")
                await revoke_token(client, queue, "laptop", "root")
                await one.ends()
                await every.ends()
            for each in (path, "/v1/events"):
                assert (await door.http.get(each, headers=bearer)).status_code == 401
        finally:
            await client.get_workflow_handle(ACCESS_ID).terminate()


async def test_a_token_without_the_scope_reads_no_stream(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anybody without a token, and nobody has more streams than a process holds."""
    monkeypatch.setattr(streams, "MOST_OF_ONE", 1)
    for path in ("/v1/events", "/v1/incidents/INC-none/events"):
        answer = await door.http.get(path, headers={"Authorization": "Bearer guess"})
        assert answer.status_code == 401
    async with door.siren.worker():
        incident = await door.reports()
        path = f"/v1/incidents/{incident}/events"
        async with reading(door.http, path):
            answer = await door.http.get(path)
            assert (answer.status_code, answer.json()["error"]) == (429, "TooManyStreams")
            assert answer.headers["Retry-After"]
            monkeypatch.setattr(streams, "MOST_OF_ONE", 2)
            monkeypatch.setattr(streams, "MOST_STREAMS", 1)
            assert (await door.http.get("/v1/events")).status_code == 503
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await door.http.head("/healthz")).status_code and await refused(door, path):
                await asyncio.sleep(0.02)


async def refused(door: Door, path: str) -> bool:
    """Whether a stream is refused, as long as the server has not seen that another one ended."""
    async with door.http.stream("GET", path) as answer:
        return answer.status_code != httpx2.codes.OK
