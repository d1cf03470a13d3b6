"""What the refusals of the API mean: the errors of `incidents/`, or a failure of the console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from temporalio.exceptions import ApplicationError

from console.terminal.failure import ExitCode, Failure, usage
from incidents.commands import Order
from incidents.errors import (
    CommandRefused,
    IncidentNotFound,
    IncidentOver,
    NotInPolicy,
    OverrideRefused,
)
from models.answers.description import Description, Ending
from rules.commands.beginning.report_rules import INFORMATION

TYPED = {"affected_systems": "--affected"}
"""Options that are not called as the field is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal of the API: a problem document."""

    status: int
    kind: str
    detail: str
    fields: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, status: int, document: Any) -> "Problem":
        """Read it; members that are missing are empty. Raises TypeError if it is no object."""
        if not isinstance(document, dict):
            raise TypeError("no problem document")
        listed = document.get("fields")
        fields = (
            [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        )
        return cls(
            status,
            str(document.get("error") or "Refused"),
            str(document.get("detail") or document.get("title") or "refused"),
            tuple((str(one.get("field")), str(one.get("problem"))) for one in fields),
            document,
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A member that lists texts."""
        listed = self.facts.get(name)
        return tuple(str(one) for one in listed) if isinstance(listed, list) else ()

    @property
    def in_full(self) -> str:
        """What is wrong, with each field of which the message says nothing."""
        more = [f"{field} {said}" for field, said in self.fields if said not in self.detail]
        return "; ".join((self.detail, *more))

    @property
    def state(self) -> str | None:
        """The state of the incident, if the refusal names it."""
        state = self.facts.get("state")
        return str(state) if state else None


def of_question(incident_id: str) -> Callable[[Problem], Exception | None]:
    """What a refused question about an incident means."""

    def meaning(problem: Problem) -> Exception | None:
        if problem.kind == "UnknownIncident":
            return IncidentNotFound(incident_id)
        if problem.facts.get("over"):
            return IncidentOver(_description(incident_id, problem))
        return None

    return meaning


def of_command(order: Order) -> Callable[[Problem], Exception | None]:
    """What a refused command means; the incident itself refused it if the refusal names it."""

    def meaning(problem: Problem) -> Exception | None:
        found = of_question(order.incident_id)(problem)
        if found is not None or "incident" not in problem.facts:
            return found
        said = {
            "refusal": problem.kind,
            "message": problem.detail,
            "state": problem.state,
            **{name: problem.texts(name) for name in ("missing", "possible", "may")},
        }
        return CommandRefused(ApplicationError(problem.detail, said, type=problem.kind))

    return meaning


def of_override(problem: Problem) -> Exception | None:
    """What a refused override means."""
    if problem.kind in {"UnknownOverride", "Refused"}:
        return OverrideRefused(problem.detail)
    if problem.kind == "NotAuthorised" and "may" in problem.facts:
        return OverrideRefused(problem.detail, problem.kind, may=problem.texts("may"))
    return None


def of_report(problem: Problem) -> Exception | None:
    """What a refused report means."""
    missing = problem.texts("missing")
    if problem.kind == "NotAuthorised" and "may" in problem.facts:
        may = problem.texts("may")
        return Failure(problem.kind, problem.detail, ExitCode.NOT_AUTHORISED, may=may)
    if missing:
        asked = tuple(_typed(name) for name in missing)
        return Failure("Refused", problem.detail, ExitCode.REFUSED, missing=asked)
    return None


def _typed(name: str) -> str:
    """The option that gives a piece of information."""
    if name not in INFORMATION:
        return f"--attribute {name}=..."
    return TYPED.get(name, f"--{name}")


def _description(incident_id: str, problem: Problem) -> Description:
    ended = problem.facts.get("ended")
    ending = None
    if isinstance(ended, dict):
        ending = Ending(**{**ended, "at": datetime.fromisoformat(str(ended["at"]))})
    return Description(incident_id, "", running=False, state=problem.state, ending=ending)


def common(problem: Problem, url: str) -> Exception:
    """The error for the caller that a refusal means."""
    match problem.status, problem.kind:
        case (_, "NotAuthenticated"):
            return _unknown_token(problem, url)
        case (_, "UnknownName"):
            return NotInPolicy("name", problem.detail)
        case (_, "UnknownPolicy"):
            words = "the installation knows no policy with this hash: only a policy that came"
            return Failure("Refused", f"{words} into force can be adopted", ExitCode.REFUSED)
        case (_, "NoWorker"):
            hints = ("python worker.py starts a worker",)
            return Failure("NoWorker", problem.detail, ExitCode.NOT_CONFIRMED, hints=hints)
        case (HTTPStatus.FORBIDDEN, _):
            return Failure("NotAuthorised", problem.detail, ExitCode.NOT_AUTHORISED)
        case (HTTPStatus.UNPROCESSABLE_ENTITY | HTTPStatus.BAD_REQUEST, _):
            return usage(problem.in_full)
        case (HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.TOO_MANY_REQUESTS, _):
            message = f"the web server at {url} cannot answer now: {problem.detail}"
            return Failure("ServerNotReachable", message, ExitCode.NOT_REACHABLE)
        case _:
            return Failure(problem.kind, problem.detail, ExitCode.UNEXPECTED)


def _unknown_token(problem: Problem, url: str) -> Failure:
    return Failure(
        "NotAuthenticated",
        f"the web server at {url} does not know you: {problem.detail}",
        ExitCode.NOT_AUTHORISED,
        hints=(
            "INCIDENT_API_TOKEN is your token for the API",
            "make one where Temporal is reached: python starter.py tokens create NAME --owner YOU",
            "with --scope read, --scope command and --scope report, as far as you need them",
        ),
    )
