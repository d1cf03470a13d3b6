"""`demo`: plays one real incident on this machine, and asks nothing."""

import asyncio
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from console.incidents.clock_view import clocks
from console.incidents.incident_view import timeline
from console.stack.demonstration.pager import Pager
from console.stack.demonstration.play import CueMissed, Play
from console.stack.demonstration.script import perform
from console.terminal.failure import Failure
from console.terminal.output import person, say
from console.terminal.running import perform_alone
from incidents.errors import IncidentError
from incidents.waiting import wait_until_over
from models.answers.view import IncidentView
from models.contracts.incident import Carried
from models.incident.timeline import EntryKind
from policies.catalogue import policy_in_force
from policies.compiling.policy import compile_policy
from runtime.embedded.server import EmbeddedServerFailed, free_port
from runtime.embedded.stack import Stack, StackFailed
from runtime.settings import ROOT, Settings, load_settings

STATE = ROOT / "var" / "demo"
POLICY = ROOT / "policies" / "demo.yaml"
END_PATIENCE = timedelta(seconds=20)

app = typer.Typer()


@app.command()
def demo(
    state: Annotated[
        Path, typer.Option(help="The folder for the state: database, documents, logs.")
    ] = STATE,
) -> None:
    """Play one incident from alert to closure on its own stack, in less than a minute."""
    raise typer.Exit(perform_alone(lambda: _demo(_settings(state.absolute()))))


def _settings(state: Path) -> Settings:
    return load_settings().changed(
        policy_file=POLICY,
        state_directory=state,
        documents=state / "documents",
        actor="demo",
    )


async def _demo(settings: Settings) -> int:
    """Run the demonstration; exit code 0 only if everything shown really happened."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel if task else loop.stop)
    pager = Pager()
    channels = {
        f"INCIDENT_CHANNELS__{name}__URL": f"{pager.url}/{name.lower()}"
        for name in ("PAGER", "STATUS")
    }
    stack = Stack(settings, extra_environment=channels)
    # On the usual ports, a worker of another stack may still try to connect and take part.
    stack.server.port, stack.server.ui_port = free_port(), free_port()
    try:
        return await _play(stack, pager)
    except (StackFailed, EmbeddedServerFailed, CueMissed, Failure, IncidentError) as error:
        say("", f"The demonstration failed: {error}", f"Logs: {settings.state_directory / 'log'}")
        return 1
    except asyncio.CancelledError:
        say("", "Interrupted; stopping everything that was started.")
        return 130
    finally:
        with suppress(asyncio.CancelledError):
            await asyncio.to_thread(stack.stop)
        pager.close()


async def _play(stack: Stack, pager: Pager) -> int:
    say("Starting the Temporal server, a worker and the web server ...")
    client = await stack.start()
    say(*(f"  {line}" for line in stack.lines()), "")
    say(f"Posting an Alertmanager webhook to {stack.web_url}/v1/alerts/alertmanager", "")
    loaded = policy_in_force(POLICY, datetime.now(UTC))
    play = Play(client, stack.web_url, stack.web_headers)
    await perform(play, compile_policy(loaded.policy, loaded.policy_hash))
    carried = await wait_until_over(client, play.incident_id, END_PATIENCE)
    view = (await play.view()).changed(incident=carried.incident)
    _show(view)
    return _judge(view, carried, pager, stack.settings.state_directory)


def _show(view: IncidentView) -> None:
    terminal = person()
    say("", "The recorded timeline:")
    terminal.print(timeline(view.incident), soft_wrap=True)
    say("", "The clocks:")
    terminal.print(clocks(view))


def _report(view: IncidentView) -> Path | None:
    written = [d for d in view.incident.documents if d.name == "incident_report"]
    return Path(unquote(urlsplit(written[-1].uri).path)) if written else None


def _from_root(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _judge(view: IncidentView, carried: Carried, pager: Pager, state: Path) -> int:
    """Check what was shown against the pager and the document store."""
    incident = view.incident
    sent = [e for e in incident.timeline if e.kind == EntryKind.PAGE_SENT]
    arrived = [message["recipient"] for message in pager.of_kind("page", incident.id)]
    report = _report(view)
    breached = {f.clock for f in incident.fired if f.threshold == "100%" and not f.superseded}
    claims = {
        "ana was paged, then bo; both pages arrived, once": arrived == ["ana", "bo"]
        and [e.data["recipient"] for e in sent] == arrived,
        "the acknowledgement came late, and the breach is on record": "acknowledge" in breached,
        "the incident is closed and owes nobody a message": incident.state == "closed"
        and not carried.outbox,
        "stakeholders were told": bool(pager.of_kind("notification", incident.id)),
        "the incident report is written": report is not None
        and incident.id in report.read_text(encoding="utf-8"),
    }
    say("", "What happened:")
    say(*(f"  {'yes' if true else 'NO '}  {claim}" for claim, true in claims.items()))
    say("", f"Incident report: {report}", "", "Open it all in the Temporal UI:")
    say(f"  make dev STATE={_from_root(state)}")
    say(f"  then http://127.0.0.1:8233/namespaces/default/workflows/{incident.id}")
    return 0 if all(claims.values()) else 1
