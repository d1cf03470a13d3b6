"""`policy`: checks a policy file before anything runs under it, and renders it as a document."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import can_page
from console.policies.file import a_file
from console.terminal.arguments import AsJson
from console.terminal.failure import ExitCode, usage
from console.terminal.output import Output, say, words, write_lines
from policies.catalogue import policy_in_force, versions_of
from policies.checks.installation import (
    channels_as_set,
    channels_resolved,
    events_signed,
    feeds_resolved,
    pages_arrive,
    people_identified,
)
from policies.checks.paging.coverage import coverage
from policies.checks.revision import revision
from policies.reading.findings import Check
from policies.reading.problems import Gravity, Problem, errors_of
from policies.render.formats import DocumentFormat, rendered
from policies.render.writing.words import count
from policies.schema import schema_text
from policies.versions import Version, check_path, in_force
from rules.wording.times import moment
from runtime.feeds import feeds_of
from runtime.settings import SettingsBroken, load_settings

app = typer.Typer(add_completion=False)

PolicyFile = Annotated[Path, typer.Argument(metavar="FILE", help="a policy file", parser=a_file)]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output", metavar="PATH", help="write to this file; default: stdout", parser=a_file
    ),
]
ChosenFormat = Annotated[
    DocumentFormat | None,
    typer.Option("--format", help="default: HTML if the output ends in .html, otherwise Markdown"),
]


@app.callback()
def policy() -> None:
    """Check policy files, and render them as documents."""


@app.command()
def check(context: typer.Context, file: PolicyFile, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Report every problem of a policy file (or of a folder of versions), with line and column.

    Exits 1 if one of them is an error; warnings name what the policy leaves open.
    """
    output = Output.of(context, as_json=as_json)
    now = datetime.now(UTC)
    further = (coverage(now), revision(now), *_of_installation(output))
    problems = check_path(file, further)
    errors = errors_of(problems)
    if output.as_json:
        output.answer(_document(file, problems), "")
    else:
        say(*map(str, problems))
        output.say(_summary(problems))
    raise typer.Exit(ExitCode.UNEXPECTED if errors else ExitCode.OK)


def _of_installation(output: Output) -> tuple[Check, ...]:
    try:
        settings = load_settings()
    except SettingsBroken as error:
        output.say(f"the settings are broken, so channels were not checked: {error}")
        return ()
    channels, feeds = ChannelDirectory(settings.channels), feeds_of(settings)
    return (
        channels_as_set(channels.kind_of),
        channels_resolved(channels.unresolved),
        events_signed(channels.unsigned),
        pages_arrive(can_page),
        feeds_resolved(feeds.unresolved),
        *((people_identified(settings.oidc_people_claim),) if settings.oidc_issuer else ()),
    )


@app.command()
def versions(context: typer.Context, file: PolicyFile, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Show which versions of a policy a folder holds, and which one is in force now."""
    found = versions_of(file)
    current = in_force(found, datetime.now(UTC))
    document = [_version(version, current) for version in found]
    lines = [
        f"{moment(version.begins_at)}  {version.policy.version:<12} {version.file}"
        + ("  in force" if version is current else "")
        for version in found
    ]
    output = Output.of(context, as_json=as_json)
    output.answer({"versions": document}, Group(*map(words, lines)))


def _version(version: Version, current: Version | None) -> dict[str, object]:
    return {
        "file": str(version.file),
        "policy": version.policy.policy,
        "version": version.policy.version,
        "begins_at": version.begins_at.isoformat(),
        "in_force": version is current,
    }


def _document(file: Path, problems: tuple[Problem, ...]) -> dict[str, object]:
    return {
        "file": str(file),
        **{f"{level}s": _count(problems, level) for level in Gravity},
        "problems": [asdict(problem) for problem in problems],
    }


def _count(problems: tuple[Problem, ...], level: Gravity) -> int:
    return sum(problem.level is level for problem in problems)


def _summary(problems: tuple[Problem, ...]) -> str:
    if not problems:
        return "no problems"
    told = [level for level in Gravity if level is not Gravity.NOTE or _count(problems, level)]
    return ", ".join(count(_count(problems, level), level.value) for level in told)


@app.command()
def render(
    context: typer.Context,
    file: PolicyFile,
    form: ChosenFormat = None,
    output: OutputFile = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the Incident Management document of a policy, from what the engine enforces.

    A file with errors is refused; the end of the document lists what the policy leaves open.
    """
    form = form or _form_of(output)
    loaded = policy_in_force(file, datetime.now(UTC))
    text = rendered(loaded, form)
    answer = Output.of(context, as_json=as_json)
    if output is not None:
        _written(text, output)
        answer.say(f"written to {output}")
    if answer.as_json:
        found = {"file": str(file), "format": form.value, "policy_hash": loaded.policy_hash}
        answer.answer({**found, "unanswered": len(loaded.warnings), "text": text}, "")
    elif output is None:
        write_lines(text)
    answer.say(f"left unanswered: {len(loaded.warnings) or 'nothing'}")


@app.command()
def schema(
    context: typer.Context,
    output: OutputFile = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the JSON Schema of policy files, so that editors know every key and form."""
    if output is None:
        write_lines(schema_text())
        return
    _written(schema_text(), output)
    answer = Output.of(context, as_json=as_json)
    if answer.as_json:
        answer.answer({"written": str(output)}, "")
    answer.say(f"written to {output}")


def _form_of(output: Path | None) -> DocumentFormat:
    """The format of a document, from the name of its file. Raises `Failure` (usage)."""
    ending = output.suffix.lower() if output else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    forms = "Markdown (.md) or HTML (.html)"
    raise usage(f"{output}: a document is written as {forms}; use such a name, or --format")


_ENDINGS = {
    **dict.fromkeys(("", ".md", ".markdown", ".txt"), DocumentFormat.MARKDOWN),
    **dict.fromkeys((".html", ".htm"), DocumentFormat.HTML),
}


def _written(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise usage(message) from None
