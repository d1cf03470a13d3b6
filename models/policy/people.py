"""Sections about people: who they are, how they are reached, what they do and may do."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from models.base import Frozen
from models.policy.durations import Duration
from models.policy.words import Name, Names, Text, Texts


class PersonEntry(Frozen):
    """A person. `page_by` lists the channels for pages; none: those of `paging`."""

    email: Text | None = None
    zone: Text = "UTC"
    teams: Names = ()
    page_by: Names = ()


class ChannelEntry(Frozen):
    """A way to reach people. Addresses and secrets are settings of the installation."""

    kind: Literal["webhook", "email", "console", "log"]
    fallback: Name | None = None


class Paging(Frozen):
    """The channels for pages, in the order of trying."""

    channels: Names


class RoleEntry(Frozen):
    """A role in an incident: what its holder does, when it must be held, who takes it.

    `required` maps a severity to how long after the report the role must be held. `default` is
    a person, `acknowledger`, or `schedule:NAME`: whoever is on call when the incident begins.
    `deputy` stands in for the holder.
    """

    duties: Texts = ()
    required: dict[Name, Duration] = Field(default_factory=dict)
    default: Text | None = None
    deputy: Text | None = None


class ServiceEntry(Frozen):
    """A service: whose it is, and which escalation its incidents follow."""

    team: Text | None = None
    escalation: Name | None = None
    owner: Text | None = None


class AuthorityEntry(Frozen):
    """Who may do something; for which reasons; whether a reason must be given.

    Of a change of severity, `running_clocks` says what it does to those.
    """

    by: Names = ("anyone",)
    reasons: Names = ()
    needs: Literal["reason"] | None = None
    running_clocks: Literal["keep", "retarget", "restart"] | None = None


def _short(given: Any) -> Any:
    return {"by": given} if isinstance(given, (str, list)) else given


Authority = Annotated[AuthorityEntry, BeforeValidator(_short)]
"""Who may: one word, a list, or the long form with `by`, `reasons` and `needs`."""
