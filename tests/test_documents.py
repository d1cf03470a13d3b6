"""What the documents say of the code is what the code says."""

import re
from pathlib import Path

import pytest

from connectors.channels.kind import Repeat
from connectors.channels.kinds import KINDS
from console.terminal.failure import ExitCode
from models.command import COMMANDS
from models.compiled import BOUND_BYTES as POLICY_BOUND_BYTES
from models.incident.search_attributes import SEARCH_ATTRIBUTES
from models.incident.timeline import EntryKind
from models.scenario import EVENT_KEYS, Expectation, Scenario
from rules.commands.judging import refusals
from rules.record import carried as carrying
from rules.record.timeline import SUMMARY_BOUND
from runtime.settings import ROOT, Settings
from workflows.incident import outbox, switch

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
KIB = 1024


def test_every_setting_is_explained() -> None:
    """And nothing is explained that is no setting."""
    told = set(re.findall(r"INCIDENT_[A-Z_]+", OPERATIONS))
    top = {name.partition("__")[0] for name in told}
    assert top == {f"INCIDENT_{name.upper()}" for name in Settings.model_fields}


def test_every_field_of_a_channel_is_explained() -> None:
    """Channels are what everybody has to set."""
    fields = {name for kind in KINDS.values() for name in kind.settings.model_fields}
    missing = [name for name in fields if f"`{name.upper()}`" not in OPERATIONS]
    assert missing == []


def test_every_kind_of_channel_is_listed_with_what_it_can_do_and_what_a_repeat_does() -> None:
    """In the order of the list in the code."""
    table = OPERATIONS.partition("| kind | can | a repeat |")[2].partition("\n\n")[0]
    listed = [
        (cells[1].strip(" `"), set(cells[2].strip().split(", ")), cells[3].strip(" `"))
        for cells in (line.split("|") for line in table.splitlines()[2:])
    ]
    assert listed == [(kind.name, {*kind.can}, kind.repeat.value) for kind in KINDS.values()]
    explained = {word for word in Repeat if f"- `{word.value}`: " in OPERATIONS}
    assert {kind.repeat for kind in KINDS.values()} <= explained


def test_every_search_attribute_is_listed_with_its_type() -> None:
    """Administrators register them by hand where our own command may not."""
    rows = [line for line in OPERATIONS.splitlines() if line.startswith("| `Incident")]
    listed = {
        name: row.split("|")[2].strip().lower()
        for row in rows
        for name in re.findall(r"`(Incident\w+)`", row)
    }
    assert listed == {a.name: a.kind.replace("_", "") for a in SEARCH_ATTRIBUTES}


def test_every_command_is_in_the_console_s_document() -> None:
    """As a person types it."""
    console = (ROOT / "docs" / "console.md").read_text()
    public = [spec.typed for spec in COMMANDS.values() if not spec.internal]
    assert [typed for typed in public if f"starter.py {typed} " not in console] == []


@pytest.mark.parametrize(
    ("what", "amount"),
    [
        ("compiled policy", f"{POLICY_BOUND_BYTES // KIB} KiB"),
        ("record without timeline and alerts", f"{carrying.RECORD_BOUND_BYTES // KIB} KiB"),
        ("timeline as carried by a run", f"{carrying.BOUND_BYTES // KIB} KiB"),
        ("a line of the timeline", f"{SUMMARY_BOUND} characters"),
        (
            "refusals on the timeline",
            "of each sort "
            + ", ".join(f"{most} ({sort})" for sort, most in refusals.REFUSALS_KEPT.items()),
        ),
        ("results of processed commands", f"the newest {switch.REMEMBERED}"),
        ("alerts with labels, per incident", f"{carrying.ALERTS_IN_FULL}"),
        ("a delivery", f"{outbox.ROUNDS} rounds"),
    ],
)
def test_the_limits_are_those_of_the_code(what: str, amount: str) -> None:
    """Whoever plans with them must be able to rely on them."""
    [row] = [line for line in ARCHITECTURE.splitlines() if line.startswith(f"| {what} |")]
    assert amount in row.split("|")[2]


def test_the_readme_shows_the_document_that_the_default_policy_renders_to() -> None:
    """What is shown of it is what it says now."""
    readme = (ROOT / "README.md").read_text()
    shown = readme.partition("\n### Deadlines (SLA)\n")[2].partition("```")[0]
    assert shown.strip()
    assert shown in (ROOT / "docs" / "example-policy.md").read_text()


def test_the_worked_example_of_a_rehearsal_is_the_file_that_is_played() -> None:
    """Whoever copies it gets what is shown."""
    told = (ROOT / "docs" / "rehearsal.md").read_text()
    assert (ROOT / "docs" / "examples" / "friday-evening.yaml").read_text() in told


def test_every_key_of_a_scenario_is_explained() -> None:
    """Of the file, of its events and of its expectations."""
    told = (ROOT / "docs" / "rehearsal.md").read_text()
    keys = {*Scenario.model_fields, *EVENT_KEYS, *Expectation.model_fields}
    assert {key for key in keys if f"`{key}" not in told and f" {key}:" not in told} == set()


def test_every_exit_code_is_explained() -> None:
    """Scripts branch on them."""
    console = (ROOT / "docs" / "console.md").read_text()
    assert [int(code) for code in ExitCode if f"\n| {int(code)} |" not in console] == []


def test_claims_to_break_name_tests_that_exist() -> None:
    """The table of what turns red is tried by those who learn the code."""
    told = set(re.findall(r"`(test_\w+)`", (ROOT / "CONTRIBUTING.md").read_text()))
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in told if f"def {name}(" not in tests} == set()


def test_every_query_for_auditors_asks_for_incidents_alone() -> None:
    """Groups, workloads and archives are workflows too."""
    auditing = (ROOT / "docs" / "auditing.md").read_text()
    queries = [code for code in re.findall(r"`(.+?)`(?= \|)", auditing) if re.search("[=>]", code)]
    assert len(queries) > 5
    assert [query for query in queries if not query.startswith("WorkflowType='Incident' AND")] == []
    attributes = {a.name for a in SEARCH_ATTRIBUTES}
    assert attributes <= set(re.findall(r"Incident[A-Z]\w+", auditing)), "each is explained"


MODULES = {
    named
    for path in (*ROOT.glob("*.py"), *ROOT.glob("[a-z]*/**/*.py"))
    for named in (path.name, path.relative_to(ROOT).as_posix())
}
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))


def anchors(page: Path) -> set[str]:
    """What links can name in a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_document_leads_somewhere(page: Path) -> None:
    """To a file that exists, and a heading in it."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" in link or (target.exists() and (not anchor or anchor in anchors(target))):
            continue
        broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_document_names_exists(page: Path) -> None:
    """By its path, or by its name alone."""
    assert set(re.findall(r"`([\w/]+\.py)`", prose(page))) - MODULES == set()


def test_every_event_to_watch_for_is_one_that_is_written() -> None:
    """On the timeline, whose kinds are all logged, or by a process itself."""
    table = OPERATIONS.partition("| watch for |")[2].partition("\n\n")[0]
    events = re.findall(r"`([a-z_*]+\.[a-z_]+)`", table)
    written = {*EntryKind, *_logged()}
    written |= {f"*.{kind.partition('.')[2]}" for kind in EntryKind}
    assert len(events) > 10
    assert [event for event in events if event not in written] == []


def _logged() -> set[str]:
    """The events that processes write to their logs."""
    rooms = ("activities", "incidents", "web", "runtime", "workflows")
    sources = "".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))
    return set(re.findall(r'log(?:ger)?\.\w+\(\s*"([a-z_.]+)"', sources))


def test_every_line_of_a_timeline_that_is_explained_can_be_written() -> None:
    """Under the name that the documents give it."""
    things = {kind.partition(".")[0] for kind in EntryKind} - {"archive", "policy", "run"}
    unknown = [
        f"{page.name}: {name}"
        for page in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", page.read_text())
        if name.partition(".")[0] in things and name.rpartition(".")[2] != "py"
        if name not in {*EntryKind, *_logged()}
    ]
    assert unknown == []
