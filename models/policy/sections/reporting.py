"""Reporting as people write it: who reports, by which channels, and what a report contains."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from models.base import Frozen
from models.policy.values.words import Name, Names, Text, Whom, split_keys


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
