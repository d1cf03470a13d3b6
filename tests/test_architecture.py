"""The rooms are those of this repository, and each keeps to its size."""

import ast
import importlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from models.people.party import PartyKind
from models.time.moments import DerivedKind

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES_OF_NOTHING = frozenset({"common", "helper", "helpers", "manager", "misc", "util", "utils"})
MOST_FILES_OF_A_FOLDER = 15
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40
ENTRY_LINES = 30


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_of_this_repository(room: str) -> None:
    """No installed package of the same name stands before it."""
    origin = importlib.import_module(room).__file__
    assert origin is not None
    assert Path(origin).parent == ROOT / room


def test_every_folder_with_code_is_a_room() -> None:
    """The direction of imports is checked for all of the code."""
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"benchmarks"} == set(ROOMS)


class Function(NamedTuple):
    """What the tests ask of a function."""

    name: str
    lines: int
    says: str | None


@cache
def functions_of(path: Path) -> tuple[Function, ...]:
    """Every function of a file."""
    return tuple(
        Function(node.name, (node.end_lineno or 0) - node.lineno, ast.get_docstring(node))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def nodes_of(path: Path, names: Iterable[str]) -> Iterator[ast.AST]:
    """The nodes of a file that has one of the names; most have none, and parsing takes long."""
    text = path.read_text()
    if any(name in text for name in names):
        yield from ast.walk(ast.parse(text))


def place(path: Path, name: str = "") -> str:
    """Where something is, for whoever must mend it."""
    return f"{path.relative_to(ROOT)} {name}".strip()


def test_no_folder_is_crowded() -> None:
    """A folder with more files gets rooms inside, so that its names can be read at one glance."""
    folders = Counter(path.parent for path in (*SOURCES, *TESTS) if path.name != "__init__.py")
    crowded = [place(f) for f, files in folders.items() if files > MOST_FILES_OF_A_FOLDER]
    assert crowded == []


def test_no_file_is_long() -> None:
    """A file that outgrows its one subject is split."""
    long = [place(p) for p in (*SOURCES, *TESTS) if len(p.read_text().splitlines()) > MOST_LINES]
    assert long == []


def test_no_function_is_long() -> None:
    """What a function does is seen at one glance."""
    long = [
        place(path, function.name)
        for path in (*SOURCES, *TESTS)
        for function in functions_of(path)
        if function.lines >= MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_every_module_is_named_for_what_it_is() -> None:
    """What is called utilities has no subject, and soon has all of them."""
    named = [place(p) for p in (*SOURCES, *TESTS) if NAMES_OF_NOTHING & set(p.stem.split("_"))]
    assert named == []


def test_every_test_says_what_it_claims() -> None:
    """In a line of its own: the name says what holds, the docstring why it matters."""
    silent = [
        place(path, function.name)
        for path in TESTS
        for function in functions_of(path)
        if function.name.startswith("test_") and not function.says
    ]
    assert silent == []


def test_no_test_is_skipped() -> None:
    """A test that does not run promises what nobody has looked at.

    One file may skip: without a browser there is nothing to drive, and `.ci/run` installs one.
    """
    ways = ("mark." + "skip", "mark." + "xfail", "pytest." + "skip(", "import" + "orskip")
    skipped = [place(path) for path in TESTS if any(way in path.read_text() for way in ways)]
    assert skipped == ["tests/web/browser/conftest.py"]
    assert "BROWSER_TESTS=required" in (ROOT / ".ci" / "run").read_text()


def test_a_record_is_changed_in_one_way_only() -> None:
    """`changed` is checked; `model_copy` takes any name and any type without a word."""
    unchecked = [
        f"{place(path)}:{node.lineno}"
        for path in (*SOURCES, *TESTS)
        for node in nodes_of(path, ["model_copy"])
        if isinstance(node, ast.Attribute) and node.attr == "model_copy"
    ]
    assert unchecked == []


READ_AS_VALUES = (ROOT / "rules", ROOT / "policies", ROOT / "workflows")
"""Rooms that speak of parties, clocks, moments and rules, and never of the text that means them."""

PREFIXES = tuple(
    f"{kind}:" for kind in (*PartyKind, *DerivedKind, "approval", "handover", "holding")
)
"""How the text of such a value begins."""

COLONS = {
    "policies/reading/problems.py": "FILE:LINE:COLUMN, as compilers say where something is",
    "rules/time/localtime.py": "reads the hours and minutes of a clock on the wall",
    "rules/time/weekly.py": "writes them",
}
"""Files where a colon between two values is another one."""


def cut_or_glued(node: ast.AST) -> bool:
    """Whether something cuts a text at its colon, or puts one together with a colon."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        cuts = node.func.attr in {"partition", "rpartition", "split", "rsplit"}
        return cuts and any(ast.unparse(given) == "':'" for given in node.args)
    return isinstance(node, ast.JoinedStr) and ":" in begun(node)


def begun(node: ast.JoinedStr) -> list[str]:
    """The texts of an f-string after which a value comes."""
    return [str(text.value) for text in node.values[:-1] if isinstance(text, ast.Constant)]


def prefixed(node: ast.AST) -> bool:
    """Whether something has one of the prefixes, or puts one before a value."""
    if isinstance(node, ast.JoinedStr):
        return any(text.endswith(PREFIXES) for text in begun(node))
    return isinstance(node, ast.Constant) and node.value in PREFIXES


def test_what_a_text_means_is_read_in_one_place() -> None:
    """`role:lead`, `update:customers` and `reopen:closed` are values; `models/` has their text."""
    cut = {
        place(path, ast.unparse(node))
        for path in SOURCES
        if any(room in path.parents for room in READ_AS_VALUES) and place(path) not in COLONS
        for node in ast.walk(ast.parse(path.read_text()))
        if cut_or_glued(node)
    }
    assert cut == set()


def test_only_the_type_of_a_value_knows_its_prefix() -> None:
    """No room looks for `role:` in a text, or writes it before a name."""
    known = {place(path) for path in SOURCES for node in nodes_of(path, PREFIXES) if prefixed(node)}
    assert known == {"models/time/clock_name.py"}


SPEAKS_TO_WORKFLOWS = frozenset(
    {
        "count_workflows",
        "execute_update",
        "execute_update_with_start_workflow",
        "execute_workflow",
        "fetch_history",
        "fetch_history_events",
        "get_workflow_handle",
        "get_workflow_handle_for",
        "list_workflows",
        "query",
        "start_update",
        "start_update_with_start_workflow",
        "start_workflow",
        "workflow_service",
    }
)
"""What a client of Temporal offers to whoever starts, tells, asks, finds or reads a workflow."""

SPEAKS_ITSELF = {
    "rehearsal/engine/virtual_time.py": "moves their clocks: the test server takes their handles",
    "runtime/search_attributes.py": "asks and tells the namespace, no workflow",
    "runtime/worker/priority_after_first_page.py": "a worker lowers it for a workflow that it ran",
    "runtime/storing.py": "tries whether Temporal takes a workflow, with one that never runs",
    "runtime/worker/beat.py": "asks whether Temporal sees this worker ask for work",
    "benchmarks/life.py": "measures the calls themselves",
    "benchmarks/load.py": "measures the calls themselves",
}
"""What speaks to Temporal outside of `incidents/`, each with why."""


def called(node: ast.Call) -> set[str]:
    """The names by which something is called; not what a workflow declares that it answers."""
    names = ast.unparse(node.func)
    return set() if names == "workflow.query" else set(names.split("."))


def test_only_the_room_of_incidents_speaks_to_workflows() -> None:
    """Console, web server, rehearsals and activities make the same calls as what comes next."""
    benchmarks = sorted((ROOT / "benchmarks").rglob("*.py"))
    speaking = {
        str(path.relative_to(ROOT))
        for path in (*SOURCES, *benchmarks)
        for node in nodes_of(path, SPEAKS_TO_WORKFLOWS)
        if isinstance(node, ast.Call) and SPEAKS_TO_WORKFLOWS & called(node)
    }
    assert {path for path in speaking if not path.startswith("incidents/")} == set(SPEAKS_ITSELF)


def test_a_module_of_activities_is_an_activity() -> None:
    """What many need is in `incidents/`, not beside what a worker runs."""
    library = [
        place(path)
        for path in (ROOT / "activities").glob("*.py")
        if path.name != "__init__.py" and "@activity.defn" not in path.read_text()
    ]
    assert library == []


@pytest.mark.parametrize("entry", ["worker.py", "starter.py"])
def test_an_entry_point_only_enters(entry: str) -> None:
    """What runs is in the rooms, where it is tested."""
    assert len((ROOT / entry).read_text().splitlines()) <= ENTRY_LINES


def test_only_the_settings_read_the_environment() -> None:
    """Everything that can be set is seen in one file; the stack hands its environment on."""
    readers = {str(p.relative_to(ROOT)) for p in SOURCES if "os.environ" in p.read_text()}
    assert readers <= {"runtime/settings.py", "runtime/embedded/stack.py"}


def test_the_lock_names_no_registry() -> None:
    """It installs from whatever registry a machine is set up for."""
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "index-url" not in lock
