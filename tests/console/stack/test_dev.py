"""`dev` as a newcomer uses it: an alert, a page with a link, an answer from a browser."""

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import psutil
import pytest
from temporalio.client import Client

from console.stack.demonstration.play import ALERT
from console.stack.dev import messages_of
from console.stack.new_pages import LONGEST_LINE, NewPages
from runtime.embedded.server import free_port
from runtime.settings import ROOT, load_settings
from tests.patience import PATIENCE_SECONDS

LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/r/(\S+)")
HIDDEN = r'\s*<input type="hidden" name="{}" value="([^"]+)">'
FORM = re.compile(f'/acknowledge">{HIDDEN.format("form")}{HIDDEN.format("command_id")}')


@pytest.fixture
async def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    """`dev` with a state directory of its own."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("INCIDENT_WEB_PORT", str(free_port()))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "starter.py", "dev", "--state", tmp_path),
        cwd=ROOT,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


async def line_with(said: asyncio.StreamReader, what: str) -> str:
    """The next line that has `what`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while what not in (line := (await said.readline()).decode()):
            assert line, f"dev ended without saying {what!r}"
    return line


async def searched(client: Client, state: Path) -> dict[str, bytes]:
    """Everything that a run leaves: every history, and every file but the one with the links."""
    left = {}
    async for found in client.list_workflows():
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        left[found.id] = b"".join(event.SerializeToString() for event in history.events)
    for file in state.rglob("*"):
        if file.is_file() and file.name != "messages.jsonl":
            left[file.name] = file.read_bytes()
    return left


async def test_a_page_s_link_answers_from_a_browser_and_is_kept_nowhere(
    dev: Process, tmp_path: Path
) -> None:
    """`dev` prints it; no history, database, document, log or error has any part of it.

    Ctrl-C then stops everything that `dev` started.
    """
    assert dev.stdout
    server = (await line_with(dev.stdout, "server  ")).split()[2]
    token = (tmp_path / "intake.token").read_text().strip()
    url = re.search(r"curl (\S+)", await line_with(dev.stdout, "curl "))
    assert url
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as browser:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = await browser.post(url[1], content=ALERT.read_bytes(), headers=headers)
        assert answer.status_code == 202, answer.text
        link = LINK.search(await line_with(dev.stdout, "/r/"))
        assert link
        page = await browser.get(link[0])
        form = FORM.search(page.text)
        assert form, page.text
        at = f"{page.url}/acknowledge"
        done = await browser.post(at, data={"form": form[1], "command_id": form[2]})
        assert "Done: acknowledge" in done.text
        await browser.post(at, data={"form": "wrong", "command_id": "x"})
        await browser.get(f"{link[0][:-3]}xyz")
        session = "".join(cookie.value or "" for cookie in browser.cookies.jar)
    client = await Client.connect(server)
    left = await searched(client, tmp_path)
    assert {"temporal.db", "worker.log", "web.log"} <= left.keys()
    assert any(name.startswith("INC-") for name in left)
    payload, _, signature = link[2].rpartition(".")
    for secret in (payload, signature, session, session.rpartition(".")[2]):
        assert [name for name, kept in left.items() if secret[:40].encode() in kept] == []
    await stops_everything_on_ctrl_c(dev)


async def stops_everything_on_ctrl_c(dev: Process) -> None:
    """Ctrl-C in the terminal ends `dev` and all that it started, without a traceback."""
    children = psutil.Process(dev.pid).children(recursive=True)
    assert len(children) >= 3
    dev.send_signal(signal.SIGINT)
    rest, _ = await dev.communicate()
    assert dev.returncode == 0
    assert b"Traceback" not in rest
    assert not any(child.is_running() for child in children)


def test_only_new_lines_are_read_and_strange_ones_are_left_out(tmp_path: Path) -> None:
    """Whatever a file holds, a reading takes a bounded part of it, and goes on behind it."""
    file = tmp_path / "messages.jsonl"
    page = {"recipient": "ana", "subject": "Fails", "respond_url": "http://h/r/1"}
    said = json.dumps(page).encode() + b"\n"
    file.write_bytes(said)
    pages = NewPages(file)
    with file.open("ab", buffering=0) as added:
        added.write(b"no json\n[]\n{}\n" + said + said[:10])
        assert list(pages.lines()) == ["To ana: Fails", "  http://h/r/1"]
        added.write(said[10:])
        assert len(list(pages.lines())) == 2
        added.write(b"x" * LONGEST_LINE * 10)
        assert [line for _ in range(4) for line in pages.lines()] == []
        added.write(b'"\n' + said)
        assert len(list(pages.lines())) == 2
    file.write_bytes(said)
    assert len(list(pages.lines())) == 2


def test_a_channel_log_of_one_s_own_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing writes links, and `dev` prints none."""
    monkeypatch.setenv("INCIDENT_CHANNELS__LOG__KIND", "log")
    assert messages_of(load_settings()) == (None, {})
