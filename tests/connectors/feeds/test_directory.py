"""Feeds by HTTP and from files: fresh or as their last good copy, without their secrets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.errors import ConnectorError, PermanentError, RetryableError
from connectors.feeds.directory import FeedDirectory, FeedReading
from connectors.feeds.file import LARGEST_BYTES
from connectors.feeds.ical import FeedEvents
from connectors.feeds.settings import FeedSettings
from connectors.feeds.web import WebFeed
from tests.fakes.feeds import ANA, BO, a_feed, read_here
from tests.fakes.webhook_sink import Answer, WebhookSink

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
SOON = timedelta(seconds=5)
NEVER = timedelta()
SECRET = "token-of-the-address"


@pytest.fixture
async def server() -> AsyncIterator[WebhookSink]:
    """A server that answers every request with a feed, unless a test programs it otherwise."""
    async with WebhookSink() as running:
        running.default = Answer(body=a_feed(ANA).encode())
        yield running


def settings_of(server: WebhookSink) -> FeedSettings:
    """A feed at a secret address, with a token."""
    return FeedSettings.model_validate(
        {"url": f"{server.url_of('feed')}?key={SECRET}", "token": "bearer-secret"}
    )


def directory(
    server: WebhookSink, copies: Path, *, fresh: timedelta = NEVER, patience: timedelta = NEVER
) -> FeedDirectory:
    """The directory with the feed `primary`, which it asks every time."""
    named = {"primary": settings_of(server)}
    return FeedDirectory(named, copies, fresh=fresh, patience=patience, read=read_here)


async def read(feeds: FeedDirectory, timeout: timedelta = SOON) -> FeedReading:
    """What the feed says of March."""
    return await feeds.read("primary", START, END, timeout=timeout)


def people(found: FeedReading) -> list[str]:
    """The summaries of its events."""
    return [event.summary for event in found.events]


async def test_a_feed_is_read_with_its_token(server: WebhookSink, tmp_path: Path) -> None:
    """The feed is requested from its address, and the content is of just now."""
    async with aclosing(directory(server, tmp_path)) as feeds:
        found = await read(feeds)
    assert (people(found), found.trouble, found.left_out) == (["ana"], "", ())
    assert datetime.now(UTC) - found.as_of < timedelta(minutes=1)
    [request] = server.requests
    assert (request.method, request.headers["authorization"]) == ("GET", "Bearer bearer-secret")


async def test_an_unchanged_feed_is_not_sent_again(server: WebhookSink, tmp_path: Path) -> None:
    """The copy counts as of now, although the server only says that it did not change."""
    version = {"ETag": '"v1"', "Last-Modified": "Sun, 01 Mar 2026 09:00:00 GMT"}
    server.answers = [Answer(body=a_feed(ANA).encode(), headers=version), Answer(status=304)]
    async with aclosing(directory(server, tmp_path)) as feeds:
        first, second = await read(feeds), await read(feeds)
    assert (people(second), second.trouble) == (["ana"], "")
    assert second.as_of > first.as_of
    asked = server.requests[1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == tuple(version.values())


async def test_a_fresh_copy_is_not_asked_for_again(server: WebhookSink, tmp_path: Path) -> None:
    """A storm of pages makes one request."""
    async with aclosing(directory(server, tmp_path, fresh=timedelta(minutes=1))) as feeds:
        for _ in range(3):
            await read(feeds)
    assert len(server.requests) == 1


TROUBLE = {
    "a server that fails": (Answer(status=503), "answered 503"),
    "an address that is gone": (Answer(status=404), "answered 404"),
    "a redirect": (
        Answer(status=302, headers={"Location": "https://example.com"}),
        "answered 302, a redirect, which is not followed",
    ),
    "a login page": (Answer(body=b"<html>Log in</html>"), "what it sent is no calendar"),
    "a connection that breaks": (Answer(close=True), "the connection failed"),
    "too much": (Answer(body=b"x" * (LARGEST_BYTES + 1)), "is larger than 4096 KiB"),
}


@pytest.mark.parametrize("case", TROUBLE)
async def test_a_feed_that_is_down_falls_back_to_its_last_good_copy(
    server: WebhookSink, tmp_path: Path, case: str
) -> None:
    """The next process uses it too, and says why and from when it is."""
    answer, why = TROUBLE[case]
    async with aclosing(directory(server, tmp_path)) as feeds:
        before = await read(feeds)
    server.default = answer
    async with aclosing(directory(server, tmp_path)) as feeds:
        found = await read(feeds)
        assert people(found) == ["ana"]
        assert found.trouble.startswith(why)
        assert found.as_of == before.as_of
        server.default = Answer(body=a_feed(BO).encode())
        again = await read(feeds)
    assert (people(again), again.trouble) == (["bo"], "")


async def test_a_feed_that_hangs_is_given_up_in_time(server: WebhookSink, tmp_path: Path) -> None:
    """Somebody has to be paged; the feed is left alone for a while."""
    async with aclosing(directory(server, tmp_path, patience=timedelta(minutes=1))) as feeds:
        await read(feeds)
        server.default = Answer(hang=True)
        for _ in range(3):
            found = await read(feeds, timedelta(milliseconds=50))
            assert found.trouble == "no answer within 0.05 s"
    assert len(server.requests) == 2


VERSIONS = {"not ASCII": "\xe9", "with a control": "a\x01b", "too long": "a" * 60_000}


@pytest.mark.parametrize("case", VERSIONS)
async def test_a_version_that_cannot_be_sent_back_is_not_kept(
    server: WebhookSink, tmp_path: Path, case: str
) -> None:
    """Not by this process and not by the next; the feed is asked for as if it named none."""
    named = {"ETag": VERSIONS[case], "Last-Modified": VERSIONS[case]}
    server.default = Answer(body=a_feed(ANA).encode(), headers=named)
    for _ in range(2):
        async with aclosing(directory(server, tmp_path)) as feeds:
            for _ in range(2):
                found = await read(feeds)
                assert (people(found), found.trouble) == (["ana"], "")
    asked = [name for request in server.requests for name in request.headers]
    assert len(server.requests) == 4
    assert not {"if-none-match", "if-modified-since"} & {*asked}


@pytest.mark.parametrize("kept", ["\xe9", "a" * 60_000, 7, None])
async def test_a_copy_with_a_bad_version_still_loads(
    server: WebhookSink, tmp_path: Path, kept: object
) -> None:
    """It counts although the feed is down."""
    async with aclosing(directory(server, tmp_path)) as feeds:
        await read(feeds)
    [file] = tmp_path.glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "etag": kept}))
    server.default = Answer(status=503)
    async with aclosing(directory(server, tmp_path)) as feeds:
        found = await read(feeds)
    assert (people(found), found.trouble) == (["ana"], "answered 503")


@pytest.mark.parametrize(
    "flaw", [{"as_of": "2026-03-01T09:00:00"}, {"text": 7}, {"as_of": "9999-01-01T00:00:00+00:00"}]
)
async def test_a_file_that_is_no_copy_is_replaced(
    server: WebhookSink, tmp_path: Path, flaw: dict[str, object]
) -> None:
    """Also one that claims to be of the future."""
    async with aclosing(directory(server, tmp_path)) as feeds:
        await read(feeds)
    [file] = tmp_path.glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), **flaw}))
    server.default = Answer(body=a_feed(BO).encode())
    async with aclosing(directory(server, tmp_path)) as feeds:
        assert people(await read(feeds)) == ["bo"]


@pytest.mark.parametrize("error", [UnicodeEncodeError("ascii", "\xe9", 0, 1, ""), KeyError("x")])
async def test_whatever_a_feed_raises_is_a_failure_of_the_feed(
    server: WebhookSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Its last good copy counts; if there is none, the error is typed."""

    async def broken(*_: object, **__: object) -> None:
        raise error

    async with aclosing(directory(server, tmp_path)) as feeds:
        await read(feeds)
        monkeypatch.setattr(WebFeed, "fetch", broken)
        found = await read(feeds)
    why = f"unexpected error ({type(error).__name__})"
    assert (people(found), found.trouble) == (["ana"], why)
    async with aclosing(directory(server, tmp_path / "none")) as feeds:
        with pytest.raises(RetryableError, match="unexpected error"):
            await read(feeds)


async def test_a_reading_that_breaks_is_a_failure_of_the_feed_and_is_tried_again(
    server: WebhookSink, tmp_path: Path
) -> None:
    """As when no process can be started: the same text may be read a moment later."""
    errors = [OSError("no process"), OSError("no process")]

    async def reader(text: str, start: datetime, end: datetime) -> FeedEvents:
        if errors:
            raise errors.pop()
        return await read_here(text, start, end)

    named = {"primary": settings_of(server)}
    feeds = FeedDirectory(named, tmp_path, fresh=NEVER, patience=NEVER, read=reader)
    async with aclosing(feeds):
        for _ in range(2):
            with pytest.raises(RetryableError, match=r"unexpected error \(OSError\)"):
                await read(feeds)
        assert people(await read(feeds)) == ["ana"]


async def test_a_page_does_not_wait_for_a_copy_to_be_read_for_another_month(
    server: WebhookSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known of the present counts until then, and a doubt says so."""
    done, begun = asyncio.Event(), list[datetime]()

    async def reader(text: str, start: datetime, end: datetime) -> FeedEvents:
        begun.append(start)
        if len(begun) > 1:
            await done.wait()
        return await read_here(text, start, end)

    named = {"primary": settings_of(server)}
    async with aclosing(FeedDirectory(named, tmp_path, read=reader)) as feeds:
        at_once = timedelta(milliseconds=10)
        assert people(await read(feeds)) == ["ana"]
        within = await feeds.read("primary", START + timedelta(days=3), END, timeout=at_once)
        assert (people(within), len(begun)) == (["ana"], 1)
        monkeypatch.setattr("connectors.feeds.directory.CHECKED_WITHIN", at_once)
        early = await feeds.read("primary", START, END + timedelta(days=60), timeout=at_once)
        assert (people(early), early.doubts) == (
            ["ana"],
            ("what it says is known until 2026-05-03",),
        )
        done.set()
        later = await feeds.read("primary", START, END + timedelta(days=60), timeout=SOON)
    assert (people(later), later.doubts, len(begun)) == (["ana"], (), 2)


async def test_no_cookie_is_kept_or_sent(server: WebhookSink, tmp_path: Path) -> None:
    """The answer of one feed would change what another is asked."""
    server.default = Answer(body=a_feed(ANA).encode(), headers={"Set-Cookie": "a=b; Path=/"})
    async with aclosing(directory(server, tmp_path)) as feeds:
        for _ in range(2):
            await read(feeds)
    assert [request.headers.get("cookie") for request in server.requests] == [None, None]


@pytest.mark.parametrize(
    ("answer", "kind"), [(Answer(status=503), RetryableError), (Answer(status=403), PermanentError)]
)
async def test_a_feed_without_any_copy_raises_a_typed_error(
    server: WebhookSink, tmp_path: Path, answer: Answer, kind: type[ConnectorError]
) -> None:
    """The error names the feed."""
    server.default = answer
    async with aclosing(directory(server, tmp_path)) as feeds:
        with pytest.raises(kind, match=f"primary: answered {answer.status}"):
            await read(feeds)


async def test_no_secret_is_in_an_error_or_a_copy(server: WebhookSink, tmp_path: Path) -> None:
    """Addresses of feeds carry tokens."""
    said = [repr(settings_of(server))]
    async with aclosing(directory(server, tmp_path)) as feeds:
        await read(feeds)
        for case in TROUBLE:
            server.default = TROUBLE[case][0]
            said.append((await read(feeds)).trouble)
    kept = "".join(file.read_text() for file in tmp_path.iterdir())
    everything = f"{said} {kept}"
    assert all(said)
    assert SECRET not in everything
    assert "bearer-secret" not in everything
    assert str(server.port) not in everything


async def test_a_copy_of_another_address_does_not_count(
    server: WebhookSink, tmp_path: Path
) -> None:
    """Another address means another calendar."""
    async with aclosing(directory(server, tmp_path)) as feeds:
        await read(feeds)
    moved = FeedSettings(url=server.url_of("moved"))
    server.default = Answer(status=503)
    async with aclosing(FeedDirectory({"primary": moved}, tmp_path, read=read_here)) as feeds:
        with pytest.raises(RetryableError):
            await read(feeds)


async def test_a_feed_may_be_a_file(tmp_path: Path) -> None:
    """It is read anew each time; if it is gone, its last good copy counts."""
    file = tmp_path / "primary.ics"
    file.write_text(a_feed(ANA))
    feeds = FeedDirectory(
        {"primary": FeedSettings(path=file)},
        tmp_path / "copies",
        fresh=NEVER,
        patience=NEVER,
        read=read_here,
    )
    async with aclosing(feeds):
        assert people(await read(feeds)) == ["ana"]
        file.write_text(a_feed(BO))
        assert people(await read(feeds)) == ["bo"]
        file.unlink()
        found = await read(feeds)
    assert people(found) == ["bo"]
    assert found.trouble == "the file cannot be read (No such file or directory)"


async def test_events_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    """The others count."""
    file = tmp_path / "primary.ics"
    file.write_text(a_feed(ANA, "SUMMARY:cy|DTSTART:20260302T090000Z|RRULE:FREQ=SOMETIMES"))
    feeds = FeedDirectory({"primary": FeedSettings(path=file)}, tmp_path / "copies", read=read_here)
    async with aclosing(feeds):
        found = await read(feeds)
    assert people(found) == ["ana"]
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("cy (")


async def test_a_copy_that_cannot_be_kept_is_reported(server: WebhookSink, tmp_path: Path) -> None:
    """The fetched content counts until the process ends."""
    (tmp_path / "copies").write_text("in the way")
    async with aclosing(directory(server, tmp_path / "copies")) as feeds:
        found = await read(feeds)
    assert people(found) == ["ana"]
    assert found.unkept.startswith("its copy could not be kept (")


async def test_a_feed_that_no_setting_names_is_refused(tmp_path: Path) -> None:
    """The failure is permanent: another attempt cannot help."""
    feeds = FeedDirectory({}, tmp_path)
    assert feeds.unresolved(["primary", "primary"]) == ("primary",)
    with pytest.raises(PermanentError, match="no setting says where this feed is"):
        await feeds.read("primary", START, END, timeout=SOON)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"url": "https://example.com/a.ics", "path": "a.ics"},
        {"url": "http://example.com/a.ics"},
        {"url": "ftp://example.com/a.ics"},
        {"url": "https://[bad"},
        {"url": "https://example.com/a.ics", "token": "a\nb"},
    ],
)
def test_settings_that_could_not_work_are_refused(given: dict[str, str]) -> None:
    """The error does not repeat their values."""
    with pytest.raises(ValidationError) as refused:
        FeedSettings.model_validate(given)
    assert "example.com" not in str(refused.value)


def test_a_webcal_address_is_read_by_https() -> None:
    """Calendars offer such addresses for copying."""
    assert FeedSettings(url="webcal://example.com/a.ics").url == "https://example.com/a.ics"


async def test_a_feed_of_this_machine_goes_through_no_proxy(
    server: WebhookSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would read its token; a feed elsewhere uses the proxy as usual."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with aclosing(directory(server, tmp_path)) as feeds:
        assert people(await read(feeds)) == ["ana"]
