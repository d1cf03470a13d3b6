"""Sections about people: who they are, how they are reached, what they do and may do."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from models.base import Frozen
from models.policy.durations import Duration, Period
from models.policy.words import Name, Names, Text, Texts, wrong


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
    a person, or `acknowledger`. `deputy` stands in for the holder.
    """

    duties: Texts = ()
    required: dict[Name, Duration] = Field(default_factory=dict)
    default: Text | None = None
    deputy: Text | None = None


class LevelEntry(Frozen):
    """A line of an escalation: a level to page and how long to wait, or `repeat`, which is last."""

    page: Names = ()
    wait: Period | None = None
    repeat: int | None = Field(default=None, ge=0, le=100, strict=True)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "LevelEntry":
        if self.repeat is not None and (self.page or self.wait):
            raise wrong("repeat stands alone", "write it as the last line: - repeat: 2")
        if self.repeat is None and not (self.page and self.wait):
            missing = "whom to page" if not self.page else "how long to wait"
            raise wrong(f"this level does not say {missing}", "write { page: ana, wait: 5m }")
        return self


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
