"""Published incidents as facts, and their expected results under a policy."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from ruamel.yaml import YAML

from models.base import Frozen, Instant
from models.policy.values.durations import Duration

DATA = Path(__file__).parent / "data"
DAY = timedelta(days=1)


class Fact(Frozen):
    """An event. With `precision: day`, only the day from `at` on is known, in UTC."""

    at: Instant
    type: str
    precision: Literal["day"] | None = None
    promised: Instant | None = None
    value: str | None = None
    also: str | None = None

    @property
    def latest_at(self) -> datetime | None:
        """The last instant at which it can have happened, if that is not `at`."""
        return self.at + DAY if self.precision else None

    @property
    def known_at(self) -> datetime:
        """When it has happened for sure."""
        return self.latest_at or self.at


class RowClock(Frozen):
    """The clock of a row whose policy is not an example; the row itself defines it."""

    starts: str = Field(alias="from")
    stops: str = Field(alias="to")
    within: str = "1h"


class Late(Frozen):
    """An update that was missing when due; `next_at` is when one came, or the end."""

    due: Instant
    next_at: Instant = Field(alias="next")


def _many(given: object) -> object:
    return given if isinstance(given, list) else [given]


class Check(Frozen):
    """The expected results of a timeline under a policy.

    `takes` says which facts are which moments of the policy. Like the severity, this is an
    assumption. `basis` says whether the organisation promised it at all. With `incomplete`, some
    updates are unknown, so a gap proves nothing.
    """

    name: str
    policy: str
    basis: Literal["hypothetical", "own policy", "own promise", "acceptance", "published figure"]
    takes: dict[str, Annotated[tuple[str, ...], BeforeValidator(_many)]]
    severity: str | None = None
    assume: dict[str, str] = Field(default_factory=dict)
    clock: str | RowClock | None = None
    updates: str | None = None
    pace: str = "none"
    promises: bool = False
    incomplete: bool = False
    figure: RowClock | None = None
    cancelled_for: str | None = None
    outcome: str | None = None
    due: Instant | None = None
    elapsed: Duration | None = None
    late_by: Duration | None = None
    late: tuple[Late, ...] = ()
    metrics: dict[str, str] = Field(default_factory=dict)
    ends_as: str | None = None


class Timeline(Frozen):
    """One published incident."""

    sources: tuple[str, ...]
    facts: dict[str, Fact]
    checks: tuple[Check, ...]


def timeline(file: Path) -> Timeline:
    """The timeline of a file."""
    read = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    return Timeline.model_validate(read)


TIMELINES = {file.stem: timeline(file) for file in sorted(DATA.glob("*.yaml"))}
"""Every timeline, by its name."""
