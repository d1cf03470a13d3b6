"""`rehearse`: plays a scenario under a policy in seconds; no message leaves."""

import asyncio
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.status import Status

from connectors.feeds.settings import FeedSettings
from console.policies.file import a_file
from console.rehearsals.progress import Progress
from console.rehearsals.view import render
from console.terminal.arguments import AsJson
from console.terminal.failure import ExitCode, Failure, usage
from console.terminal.output import Output, note, words
from console.terminal.running import perform_alone
from console.terminal.zone import InUtc, times_in
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.server import time_skipping_server
from rehearsal.engine.virtual_time import Stuck
from rehearsal.play import play
from rehearsal.results.compare import Comparison, compare
from rehearsal.results.outcome import Judgement, judge
from rehearsal.results.played import SLACK, Played
from rehearsal.results.transcript import expectations
from rehearsal.scenarios.load import LoadedScenario, load_scenario
from runtime.embedded.server import EmbeddedServerFailed
from runtime.logging import configure_logging
from runtime.settings import SettingsBroken, load_settings

app = typer.Typer(add_completion=False)

PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="the policy; default: the one that the scenario names",
        parser=a_file,
    ),
]
ScenarioFile = Annotated[
    Path, typer.Option("--scenario", metavar="FILE", help="the scenario", parser=a_file)
]
Against = Annotated[
    Path | None,
    typer.Option(
        "--against", metavar="FILE", help="a second policy, to see what differs", parser=a_file
    ),
]
Expect = Annotated[
    bool, typer.Option("--expect", help="print what happened as the expect section of a scenario")
]
Story = Annotated[bool, typer.Option("--story", help="show the whole timeline, not only messages")]


@app.command()
def rehearse(
    context: typer.Context,
    *,
    scenario: ScenarioFile,
    policy: PolicyFile = None,
    against: Against = None,
    story: Story = False,
    expect: Expect = False,
    utc: InUtc = False,
    as_json: AsJson = False,
) -> None:
    """Play a scenario under a policy: who is paged when, and what breaches.

    The real workflow code runs on its own server, which skips time. No message leaves this machine.
    Exits 8 if the scenario has expectations and they are not met.
    """
    loaded = _loaded(scenario, policy)
    first = _policy(policy, loaded)
    second = _usable(RehearsedPolicy(against), loaded) if against else None
    output = Output.of(context, as_json=as_json)
    with output.waiting("rehearsing; this takes a while ...") as shown:
        progress = Progress(loaded, shown if isinstance(shown, Status) else None)
        played, other = perform_alone(lambda: _rehearse(loaded, first, second, progress))
    _say_if_slow(played)
    judgement = _judged(played, loaded)
    comparison = compare(played, other) if other else None
    with times_in(_zone(first, loaded), utc=utc):
        output.answer(
            _document(played, judgement, other, comparison),
            words(expectations(played))
            if expect
            else render(played, judgement, other, comparison, story=story),
        )
    raise typer.Exit(ExitCode.OK if judgement.as_expected else ExitCode.NOT_AS_EXPECTED)


def _zone(policy: RehearsedPolicy, loaded: LoadedScenario) -> str:
    """The time zone of the policy that is in force when the scenario starts."""
    starts = loaded.scenario.starts if loaded.scenario else datetime.now(UTC)
    return policy.compiled(None, starts).time_zone


def _say_if_slow(played: Played) -> None:
    if played.slack > SLACK:
        seconds = round(played.slack.total_seconds())
        note(f"This machine is busy: instants and durations may be off by {seconds} s.")


def _loaded(file: Path, policy: Path | None) -> LoadedScenario:
    loaded = load_scenario(file, policy)
    if loaded.scenario is None:
        problems = [asdict(problem) for problem in loaded.problems]
        lines = "\n".join(str(problem) for problem in loaded.problems)
        message = f"the scenario file has errors\n{lines}"
        raise Failure("ScenarioBroken", message, ExitCode.UNEXPECTED, facts={"problems": problems})
    return loaded


def _policy(file: Path | None, loaded: LoadedScenario) -> RehearsedPolicy:
    named = loaded.scenario.policy if loaded.scenario else None
    if file is None and named is None:
        raise usage("the scenario names no policy: name one", "--policy FILE")
    return _usable(RehearsedPolicy(file or loaded.beside(str(named))), loaded)


def _usable(policy: RehearsedPolicy, loaded: LoadedScenario) -> RehearsedPolicy:
    """The policy, if it can be used when the scenario starts. Raises PolicyBroken."""
    if loaded.scenario:
        policy.named(loaded.scenario.starts)
    return policy


def _judged(played: Played, loaded: LoadedScenario) -> Judgement:
    return judge(played, loaded.scenario) if loaded.scenario else Judgement()


async def _rehearse(
    loaded: LoadedScenario,
    policy: RehearsedPolicy,
    against: RehearsedPolicy | None,
    progress: Progress,
) -> tuple[Played, Played | None]:
    """Play under one policy, then under the other, on a server that ends with the rehearsal."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel if task else loop.stop)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as kept:
        folder = Path(kept)
        configure_logging("error", folder / "worker.log")
        try:
            async with time_skipping_server(folder) as client:
                policies = [policy, against] if against else [policy]
                feeds = _feeds()
                played = await asyncio.gather(
                    *(
                        play(client, loaded, each, folder, feeds, reached=progress)
                        for each in policies
                    )
                )
        except (Stuck, TimeoutError, EmbeddedServerFailed) as error:
            raise _failed(error, folder) from None
        except asyncio.CancelledError:
            raise Failure("Interrupted", "interrupted", ExitCode.INTERRUPTED) from None
    return played[0], played[1] if against else None


def _feeds() -> Mapping[str, FeedSettings]:
    """The feeds of this installation, which are only read. Other settings are not used."""
    try:
        return load_settings().feeds
    except SettingsBroken:
        return {}


def _failed(error: Exception, folder: Path) -> Failure:
    """The failure of the engine, with the end of its log, because the folder is deleted."""
    log = folder / "worker.log"
    text = log.read_text(encoding="utf-8", errors="replace").rstrip() if log.exists() else ""
    last = text.rpartition("\n")[2][:2000]
    said = f"\nThe worker's log ends with: {last}" if last else ""
    kind = type(error).__name__
    return Failure(kind, f"the rehearsal failed: {error or kind}{said}", ExitCode.UNEXPECTED)


def _document(
    played: Played, judgement: Judgement, other: Played | None, comparison: Comparison | None
) -> dict[str, Any]:
    document = {
        **played.model_dump(mode="json"),
        "judgement": {"as_expected": judgement.as_expected, **judgement.model_dump(mode="json")},
    }
    if other and comparison:
        document["against"] = {
            "policy": other.policy.model_dump(mode="json"),
            "same": comparison.same,
            **comparison.model_dump(mode="json"),
            "played": other.model_dump(mode="json"),
        }
    return document
