"""Lists of incidents come from the server's visibility alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from temporalio.testing import WorkflowEnvironment

from console.incidents.incident_table import breach_words, table_of
from console.terminal.output import person
from incidents.finding import ListedIncident, most_urgent_first
from rules.clocks.recorded_breaches import corrected_clocks
from tests.console.conftest import TypeAt
from tests.console.life import ended, reported, working
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
ODD = "it's) OR (1 = 1"


async def eventually(at_console: TypeAt, *line: str, ids: set[str]) -> list[dict[str, Any]]:
    """The list, once visibility has caught up with the incidents."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            said = await at_console("list", *line, "--json")
            assert said.code == 0, said
            rows: list[dict[str, Any]] = said.document["incidents"]
            if {row["id"] for row in rows} == ids:
                return rows
            await asyncio.sleep(0.02)


async def test_filters_select_by_what_the_incidents_wrote(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """These are state, severity, service, manager, hold and openness; values may hold quotes."""
    service = f"svc-{task_queue}"
    client = time_skipping.client
    async with working(client, task_queue, tmp_path):
        one = await reported(client, task_queue, suffix="-1", service=service)
        two = await reported(client, task_queue, suffix="-2", service=service, severity="SEV2")
        odd = await reported(client, task_queue, suffix="-3", service=f"{ODD} {task_queue}")
        await at_console("acknowledge", one)
        await at_console("hold", one, "third_party")
        await at_console("cancel", two, "false_alarm")
        mine = ("--service", service)
        await eventually(at_console, *mine, ids={one, two})
        await eventually(at_console, *mine, "--state", "assessment", ids={one})
        await eventually(at_console, *mine, "--severity", "SEV2", "--severity", "SEV3", ids={two})
        await eventually(at_console, *mine, "--manager", "ana", ids={one})
        await eventually(at_console, *mine, "--on-hold", ids={one})
        await eventually(at_console, *mine, "--breached", ids=set())
        (row,) = await eventually(at_console, *mine, "--open", ids={one})
        await eventually(at_console, "--service", f"{ODD} {task_queue}", ids={odd})
        human = await at_console("list", *mine)
    assert (row["title"], row["state"], row["on_hold"], row["open"]) == (
        "Checkout fails",
        "assessment",
        True,
        True,
    )
    assert "on hold" in human.out
    assert "cancelled" in human.out


async def test_a_reopened_incident_is_listed_once_in_its_present_state(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Its earlier runs are history: no filter finds them."""
    service = f"again-{task_queue}"
    client = time_skipping.client
    async with working(client, task_queue, tmp_path):
        one = await reported(client, task_queue, service=service, severity="SEV3")
        await at_console("resolve", one, "--step", "verify")
        await ended(client, one)
        await eventually(at_console, "--service", service, "--state", "closed", ids={one})
        said = await at_console("reopen", one)
        assert said.code == 0, said
        (row,) = await eventually(
            at_console, "--service", service, "--state", "diagnosis", ids={one}
        )
        assert row["open"]
        await eventually(at_console, "--service", service, "--state", "closed", ids=set())
        await eventually(at_console, "--service", service, ids={one})


async def test_a_shortened_list_says_that_there_is_more(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """The document and stderr say so. A list that just fits is complete."""
    service = f"more-{task_queue}"
    client = time_skipping.client
    async with working(client, task_queue, tmp_path):
        both = {
            await reported(client, task_queue, suffix=f"-{n}", service=service) for n in range(2)
        }
        await eventually(at_console, "--service", service, ids=both)
    said = await at_console("list", "--service", service, "--limit", "1", "--json")
    assert len(said.document["incidents"]) == 1
    assert (said.document["limit"], said.document["more"]) == (1, True)
    assert said.err == "only the newest 1; --limit shows more\n"
    said = await at_console("list", "--service", service, "--limit", "2", "--json")
    assert (said.document["more"], said.err) == (False, "")


async def test_an_empty_list_says_so_and_exits_0(at_console: TypeAt) -> None:
    """Finding nothing is no error."""
    said = await at_console("list", "--service", "no such service")
    assert (said.code, said.out.strip()) == (0, "no incident matches")


@pytest.mark.parametrize("line", [["--state", "sleeping"], ["--limit", "0"]])
async def test_a_filter_that_means_nothing_is_wrong_usage(
    at_console: TypeAt, line: list[str]
) -> None:
    """An unknown state does not make an empty list."""
    assert (await at_console("list", *line)).code == 2


def a_row(name: str, **facts: Any) -> ListedIncident:
    """An incident of a list."""
    usual: dict[str, Any] = {
        "title": "Checkout fails",
        "state": "assessment",
        "severity": "SEV1",
        "service": None,
        "manager": None,
        "reported_at": NOW,
        "next_due_at": None,
        "breached": False,
        "breached_clocks": (),
        "on_hold": False,
        "open": True,
    }
    return ListedIncident(id=name, **{**usual, **facts})


def printed(rows: list[ListedIncident], width: int = 80, *, wide: bool = False) -> list[str]:
    """The lines of a table on a terminal of a width."""
    terminal = Console(file=StringIO(), width=width, force_terminal=False)
    terminal.print(table_of(rows, NOW, wide=wide))
    assert isinstance(terminal.file, StringIO)
    return terminal.file.getvalue().splitlines()


def test_a_list_fits_eighty_columns_with_one_line_for_each_incident() -> None:
    """Long titles end in an ellipsis, wide letters count as two, and nothing else wraps."""
    rows = [
        a_row(
            f"INC-260327-{number}2345678",
            title=title,
            service="checkout",
            manager="bartholomew-the-great",
            next_due_at=NOW + timedelta(days=11, hours=5),
            breached_clocks=("acknowledge", "resolve"),
            corrected_clocks=("resolve",),
        )
        for number, title in enumerate(["Checkout fails " * 9, "決済" * 60, "short"])
    ]
    lines = printed(rows)
    assert len(lines) == 1 + len(rows)
    assert max(Text(line).cell_len for line in lines) <= 80
    assert lines[0].split() == ["incident", "sev", "state", "due", "late", "manager", "title"]
    assert [line[-1] for line in lines[1:]] == ["…", "…", "…"]
    assert "1! (1)" in lines[1]
    assert "acknowledge, resolve (corrected)" in "".join(printed(rows, 300, wide=True))


def test_the_soonest_due_comes_first_and_columns_without_a_word_are_left_out() -> None:
    """Of what is due at the same time, or never, the worst comes first."""
    soon, later = NOW + timedelta(minutes=5), NOW + timedelta(hours=2)
    rows = [
        a_row("INC-4", severity="SEV1"),
        a_row("INC-3", severity="SEV2", next_due_at=later),
        a_row("INC-2", severity="SEV1", next_due_at=later),
        a_row("INC-1", severity="SEV3", next_due_at=soon),
        a_row("INC-0", severity="SEV4", next_due_at=NOW - timedelta(minutes=1)),
    ]
    lines = printed(rows)
    assert [line.split()[0] for line in lines[1:]] == ["INC-0", "INC-1", "INC-2", "INC-3", "INC-4"]
    assert lines[0].split() == ["incident", "sev", "state", "due", "title"]
    assert "1m 00s ago" in lines[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--severity", "SEV7"), "there are: SEV1, SEV2, SEV3, SEV4"),
        (("--severity", "sev1"), "did you mean SEV1?"),
        (("--manager", "anna"), "did you mean ana?"),
        (("--person", "omarr"), "there are: ana, bo, cy"),
        (("--manager",), "requires an argument"),
    ],
)
async def test_a_list_that_is_empty_by_mistake_says_what_was_meant(
    at_console: TypeAt, typed: tuple[str, ...], words: str
) -> None:
    """It is wrong usage; an old incident with an old severity is still found."""
    said = await at_console("list", *typed)
    assert (said.code, words in said.err) == (2, True), said


def test_on_a_pipe_each_incident_is_one_line_whatever_its_title(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Scripts that cut by lines and columns get all of it, and no title steers a terminal."""
    title = "Checkout fails " * 20 + "\u202e\x1b[2J\nINC-FORGED  SEV4"
    row = ListedIncident(
        id="INC-1",
        title=title,
        state="assessment",
        severity="SEV1",
        service=None,
        manager=None,
        reported_at=NOW,
        next_due_at=None,
        breached=False,
        breached_clocks=(),
        on_hold=False,
        open=True,
    )
    person().print(table_of((row,), NOW, wide=False))
    head, told = capsys.readouterr().out.splitlines()
    assert head.startswith("incident")
    assert told.startswith("INC-1")
    assert told.rstrip().endswith("Checkout fails " * 20 + "[2J INC-FORGED SEV4")


def test_a_corrected_breach_is_listed_as_corrected() -> None:
    """The word stays in its column."""
    row = ListedIncident(
        id="INC-1",
        title="t",
        state="review",
        severity="SEV1",
        service=None,
        manager=None,
        reported_at=NOW,
        next_due_at=None,
        breached=True,
        breached_clocks=("acknowledge", "resolve"),
        corrected_clocks=corrected_clocks(["corrected:acknowledge"]),
        on_hold=False,
        open=True,
    )
    words = list(breach_words(row))
    assert words == ["acknowledge (corrected)", "resolve"]


def test_of_equally_due_incidents_the_worst_is_first() -> None:
    """As the policy ranks its severities, not by their names; one of another policy is last."""
    found = {"INC-1": "minor", "INC-2": "critical", "INC-3": "moderate", "INC-4": "apex"}
    rows = [a_row(name, severity=severity) for name, severity in found.items()]
    due = a_row("INC-5", severity="minor", next_due_at=NOW)
    ordered = most_urgent_first([*rows, due], ("critical", "moderate", "minor"))
    assert [row.id for row in ordered] == ["INC-5", "INC-2", "INC-3", "INC-1", "INC-4"]
    assert [row.id for row in most_urgent_first(rows)] == ["INC-4", "INC-2", "INC-1", "INC-3"]
