"""`policy check` prints every problem at its place; its exit code tells scripts the result."""

import json
from pathlib import Path

import pytest

from console.main import run
from tests.policies.written import LEAST, WHOLE

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "policies" / "default.yaml"
EXAMPLE = ROOT / "docs" / "example-policy.md"


def written(tmp_path: Path, text: str) -> str:
    """The path of a policy file with this text."""
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    return str(path)


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that resolve every channel of the default policy."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "http://127.0.0.1:1/pager")
    monkeypatch.setenv("INCIDENT_CHANNELS__STATUS__URL", "http://127.0.0.1:1/status")
    monkeypatch.setenv("INCIDENT_CHANNELS__EMAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("INCIDENT_CHANNELS__EMAIL__SENDER", "incidents@example.com")


@pytest.mark.usefixtures("channels")
def test_a_clean_policy_prints_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout stays empty; stderr has a line for people."""
    assert run(["policy", "check", str(DEFAULT)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "no problems\n"


def test_an_error_is_printed_at_its_place_and_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each problem is one line, in the form that editors understand."""
    path = written(tmp_path, WHOLE.replace("page: bo", "page: bob"))
    assert run(["policy", "check", path]) == 1
    out, err = capsys.readouterr()
    what = "there is no person, role, channel or schedule bob"
    line = f"{path}:14:46: error: {what}; did you mean bo?"
    assert line in out.splitlines()
    assert err.startswith("1 error, ")


def test_warnings_alone_do_not_fail_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They say what the policy leaves open."""
    assert run(["policy", "check", written(tmp_path, LEAST)]) == 0
    out, err = capsys.readouterr()
    told = [line.split()[1] for line in out.splitlines()]
    assert set(told) == {"warning:"}
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
    assert document["warnings"] == len(document["problems"]) - 2
    assert document["notes"] == 1
    assert err == ""
    assert document["problems"][-2] == {
        "file": path,
        "line": 14,
        "column": 46,
        "where": "escalations.default[1].page[0]",
        "what": "there is no person, role, channel or schedule bob",
        "instead": "did you mean bo?",
        "level": "error",
    }


def test_a_missing_file_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """The problem has the same form as any other."""
    assert run(["policy", "check", "/nowhere.yaml"]) == 1
    out, _ = capsys.readouterr()
    assert out == "/nowhere.yaml:1:1: error: the file cannot be read: No such file or directory\n"


def test_a_blank_name_is_not_the_current_directory(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage: a script probably forgot to set a variable."""
    assert run(["policy", "check", ""]) == 2
    assert "blank" in capsys.readouterr().err


def test_text_that_would_steer_a_terminal_is_printed_without_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A policy file may come from a stranger."""
    path = written(tmp_path, WHOLE.replace("page: bo", 'page: "\\e[31mbo\\n[red]"'))
    assert run(["policy", "check", path]) == 1
    out, _ = capsys.readouterr()
    assert "\x1b" not in out
    (line,) = [line for line in out.splitlines() if "error" in line]
    assert "[red]" in line


def test_channels_without_a_setting_are_noted_with_the_settings_they_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line after the gaps names them. Some channels need no setting."""
    kinds = "pager: { kind: webhook, fallback: post }, post: { kind: email, fallback: log }"
    text = WHOLE.replace("pager: { kind: webhook, fallback: log }", kinds)
    path = written(
        tmp_path, text.replace("log: { kind: log }", "log: { kind: log }, My_Log: { kind: log }")
    )
    assert run(["policy", "check", path]) == 0
    out, _ = capsys.readouterr()
    assert out.splitlines()[-1].partition(" note: ")[2] == (
        "no setting says what the channels pager, post, My_Log are; "
        "set INCIDENT_CHANNELS__PAGER__URL, INCIDENT_CHANNELS__POST__HOST; "
        "call My_Log my-log: names of settings ignore case and the difference of _ and -"
    )
    assert out.count("no setting") == 1


def test_a_policy_is_checked_even_if_the_settings_are_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A remark says that its channels were not checked."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__PORT", "none")
    assert run(["policy", "check", str(DEFAULT)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "channels were not checked" in err


def test_a_policy_is_rendered_to_stdout_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout has exactly the document, so that it can be piped; stderr has words for people."""
    assert run(["policy", "render", str(DEFAULT)]) == 0
    out, err = capsys.readouterr()
    assert out == EXAMPLE.read_text(encoding="utf-8")
    assert err == "left unanswered: nothing\n"


def test_the_format_follows_from_the_output_s_name_or_from_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page suits an intranet, a Markdown file a repository."""
    page, text = tmp_path / "policy.html", tmp_path / "policy.md"
    assert run(["policy", "render", str(DEFAULT), "--output", str(page)]) == 0
    assert run(["policy", "render", str(DEFAULT), "--output", str(text)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert text.read_bytes() == EXAMPLE.read_bytes()
    capsys.readouterr()
    assert run(["policy", "render", str(DEFAULT), "--format", "html"]) == 0
    assert capsys.readouterr().out == page.read_text(encoding="utf-8")


def test_a_document_is_not_written_into_a_file_of_another_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No viewer opens Markdown in a .pdf; an explicit format is accepted."""
    page = tmp_path / "policy.pdf"
    assert run(["policy", "render", str(DEFAULT), "--output", str(page)]) == 2
    assert "a document is written as Markdown (.md) or HTML (.html)" in capsys.readouterr().err
    assert not page.exists()
    assert run(["policy", "render", str(DEFAULT), "--output", str(page), "--format", "html"]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_rendered_policy_as_json_has_the_text_and_what_identifies_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A program that files the document somewhere needs both."""
    assert run(["policy", "render", str(DEFAULT), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == "markdown"
    assert document["unanswered"] == 0
    assert document["policy_hash"] in document["text"]


def test_a_policy_with_errors_is_not_rendered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A document must not promise what cannot run. Nothing is written."""
    path = written(tmp_path, WHOLE.replace("page: bo", "page: bob"))
    output = tmp_path / "policy.md"
    assert run(["policy", "render", path, "--output", str(output)]) == 1
    assert "there is no person, role, channel or schedule bob" in capsys.readouterr().err
    assert not output.exists()


def test_a_path_that_cannot_be_written_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer says why; another path will do."""
    assert run(["policy", "render", str(DEFAULT), "--output", "/nowhere/policy.md"]) == 2
    assert "/nowhere/policy.md cannot be written: No such file" in capsys.readouterr().err


def test_the_schema_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It equals the file that lies beside the policies."""
    shipped = DEFAULT.with_name("policy.schema.json").read_text(encoding="utf-8")
    assert run(["policy", "schema"]) == 0
    assert capsys.readouterr().out == shipped
    output = tmp_path / "schema.json"
    assert run(["policy", "schema", "--output", str(output), "--json"]) == 0
    assert output.read_text(encoding="utf-8") == shipped
    assert json.loads(capsys.readouterr().out) == {"written": str(output)}


def test_versions_are_listed_with_the_instant_at_which_each_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Instants are in UTC; the version in force is marked."""
    (tmp_path / "first.yaml").write_text("time_zone: Europe/London\n" + LEAST)
    assert run(["policy", "versions", str(tmp_path)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("2026-01-01 00:00:00Z  1 ")
    assert line.endswith("first.yaml  in force")


def test_a_kind_that_contradicts_the_settings_is_an_error_at_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policy calls the pager a webhook; the settings make it a mail server."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__HOST", "127.0.0.1")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__SENDER", "incidents@example.com")
    assert run(["policy", "check", str(DEFAULT)]) == 1
    out, _ = capsys.readouterr()
    errors = [line for line in out.splitlines() if ": error: " in line]
    assert len(errors) == 1
    assert "the policy says webhook, the settings of pager say email" in errors[0]
    assert "write email here, or change the settings" in errors[0]
