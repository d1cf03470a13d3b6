"""Runs the console: returns exit codes, and never shows a traceback."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from typer.exceptions import Abort, Exit, TyperException

from console.app import app
from console.terminal.completion import COMPLETE_VARIABLE
from console.terminal.failure import ExitCode, Failure, interrupted
from console.terminal.output import ReaderGone, show_failure

PROGRAM = "starter.py"


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether errors must be JSON too; read before parsing, because parsing can fail."""
    words = list(arguments)
    before = words[: words.index("--")] if "--" in words else words
    return "--json" in before


def _usage(error: TyperException) -> Failure:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    return Failure(
        "Usage", error.format_message(), ExitCode.USAGE, hints=(f"python {path} --help",)
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code, whatever happens."""
    try:
        return _run(arguments)
    except ReaderGone:
        _forget_output()
        return ExitCode.OK


def _failure(error: Exception) -> Failure:
    if isinstance(error, Failure):
        return error
    from console.terminal.explain_errors import failure_of  # noqa: PLC0415 - it knows what each room raises

    return failure_of(error)


def _run(arguments: Sequence[str]) -> int:
    try:
        outcome = app(
            list(arguments),
            prog_name=PROGRAM,
            complete_var=COMPLETE_VARIABLE,
            standalone_mode=False,
        )
    except TyperException as error:
        failure = _usage(error)
    except Exit as error:
        return error.exit_code
    except (Abort, KeyboardInterrupt):
        failure = interrupted()
    except ReaderGone:
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        failure = _failure(error)
    else:
        if outcome != ExitCode.INTERRUPTED:
            return outcome if isinstance(outcome, int) else ExitCode.OK
        failure = interrupted()
    show_failure(failure, as_json=wants_json(arguments))
    return failure.code


def _forget_output() -> None:
    """The reader of our output has gone: flush nothing to it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
    sys.exit(code)
