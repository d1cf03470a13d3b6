"""Why somebody was, or was not, paged: what can be asked of an incident, and what it answers."""

from enum import StrEnum

from models.base import Frozen, Instant

WHY = "why"
"""The query's name."""


class WhyQuestion(Frozen):
    """Who is meant: a person, role, schedule or channel by name, a target such as `role:lead`.

    Or a level; neither: anybody. `at` is the minute that is asked about; None: all of the story.
    """

    who: str | None = None
    level: int | None = None
    at: Instant | None = None


class Verdict(StrEnum):
    """Whether an answer tells of a page, or of why there was none."""

    PAGED = "paged"
    NOT_PAGED = "not paged"


class WhyAnswer(Frozen):
    """One thing that explains: in words, and by which lines of the timeline (their `seq`)."""

    verdict: Verdict
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
