"""`policy`: look at a policy file before anything runs under it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from console.commands import AsJson
from console.failures import ExitCode
from console.output import Output, say
from policies.check import check_file
from policies.problems import Problem, errors_of

app = typer.Typer(add_completion=False)

PolicyFile = Annotated[Path, typer.Argument(metavar="FILE", help="a policy file")]


@app.callback()
def policy() -> None:
    """Look at policy files."""


@app.command()
def check(context: typer.Context, file: PolicyFile, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Report every problem of a policy file, each with its line and column.

    Exit code 1 where one of them is an error; warnings name what the policy leaves open.
    """
    problems = check_file(file)
    errors = errors_of(problems)
    output = Output.of(context, as_json=as_json)
    if output.as_json:
        output.answer(_document(file, problems), "")
    else:
        say(*map(str, problems))
        output.say(_summary(len(errors), len(problems) - len(errors)))
    raise typer.Exit(ExitCode.UNEXPECTED if errors else ExitCode.OK)


def _document(file: Path, problems: tuple[Problem, ...]) -> dict[str, object]:
    errors = len(errors_of(problems))
    return {
        "file": str(file),
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [asdict(problem) for problem in problems],
    }


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "no problems"
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
