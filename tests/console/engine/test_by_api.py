"""The console over the API: the same words and exit codes, without access to Temporal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from console.engine import asking
from incidents.schedules.overrides import book_of
from models.access import AccessToken
from models.people.schedule_overrides import OVERRIDES_ID
from runtime.settings import load_settings
from runtime.tokens import TokenSettings
from tests.console.conftest import Said, Type
from tests.runners import unguarded
from tests.scenarios.siren import Siren, policy_file
from tests.web.serving import serving
from web.app import create_app

SECRET = "ana-has-this-token"
INTAKE = "intake-has-this-one"
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there, for Temporal or for HTTP."""


SCHEDULE = """\
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
"""


async def forgotten_overrides(siren: Siren) -> None:
    """No override of another test counts."""
    with suppress(RPCError):
        await siren.client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(siren.client).forget()


def token_of(owner: str, scopes: str) -> AccessToken:
    """A token of the settings."""
    digest = sha256(SECRET.encode()).hexdigest()
    return TokenSettings(hash=digest, owner=owner, scopes=scopes).token("laptop")


@dataclass
class Desk:
    """A console that knows only a web server."""

    type_: Type
    url: str
    siren: Siren
    monkeypatch: pytest.MonkeyPatch

    def set(self, **values: str | None) -> None:
        """Set what the console reads from its environment."""
        for name, value in values.items():
            if value is None:
                self.monkeypatch.delenv(f"INCIDENT_{name.upper()}", raising=False)
            else:
                self.monkeypatch.setenv(f"INCIDENT_{name.upper()}", value)
        load_settings.cache_clear()

    async def types(self, *arguments: str) -> Said:
        """Type a command line."""
        return await asyncio.to_thread(self.type_, *arguments)

    async def reports(self, *more: str) -> str:
        """Report an incident; returns its id."""
        said = await self.types(
            "report", "--title", "Checkout fails", "--severity", "SEV1", "--json", *more
        )
        assert said.code == 0, said
        incident: str = said.document["incident"]
        return incident


@pytest.fixture
async def desk(
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    type_: Type,
) -> AsyncIterator[Desk]:
    """A console with the token of ana, and no server of Temporal that it could reach."""
    siren = Siren(time_skipping, task_queue, tmp_path, runner=unguarded)
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=tmp_path,
        task_queue=task_queue,
        token=SecretStr(INTAKE),
        tokens={"laptop": token_of("ana", "report,read,command")},
    )
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOWHERE.removeprefix("http://"))
    with capture_logs():  # they stay apart from what the console prints in this process
        async with serving(app) as served:
            desk = Desk(type_, f"http://127.0.0.1:{served.port}", siren, monkeypatch)
            desk.set(api_url=desk.url, api_token=SECRET, policy_file=str(tmp_path / "none.yaml"))
            yield desk


async def test_the_whole_life_of_an_incident_goes_by_the_api(desk: Desk) -> None:
    """Report, commands, show, list, watch, why, workload, on call: all without Temporal."""
    async with desk.siren.worker():
        incident = await desk.reports()
        shown = (await desk.types("show", incident, "--json")).document
        assert shown["incident"]["report"]["reporter"]["name"] == "ana"
        assert (shown["read_from"], shown["ended"]) == ("worker", None)
        said = await desk.types("acknowledge", incident, "--note", "on it")
        assert (said.code, f"{incident}: acknowledge by ana" in said.out) == (0, True), said
        assert "acknowledge by ana" in (await desk.types("show", incident)).out
        assert "ana" in (await desk.types("why", incident)).out
        listed = (await desk.types("list", "--severity", "SEV1", "--json")).document
        assert listed["query"]
        said = await desk.types("workload", "ana", "--json")
        assert said.document["whom"] == "person:ana"
        assert (await desk.types("workload")).code == 0
        assert (await desk.types("oncall")).out == "the policy has no schedules\n"
        assert (await desk.types("resolve", incident, "--note", "rolled back")).code == 0
        watched = await desk.types("watch", incident, "--json")
        assert (watched.code, "incident.resolved" in watched.out) == (0, True)


async def test_a_report_is_previewed_by_the_api(desk: Desk) -> None:
    """Exit code 1 says that the report would be refused."""
    said = await desk.types("report", "--preview", "--title", "Checkout fails", "--json")
    assert (said.code, said.document["accepted"]) == (0, True), said
    assert said.document["paged"] == ["ana (by name)"]
    said = await desk.types("report", "--preview", "--title", " ", "--severity", "SEV9")
    assert said.code == 1, said
    assert "this report would be refused, under Siren 1" in said.out
    assert "title is missing; the policy asks for it" in said.out


async def test_refusals_have_the_words_and_codes_of_the_console(desk: Desk) -> None:
    """Whatever the incident, its policy or the web server refuses."""
    async with desk.siren.worker():
        incident = await desk.reports()
        wrong: dict[tuple[str, ...], tuple[int, str]] = {
            ("begin-resolution", incident): (4, "Possible now: acknowledge"),
            ("show", "INC-261130-NONE"): (3, "there is no incident INC-261130-NONE"),
            ("acknowledge", "INC-261130-NONE"): (3, "there is no incident INC-261130-NONE"),
            ("acknowledge", incident, "--actor", "bo"): (2, "is ana, whose credential this is"),
            ("list", "--severity", "sev1x"): (2, "did you mean SEV1?"),
            ("list", "--manager", "anna"): (2, "did you mean ana?"),
            ("workload", "anna"): (2, "did you mean ana?"),
            ("oncall", "primary"): (2, "there is no schedule primary"),
            ("report", "--title", "x", "--severity", "SEV9"): (
                2,
                "severity the policy has no severity 'SEV9'",
            ),
            ("tokens", "list"): (2, "it needs Temporal itself"),
        }
        for typed, (code, words) in wrong.items():
            said = await desk.types(*typed)
            assert (said.code, words in said.err) == (code, True), (typed, said)
        assert (await desk.types("cancel", incident, "false_alarm")).code == 0
        said = await desk.types("acknowledge", incident)
        assert (said.code, f"{incident} is cancelled, which is final" in said.err) == (4, True)


async def test_the_same_command_id_counts_once(desk: Desk) -> None:
    """Also for a report; the answer is the same."""
    async with desk.siren.worker():
        incident = await desk.reports("--command-id", "night-1")
        assert await desk.reports("--command-id", "night-1") == incident
        typed = ("acknowledge", incident, "--command-id", "ack-1", "--json")
        first, again = await desk.types(*typed), await desk.types(*typed)
        assert (first.document, first.code) == (again.document, again.code)


async def test_without_a_worker_a_command_is_sent_but_not_confirmed(desk: Desk) -> None:
    """It exits 7 and names the id under which the command may come again."""
    incident = await desk.reports()
    said = await desk.types("acknowledge", incident, "--timeout", "1", "--json")
    error = said.document["error"]
    assert (said.code, error["kind"]) == (7, "NotConfirmed")
    async with desk.siren.worker():
        typed = ("acknowledge", incident, "--command-id", error["command_id"], "--json")
        assert (await desk.types(*typed)).code == 0


async def test_who_acts_follows_from_the_credential(desk: Desk) -> None:
    """The intake token does not say who acts, so the console names the actor."""
    async with desk.siren.worker():
        desk.set(api_token=INTAKE, actor="ana")
        incident = await desk.reports()
        assert (await desk.types("acknowledge", incident)).code == 0
        desk.set(actor=None)
        said = await desk.types("resolve", incident)
        assert (said.code, "actor is missing: say who acts" in said.err) == (2, True)


@pytest.mark.parametrize("typed", ["list", "show INC-1", "acknowledge INC-1", "oncall"])
async def test_a_wrong_token_says_how_to_make_one(desk: Desk, typed: str) -> None:
    """It exits 5, and shows the token nowhere."""
    for token in ("inc_aaaaaaaa_wrong", None):
        desk.set(api_token=token)
        said = await desk.types(*typed.split())
        assert (said.code, "starter.py tokens create" in said.err) == (5, True), said
        assert "inc_aaaaaaaa" not in said.err + said.out


def test_a_token_goes_nowhere_without_tls(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only to this machine; everybody on the way could read it."""
    monkeypatch.setenv("INCIDENT_API_URL", "http://incidents.example.com")
    monkeypatch.setenv("INCIDENT_API_TOKEN", SECRET)
    load_settings.cache_clear()
    said = type_("list")
    assert (said.code, "everybody on the way could read the token" in said.err) == (2, True)
    assert SECRET not in said.err


@pytest.mark.parametrize("typed", ["list", "acknowledge INC-1", "report --title x"])
def test_a_server_that_is_away_is_tried_and_then_named(
    type_: Type, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """It exits 6; a report names the id with which it may come again."""
    monkeypatch.setattr(asking, "GIVE_UP_SECONDS", 1.0)
    monkeypatch.setattr(asking, "SAY_AFTER_SECONDS", 0.0)
    monkeypatch.setenv("INCIDENT_API_URL", NOWHERE)
    load_settings.cache_clear()
    said = type_(*typed.split())
    assert said.code == 6, said
    assert f"trying to reach {NOWHERE}" in said.err
    assert f"the web server at {NOWHERE} does not answer" in said.err
    assert ("--command-id" in said.err) == typed.startswith("report")
    found: Any = type_(*typed.split(), "--json").document["error"]
    assert found["kind"] == "ServerNotReachable"


async def test_something_else_than_the_api_is_named(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a proxy that answers with a page."""

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<ok>")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(page, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("INCIDENT_API_URL", f"http://127.0.0.1:{port}")
        load_settings.cache_clear()
        said = await asyncio.to_thread(type_, "list")
    assert (said.code, "not as a web server of the engine" in said.err) == (1, True), said


async def test_somebody_is_put_on_call_by_the_api(desk: Desk) -> None:
    """The token says who does it; what the web server refuses has the same words and exit codes."""
    policy_file(desk.siren.policy.parent, more=SCHEDULE)
    policy = desk.siren.policy
    policy.write_text(policy.read_text().replace("people: { ana:", "people: { bo: {}, ana:"))
    await forgotten_overrides(desk.siren)
    add = ("overrides", "add", "primary", "bo", "--covers", "ana", "--reason", "dentist", "--json")
    async with desk.siren.worker():
        made = await desk.types(*add, "--until", "+8h")
        assert made.code == 0, made
        assert made.document["by"] == "ana (api, token)"
        listed = await desk.types("overrides", "list")
        assert "bo covers ana" in listed.out
        on = await desk.types("oncall", "--at", "+4h", "--json")
        [duty] = on.document["schedules"][0]["on_call"]
        assert (duty["person"], duty["because"]) == ("bo", "covers ana (dentist)")
        wrong = await desk.types(*add, "--until", "-1h")
        assert (wrong.code, "lies in the past" in wrong.out) == (2, True)
        ended = await desk.types("overrides", "end", made.document["id"])
        assert ended.out.startswith("over: bo covers ana by primary")
        gone = await desk.types("overrides", "end", "0" * 12, "--json")
        assert (gone.code, gone.document["error"]["kind"]) == (4, "Refused")
    await forgotten_overrides(desk.siren)
