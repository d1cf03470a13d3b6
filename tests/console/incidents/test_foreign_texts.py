"""What a stranger wrote can imitate no row or line of a list, an incident, or what is watched."""

from datetime import UTC, datetime

from hypothesis import given
from rich.console import RenderableType

from console.incidents.incident_table import table_of
from console.incidents.incident_view import header, timeline_line
from console.incidents.watch import _row_line
from console.terminal.failure import ExitCode, Failure
from console.terminal.output import failure_words, person
from incidents.finding import ListedIncident
from models.answers.view import IncidentView
from models.contracts.incident import Carried
from models.incident.timeline import EntryKind
from rules.commands.view import view_of
from rules.record.timeline import note
from tests.foreign_texts import FOREIGN
from tests.specimens import ANA, POLICY, after, an_incident

NOW = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)


def printed(human: RenderableType) -> list[str]:
    """The lines that a pipe gets."""
    terminal = person()
    with terminal.capture() as captured:
        terminal.print(human, soft_wrap=True)
    return captured.get().rstrip("\n").split("\n")


def row(text: str, number: int = 1) -> ListedIncident:
    """An incident of a list whose every text is foreign."""
    return ListedIncident(
        id=f"INC-260327-0000000{number}",
        title=text,
        service=text,
        manager=text,
        severity="SEV1",
        state="diagnosis",
        reported_at=NOW,
        next_due_at=None,
        breached=False,
        breached_clocks=(),
        on_hold=False,
        open=True,
    )


@given(FOREIGN)
def test_a_list_has_one_line_for_each_incident(text: str) -> None:
    """Each begins with the id of its incident, and has no gap that looks like a column."""
    rows = (row(text, 1), row(text, 2))
    head, *lines = printed(table_of(rows, NOW, wide=False))
    assert head.startswith("incident")
    assert [line.split(" ")[0] for line in lines] == [each.id for each in rows]
    told = printed(_row_line(rows[0], NOW))
    assert len(told) == 1
    assert "  " not in told[0].partition(": ")[2]


def seen(title: str, nature: str) -> IncidentView:
    """An incident whose report has foreign texts."""
    incident = an_incident(POLICY)
    report = incident.report.changed(title=title, nature=nature, service=title)
    return view_of(Carried(incident=incident.changed(report=report), policy=POLICY), after(1))


@given(FOREIGN)
def test_the_head_of_an_incident_has_the_same_lines_whatever_it_says(text: str) -> None:
    """Further lines of what somebody wrote are indented."""
    expected = [line.split(" ")[0] for line in printed(header(seen("x", "x")))]
    lines = printed(header(seen(text, text)))
    assert [line.split(" ")[0] for line in lines if not line.startswith("  ")] == expected
    assert "  " not in lines[0].removeprefix("INC-").partition("  ")[2]


@given(FOREIGN)
def test_a_line_of_a_timeline_is_one_line(text: str) -> None:
    """So no text can be read as a further line, with another time and actor."""
    incident = note(an_incident(POLICY), EntryKind.NOTE_ADDED, text, actor=ANA, now=after(1))
    assert len(printed(timeline_line(incident.timeline[-1]))) == 1


@given(FOREIGN)
def test_a_failure_that_repeats_a_foreign_text_has_the_same_lines(text: str) -> None:
    """What is missing and what is possible are named by us alone."""
    told = printed(failure_words(Failure("Refused", text, ExitCode.REFUSED, missing=(text,))))
    starts = [line for line in told if not line.startswith("  ")]
    assert starts[0].startswith("Error: ")
    assert starts[1:] == ["Missing:"]
