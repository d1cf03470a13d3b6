"""Why somebody was paged or not: the question to an incident, and its answer."""

from enum import StrEnum

from models.base import Frozen, Instant

WHY = "why"
"""The name of the query."""


class WhyQuestion(Frozen):
    """Who is meant: a person, role, schedule or channel by name, or a target such as `role:lead`.

    Or a level; with neither, anybody. `at` is the minute in question; None means the whole story.
    """

    who: str | None = None
    level: int | None = None
    at: Instant | None = None


class WhyVerdict(StrEnum):
    """Whether an answer explains a page, or why there was none."""

    PAGED = "paged"
    NOT_PAGED = "not paged"


class WhyAnswer(Frozen):
    """One explanation: in words, and by lines of the timeline (their `seq`)."""

    verdict: WhyVerdict
    text: str
    at: Instant | None = None
    lines: tuple[int, ...] = ()


class Explanation(Frozen):
    """The answers, in order of time; `notes` say what the record does not hold."""

    incident: str
    question: WhyQuestion
    answers: tuple[WhyAnswer, ...]
    notes: tuple[str, ...] = ()
    now: Instant
