"""Escalations as people write them: levels, which ladder counts when, and how it goes on."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from models.base import Frozen
from models.policy.sections.calendars import Hours
from models.policy.values.durations import Period
from models.policy.values.moments import ConditionText
from models.policy.values.words import Name, Names, one_or_many, wrong_value

NO_LADDER = "none"
"""Followed if nobody is to be paged."""

_LEVEL = ("page", "round_robin", "wait", "only_in", "hours", "if_firing")
_BRANCH = ("follow", "severity", "when")
_END = {"repeat": "2", "on_raise": "restart", "forgotten_after": "30m"}


class LevelEntry(Frozen):
    """A line of an escalation: a level, a branch to another escalation, or what ends it.

    A level names whom to `page` (or one of them in turn, `round_robin`) and how long to `wait`. It
    pages only while a calendar is open (`only_in`) or within `hours`, both on the local clock of
    the person; with `if_firing`, only while alerts of the incident fire.

    `follow` names the escalation that counts instead, at a `severity` or if the conditions of
    `when` hold; `none` pages nobody. The first of these lines that fits counts.

    The last line may say how often the whole repeats, what a raised severity does to it
    (`on_raise`), and after how long it goes on if nothing follows an acknowledgement
    (`forgotten_after`).
    """

    page: Names = ()
    round_robin: Names = ()
    wait: Period | None = None
    only_in: Name | None = None
    hours: Hours | None = None
    if_firing: StrictBool = False
    follow: Name | None = None
    severity: Names = ()
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(one_or_many)] = ()
    repeat: int | None = Field(default=None, ge=0, le=100, strict=True)
    on_raise: Literal["nothing", "continue", "restart"] | None = None
    forgotten_after: Period | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Whom the level can page."""
        return self.page or self.round_robin

    def _says(self, *keys: str) -> list[str]:
        return [key for key in keys if key in self.model_fields_set]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        level, branch, end = self._says(*_LEVEL), self._says(*_BRANCH), self._says(*_END)
        if end and (level or branch):
            how = f"write it as the last line: - {end[0]}: {_END[end[0]]}"
            raise wrong_value(f"{end[0]} stands alone", how)
        if branch and level:
            what = f"{branch[0]} and {level[0]} are two lines"
            raise wrong_value(what, "write - { severity: SEV3, follow: NAME } before the levels")
        if branch:
            return self._whole_branch()
        return self if end else self._whole_level()

    def _whole_branch(self) -> Self:
        if not self.follow:
            raise wrong_value("this line does not say what to follow", "add follow: NAME")
        if not (self.severity or self.when):
            what = f"this line does not say when to follow {self.follow}"
            raise wrong_value(what, "add severity: SEV3, or when: plan=gold")
        return self

    def _whole_level(self) -> Self:
        if self.page and self.round_robin:
            how = "write page for all of them, round_robin for one of them in turn"
            raise wrong_value("whom to page is given twice", how)
        if not (self.targets and self.wait):
            missing = "how long to wait" if self.targets else "whom to page"
            raise wrong_value(f"this level does not say {missing}", "write { page: ana, wait: 5m }")
        if self.only_in and self.hours:
            raise wrong_value("its hours are given twice", "write hours, or only_in: CALENDAR")
        return self
