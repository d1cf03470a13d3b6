"""Failures of the console: a kind, a message, an exit code, and hints."""

from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """Exit codes for scripts. docs/console.md documents them; they never change."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    UNKNOWN_INCIDENT = 3
    REFUSED = 4
    NOT_AUTHORISED = 5
    NOT_REACHABLE = 6
    NOT_CONFIRMED = 7
    NOT_AS_EXPECTED = 8
    INTERRUPTED = 130


EXIT_CODES: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.UNEXPECTED: "something unexpected, or a check that failed",
    ExitCode.USAGE: "wrong usage: an argument, option or setting is missing or malformed, "
    "or the namespace does not exist",
    ExitCode.UNKNOWN_INCIDENT: "there is no incident with this id",
    ExitCode.REFUSED: "refused: not possible in this state, or something is missing",
    ExitCode.NOT_AUTHORISED: "the policy does not allow this actor to do it, or the token does "
    "not count",
    ExitCode.NOT_REACHABLE: "the server is not reachable: Temporal, or the web server",
    ExitCode.NOT_CONFIRMED: "sent but not confirmed: no worker answered in time",
    ExitCode.NOT_AS_EXPECTED: "a rehearsal did not go as its scenario expects",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
}


class Failure(Exception):  # noqa: N818 - says what is
    """Why a command failed. Everything in it may be shown to the person.

    `missing`, `possible` and `may` come from a refusal; `hints` say what to try next; `facts` are
    more fields for the JSON document.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        code: ExitCode,
        *,
        state: str | None = None,
        missing: tuple[str, ...] = (),
        possible: tuple[str, ...] = (),
        may: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code
        self.state = state
        self.missing = missing
        self.possible = possible
        self.may = may
        self.hints = hints
        self.facts = facts or {}

    def document(self) -> dict[str, Any]:
        """The JSON document of the failure, for `--json`."""
        return {
            "error": {
                "kind": self.kind,
                "message": self.message,
                "exit_code": int(self.code),
                "state": self.state,
                "missing": list(self.missing),
                "possible": list(self.possible),
                "may": list(self.may),
                "hints": list(self.hints),
                **self.facts,
            }
        }


def usage(message: str, *hints: str) -> Failure:
    """The failure for something typed wrong."""
    return Failure("Usage", message, ExitCode.USAGE, hints=hints)


def unknown_incident(incident_id: str) -> Failure:
    """The failure if there is no incident with this id."""
    return Failure(
        "UnknownIncident",
        f"there is no incident {incident_id}",
        ExitCode.UNKNOWN_INCIDENT,
        hints=("python starter.py list", "an incident older than the retention is in the archive"),
        facts={"incident": incident_id},
    )


def interrupted() -> Failure:
    """The failure if somebody typed Ctrl-C."""
    return Failure("Interrupted", "interrupted", ExitCode.INTERRUPTED)
