"""Prints the console's output: one JSON document, or words for a person."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console, Group, RenderableType
from rich.text import Text

from console.terminal.failure import Failure
from models.command import COMMANDS
from models.readable import in_a_cell, in_a_line, indented, readable

UNBOUNDED = 1_000_000
"""The width in columns if the output is no terminal: nothing is wrapped or cut there."""


def words(text: object, style: str = "") -> Text:
    """Text from any source, made safe: no markup, control characters or links."""
    return Text(readable(str(text)), style=style)


def line(text: object, style: str = "") -> Text:
    """The same on one line, without line breaks."""
    return Text(in_a_line(str(text)), style=style)


def cell(text: object, style: str = "") -> Text:
    """The same as a cell, a title or a name: its words are one space apart."""
    return Text(in_a_cell(str(text)), style=style)


def typed(name: str) -> str:
    """The command as a person types it."""
    return COMMANDS[name].typed if name in COMMANDS else name


@dataclass(frozen=True, slots=True)
class Output:
    """The destination and the form of a command's answer."""

    as_json: bool = False

    @classmethod
    def of(cls, context: typer.Context, *, as_json: bool) -> "Output":
        """With `--json` of the command itself, or in front of it."""
        before = context.find_root().params.get("as_json", False)
        return cls(as_json=as_json or bool(before))

    def answer(self, document: Any, human: RenderableType) -> None:
        """Print the answer: `document` with --json, `human` without."""
        if self.as_json:
            write_json(document)
        else:
            person().print(human)

    def waiting(self, what: str) -> AbstractContextManager[object]:
        """Show a waiting message, but only on a terminal."""
        terminal = person(error=True)
        shown = terminal.is_terminal and not self.as_json
        return terminal.status(what) if shown else nullcontext()

    def say(self, human: RenderableType) -> None:
        """Print a remark to stderr, for people only."""
        if not self.as_json:
            person(error=True).print(human)


def note(text: str) -> None:
    """Print a remark to stderr, away from JSON documents, for people and for logs of scripts."""
    person(error=True).print(line(text, "dim"), soft_wrap=True)


def write_json(document: Any, *, one_line: bool = False) -> None:
    """Print a JSON document in ASCII, which every terminal and pipe accepts."""
    write_lines(json.dumps(document, indent=None if one_line else 2, ensure_ascii=True) + "\n")


def write_lines(text: str) -> None:
    """Print text unchanged."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGone from None


class ReaderGone(Exception):  # noqa: N818 - says what is
    """The reader of our output has closed it, so nobody can be told anything."""


class _Terminal(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        """Render a string that is not yet made safe, without markup."""
        return super().render_str(readable(text), **options)

    def on_broken_pipe(self) -> None:
        raise ReaderGone


def person(*, error: bool = False) -> Console:
    """A terminal or pipe for a person; lines on a pipe are never cut."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else UNBOUNDED
    return _Terminal(
        file=stream, width=width, soft_wrap=False, highlight=False, emoji=False, markup=False
    )


def say(*lines: str) -> None:
    """Print lines for a person, unchanged and never wrapped."""
    terminal = person()
    for line in lines:
        terminal.print(words(line), soft_wrap=True)


def failure_words(failure: Failure) -> Group:
    """A failure for a person: what, what is missing, who may, what is possible now."""
    message = failure.message.removesuffix("; ".join(failure.missing)).rstrip(": ")
    lines = [Text.assemble(("Error: ", "bold red"), words(indented(message, "  ")))]
    if failure.missing:
        lines.append(Text("Missing:", style="bold"))
        lines += [line(f"  - {item}") for item in failure.missing]
    if failure.may:
        lines.append(Text.assemble(("May do it: ", "bold"), words(", ".join(failure.may))))
    if failure.possible:
        now = ", ".join(typed(name) for name in failure.possible)
        lines.append(Text.assemble(("Possible now: ", "bold"), words(now)))
    if failure.hints:
        lines.append(Text("Try:", style="bold"))
        lines += [words(f"  {hint}") for hint in failure.hints]
    return Group(*lines)


def show_failure(failure: Failure, *, as_json: bool) -> None:
    """Print a failure: as JSON on stdout, for people on stderr."""
    if as_json:
        write_json(failure.document())
    else:
        person(error=True).print(failure_words(failure))
