"""`policy check`: every problem where it stands, and an exit code that scripts can branch on."""

import json
from pathlib import Path

import pytest

from console.main import run
from tests.policies.written import LEAST, WHOLE

DEFAULT = Path(__file__).parents[2] / "policies" / "default.yaml"


def written(tmp_path: Path, text: str) -> str:
    """The path of a policy file with this text."""
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    return str(path)


def test_a_clean_policy_prints_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on stdout; a word on the side for people."""
    assert run(["policy", "check", str(DEFAULT)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "no problems\n"


def test_an_error_is_printed_where_it_stands_and_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each problem, in the form that editors understand."""
    path = written(tmp_path, WHOLE.replace("page: bo", "page: bob"))
    assert run(["policy", "check", path]) == 1
    out, err = capsys.readouterr()
    line = f"{path}:14:46: error: there is no person, role or channel bob; did you mean bo?"
    assert line in out.splitlines()
    assert err.startswith("1 error, ")


def test_warnings_alone_do_not_fail_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They say what is left open."""
    assert run(["policy", "check", written(tmp_path, LEAST)]) == 0
    out, err = capsys.readouterr()
    assert all(": warning: " in line for line in out.splitlines())
    assert err.startswith("0 errors, ")


def test_json_is_one_document_with_every_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs get what people get, in parts."""
    path = written(tmp_path, WHOLE.replace("page: bo", "page: bob"))
    assert run(["policy", "check", path, "--json"]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["errors"] == 1
    assert document["warnings"] == len(document["problems"]) - 1
    assert err == ""
    assert document["problems"][-1] == {
        "file": path,
        "line": 14,
        "column": 46,
        "where": "escalations.default[1].page[0]",
        "what": "there is no person, role or channel bob",
        "instead": "did you mean bo?",
        "level": "error",
    }


def test_a_file_that_is_not_there_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """In the same form as any other problem."""
    assert run(["policy", "check", "/nowhere.yaml"]) == 1
    out, _ = capsys.readouterr()
    assert out == "/nowhere.yaml:1:1: error: the file cannot be read: No such file or directory\n"


def test_text_that_would_steer_a_terminal_is_printed_harmless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A policy file may come from a stranger."""
    path = written(tmp_path, WHOLE.replace("page: bo", 'page: "\\e[31mbo\\n[red]"'))
    assert run(["policy", "check", path]) == 1
    out, _ = capsys.readouterr()
    assert "\x1b" not in out
    (line,) = [line for line in out.splitlines() if "error" in line]
    assert "[red]" in line
