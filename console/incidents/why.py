"""`why`: explains why somebody was, or was not, paged for an incident."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Group

from console.engine.protocol import Engine
from console.incidents.show import read_from_words
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, IncidentId, Timeout
from console.terminal.failure import usage
from console.terminal.output import Output, line
from console.terminal.running import perform
from console.terminal.times import FORMS, parse_instant
from incidents.questions import Explained
from models.answers.why import Explanation, WhyQuestion, WhyVerdict

Who = Annotated[
    str | None,
    typer.Argument(help="a person, role, schedule or channel; default: everybody"),
]
At = Annotated[str | None, typer.Option("--at", help=f"the minute in question, {FORMS}")]
AtLevel = Annotated[int | None, typer.Option("--level", min=1, help="the level in question")]


def _words(told: Explanation) -> Group:
    styles = {WhyVerdict.PAGED: "green", WhyVerdict.NOT_PAGED: "yellow"}
    answers = [line(answer.text, styles[answer.verdict]) for answer in told.answers]
    return Group(*answers, *(line(note, "dim") for note in told.notes))


def why(
    context: typer.Context,
    incident: IncidentId,
    who: Who = None,
    *,
    at: At = None,
    level: AtLevel = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Explain from the record who was paged and why, or why somebody was not."""
    if who and level:
        message = "ask about somebody, or about a level"
        raise usage(message)
    when = parse_instant(at, datetime.now(UTC)) if at else None
    question = WhyQuestion(who=who, level=level, at=when)

    async def work(engine: Engine) -> Explained:
        return await engine.why(incident, question, timedelta(seconds=timeout))

    found = perform(work)
    told, remark = found.explanation, read_from_words(found.read_from)
    if remark:
        told = told.changed(notes=(*told.notes, remark))
    Output.of(context, as_json=as_json).answer(told.model_dump(mode="json"), _words(told))
