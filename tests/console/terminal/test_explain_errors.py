"""Every exception becomes a failure with an exit code; none becomes a traceback."""

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from console.terminal.explain_errors import failure_of, refusal
from console.terminal.failure import EXIT_CODES, ExitCode, Failure
from console.terminal.output import show_failure
from incidents.errors import CommandRefused
from tests.console.conftest import Type


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("TransitionNotAllowed", ExitCode.REFUSED),
        ("Refused", ExitCode.REFUSED),
        ("NotAuthorised", ExitCode.NOT_AUTHORISED),
        ("Malformed", ExitCode.USAGE),
        ("SomethingElse", ExitCode.UNEXPECTED),
    ],
)
def test_each_kind_of_refusal_has_its_exit_code(kind: str, code: ExitCode) -> None:
    """Scripts read the code, people the message."""
    error = ApplicationError("no", {"refusal": kind, "message": "no, because"}, type=kind)
    failure = refusal(CommandRefused(error), "INC-1")
    assert failure.code is code
    assert failure.document()["error"]["exit_code"] == int(code)


@pytest.mark.parametrize("details", [(), (None,), ("text",), ({"missing": "no list"},)])
def test_a_refusal_without_readable_details_is_still_a_refusal(details: tuple[object, ...]) -> None:
    """Another version may send other details; the message and the type remain."""
    failure = refusal(CommandRefused(ApplicationError("no", *details, type="Refused")), "INC-1")
    assert (failure.code, failure.message) == (ExitCode.REFUSED, "no")
    assert failure.missing == ()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (RPCStatusCode.UNAVAILABLE, ExitCode.NOT_REACHABLE),
        (RPCStatusCode.DEADLINE_EXCEEDED, ExitCode.NOT_REACHABLE),
        (RPCStatusCode.PERMISSION_DENIED, ExitCode.NOT_AUTHORISED),
        (RPCStatusCode.INTERNAL, ExitCode.UNEXPECTED),
    ],
)
def test_each_answer_of_the_server_has_its_exit_code(status: RPCStatusCode, code: ExitCode) -> None:
    """A server that is away, one that refuses the login, and a broken one have different codes."""
    assert failure_of(RPCError("said the server", status, b"")).code is code


def test_an_unexpected_error_is_one_line() -> None:
    """It has type and text, and no traceback."""
    failure = failure_of(ZeroDivisionError("division by zero"))
    assert failure.code is ExitCode.UNEXPECTED
    assert failure.message == "ZeroDivisionError: division by zero"
    assert failure_of(ZeroDivisionError()).message == "ZeroDivisionError"


def test_a_bug_in_a_command_exits_1_without_a_traceback(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person gets a line and the script a code, whatever breaks inside."""

    def broken(_: object) -> None:
        message = "broken inside"
        raise ValueError(message)

    monkeypatch.setattr("console.incidents.show.perform", broken)
    said = type_("show", "INC-1")
    assert said.code == 1
    assert said.err.strip() == "Error: ValueError: broken inside"


def test_a_refusal_says_once_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """If the message repeats the list, the list is cut; names are as people type them."""
    failure = Failure(
        "TransitionNotAllowed",
        "close is refused in state review: no lesson; no review",
        ExitCode.REFUSED,
        missing=("no lesson", "no review"),
        possible=("add_lesson", "assign_role"),
        may=("incident_manager (ana)",),
    )
    show_failure(failure, as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "Error: close is refused in state review",
        "Missing:",
        "  - no lesson",
        "  - no review",
        "May do it: incident_manager (ana)",
        "Possible now: add-lesson, assign",
    ]


def test_every_exit_code_is_explained_in_the_help(type_: Type) -> None:
    """`--help` lists every code."""
    said = type_("--help")
    words = " ".join(said.out.replace("│", " ").split())
    for code, says in EXIT_CODES.items():
        assert f"{int(code)} {says}" in words
