"""What a report would do, before anybody sends it."""

from models.answers.field_problem import FieldProblem
from models.base import Frozen, Seconds


class ClockPreview(Frozen):
    """A clock that the report would start, and when its limit would be."""

    clock: str
    limit_after: Seconds


class ReportPreview(Frozen):
    """What follows from a report at once.

    `why` is the reason for the severity. `level` is the first level of the escalation that reaches
    somebody, and `paged` whom, in words: one of them if it pages `in_turn`. It is 0 if
    none does; `not_paged` says why then. `roles` are taken at once.
    `informed` are the audiences that hear of each new incident.
    """

    severity: str
    why: str
    level: int = 0
    in_turn: bool = False
    paged: tuple[str, ...] = ()
    not_paged: str = ""
    clocks: tuple[ClockPreview, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    informed: tuple[str, ...] = ()


class JudgedPreview(ReportPreview):
    """What a report would do, and whether the policy accepts it.

    `missing` names the information that the policy requires and the report lacks; `fields` has each
    wrong field. If its reporter may not send it, `not_allowed` says so, and `may` says who may.
    """

    accepted: bool
    missing: tuple[str, ...] = ()
    fields: tuple[FieldProblem, ...] = ()
    not_allowed: str = ""
    may: tuple[str, ...] = ()
    policy: str
