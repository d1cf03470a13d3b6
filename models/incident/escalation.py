"""How far the escalation of an incident has come, and what people and clocks demand of it."""

from datetime import datetime

from pydantic import Field

from models.base import Frozen, Instant

OPENING = 1
"""The line of the timeline that says the incident was reported. It starts the escalation."""


class DemandedPage(Frozen):
    """A page of the next level (or a given one) that something demands, acknowledged or not.

    With `waits`, silence goes on from there unless the incident had been acknowledged; with
    `resumes`, even then, until somebody does something. With `stays`, no answer to the escalation
    withdraws it. `by` is the person who asked: the escalation then goes on until somebody answers,
    except with `once`. `at` is the instant that it falls on, `not_before` when the hours of the
    level begin, `cause` the line of the timeline that asks, `clocks` those whose limits ask.

    With `beside` it has reached nobody and waits for these hours by itself, whatever the escalation
    does meanwhile; its page does not move the escalation.

    `unread` are targets of a level that was paged in this `cycle`, whose schedules could not be
    read; only they are paged, after so many `looks` in vain, and not after `until`.

    `first_level` is the level that was asked for if it reached nobody and another follows.
    """

    reason: str
    level: int | None = None
    waits: bool = False
    resumes: bool = False
    stays: bool = False
    once: bool = False
    by: str | None = None
    at: Instant | None = None
    not_before: Instant | None = None
    cause: int = 0
    clocks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    cycle: int | None = None
    looks: int = 0
    until: Instant | None = None
    beside: bool = Field(default=False, exclude_if=lambda beside: not beside)
    first_level: int = Field(default=0, exclude_if=lambda level: not level)

    @property
    def falls_on(self) -> Instant | None:
        """The instant at which it asks."""
        return self.not_before or self.at


class EscalationProgress(Frozen):
    """How far the escalation of an incident has come.

    `level` is the last one paged, 0 for none; `highest` is the highest at which somebody was paged,
    also before the incident was reopened; `cycle` counts repetitions from 0. `ladder` is the one
    that counted last, if several can. `reached` says whether anybody was paged in this cycle;
    `opens_at` is when the first hours begin of the targets outside theirs. `resumed` says that the
    escalation goes on although the incident was acknowledged, `forgotten_at` when it will.
    `demanded` are the demanded pages that have not begun. `cause` is the line of the timeline that
    started it. `called_by` asked by hand after an acknowledgement: the escalation goes on until one
    of `called`, the people it has paged since, answers. `begins_after` is the level after which it
    begins again; `demanded_at` is the instant of the last demanded page. At `answer_by`, everybody
    paged since the acknowledgement has had time to answer. `looks` counts the rounds that began
    again because nobody could say who is on call. `declined` are the people who cannot, in this
    round.

    A demand can begin a round in the middle. If the rest of the round reaches nobody, the levels up
    to `untried` are paged next; it has `turned` to them. `answered_level` is the level at which the
    first answer stopped the escalation, 0 for none.

    The last demanded page was of `demanded_level` and reached the people `demanded_of`.

    `gap` says that a schedule of this round has nobody for now. If the whole round reached nobody,
    the escalation looks at its schedules `gap_looks` times, and says nothing new before
    `quiet_until`, when it begins again at the latest.
    """

    level: int = 0
    cycle: int = 0
    pages: int = 0
    next_at: Instant | None = None
    stopped: str | None = None
    ladder: str | None = None
    reached: bool = False
    opens_at: Instant | None = None
    resumed: bool = False
    forgotten_at: Instant | None = None
    demanded: tuple[DemandedPage, ...] = ()
    highest: int = 0
    cause: int = OPENING
    called_by: str | None = None
    called: tuple[str, ...] = ()
    begins_after: int = 0
    demanded_at: Instant | None = None
    answer_by: Instant | None = None
    looks: int = 0
    declined: tuple[str, ...] = Field(default=(), exclude_if=lambda people: not people)
    untried: int = Field(default=0, exclude_if=lambda level: not level)
    turned: bool = Field(default=False, exclude_if=lambda turned: not turned)
    answered_level: int = Field(default=0, exclude_if=lambda level: not level)
    demanded_level: int = Field(default=0, exclude_if=lambda level: not level)
    demanded_of: tuple[str, ...] = Field(default=(), exclude_if=lambda people: not people)
    gap: bool = Field(default=False, exclude_if=lambda gap: not gap)
    gap_looks: int = Field(default=0, exclude_if=lambda looks: not looks)
    quiet_until: Instant | None = Field(default=None, exclude_if=lambda at: at is None)

    def quiet(self, now: datetime) -> bool:
        """Whether the round that goes on now only looks whether somebody is on call meanwhile."""
        return self.quiet_until is not None and now < self.quiet_until

    @property
    def page_due_at(self) -> Instant | None:
        """When the next page is due, if nobody does anything."""
        silence = None if self.stopped else self.next_at
        waiting = (d.not_before for d in self.demanded if self.stopped or d.unread or d.beside)
        return min((at for at in (silence, *waiting) if at), default=None)
