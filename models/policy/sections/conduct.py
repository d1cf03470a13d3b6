"""Sections that say how the organisation goes about incidents: principles, severities, reports."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from models.base import Frozen
from models.policy.values.durations import Duration
from models.policy.values.words import Name, Names, Somebody, Text, Texts, Whom, alone, split_keys


class PrinciplesEntry(Frozen):
    """What guides the team: the framework that it follows, and guidelines in its own words."""

    framework: Text | None = None
    guidelines: Texts = ()


class SeverityEntry(Frozen):
    """A severity: what it means here, and whether it counts as a major incident."""

    means: Text
    major: StrictBool = False


class ReportingEntry(Frozen):
    """Who reports an incident, by which channels, and what a report must contain.

    `who_at` names the people who may report at a severity instead. `tools` names the tools in use
    by their purpose, such as `tracker: jira`.
    """

    who: Whom = ("anyone",)
    who_at: Annotated[dict[Name, Whom], BeforeValidator(split_keys)] = Field(default_factory=dict)
    channels: Names = ()
    required: Names = ("title",)
    tools: dict[Name, Text] = Field(default_factory=dict)


class StepEntry(Frozen):
    """Something to do before the incident leaves a state. Without an id, `do` gives the id."""

    id: Name | None = None
    do: Text
    by: Somebody
    required: StrictBool = False

    @property
    def name(self) -> str:
        """The id: as given, or the first words of `do`."""
        if self.id:
            return self.id
        letters = "".join(c if c.isalnum() else " " for c in self.do.lower())
        return "_".join(letters.split()[:5]) or "step"


class HoldsEntry(Frozen):
    """The reasons to put an incident on hold; an empty list means any."""

    reasons: Names = ()


class RecordEntry(Frozen):
    """Where the record is kept, and how long its history stays with Temporal."""

    stored_in: Text | None = None
    retention: Duration | None = None


class OpeningEntry(Frozen):
    """When alerts make an incident: after so many, and after firing so long. Both must be true."""

    after_count: int = Field(default=1, ge=1, strict=True)
    after: Duration | None = None


class AlertsEntry(Frozen):
    """How alerts become incidents, and what they do to existing incidents."""

    open: OpeningEntry = OpeningEntry()
    reopen_within: Duration | None = None
    settle_after: Duration | None = None
    repeats_every: Duration | None = None
    quiet_after: Duration | None = None
    when_quiet: Literal["record", "mitigate", "resolve"] = "record"
    when_joined: Literal["record", "remind", "page", "escalate"] = "remind"
    ignore: Annotated[tuple[dict[Text, str], ...], BeforeValidator(alone)] = ()
