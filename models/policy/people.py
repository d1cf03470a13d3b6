"""Sections about people: who they are, how they are reached, what they do and may do."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from models.base import Frozen
from models.channel_kinds import ChannelKind
from models.policy.durations import Period
from models.policy.limits import Limit
from models.policy.moments import ConditionText
from models.policy.words import Name, Names, Text, Whom, apart


class PersonEntry(Frozen):
    """A person. `page_by` lists the channels for pages; none: those of `paging`.

    `teams` and `skills` are what roles ask for, and authority is given to. `limit` is how often
    they are paged, where it is not as often as `paging` says.
    """

    email: Text | None = None
    zone: Text = "UTC"
    teams: Names = ()
    skills: Names = ()
    page_by: Names = ()
    limit: Limit | None = None


class ChannelEntry(Frozen):
    """A way to reach people. Addresses and secrets are settings of the installation.

    `limit` is how often levels that page the channel itself reach it.
    """

    kind: ChannelKind
    fallback: Name | None = None
    limit: Limit | None = None


class Paging(Frozen):
    """The channels for pages, in the order of trying.

    `limit` is how often one person is paged over all incidents; what is beyond it comes as one
    summary.
    """

    channels: Names
    limit: Limit | None = None


class ServiceEntry(Frozen):
    """A service: whose it is, and which escalation its incidents follow."""

    team: Text | None = None
    escalation: Name | None = None
    owner: Text | None = None


class AuthorityEntry(Frozen):
    """Who may do something; for which reasons; whether a reason must be given.

    Its free keys are severities: at these, others may instead (of a change of severity, the worse
    of the two counts, before and after); and where a condition of `when` holds, its people instead
    of all those. `after` some time others may too, counted from when
    they first asked. Of a change of severity, `running_clocks` says what it does to those; of the
    override, `commands` and `guards` say what can be overruled.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Whom]

    by: Whom = ("anyone",)
    when: dict[ConditionText, Whom] = Field(default_factory=dict)
    after: dict[Period, Whom] = Field(default_factory=dict)
    reasons: Names = ()
    needs: Literal["reason"] | None = None
    running_clocks: Literal["keep", "retarget", "restart"] | None = None
    commands: Names = ()
    guards: Names = ()

    @property
    def at(self) -> dict[str, tuple[str, ...]]:
        """Who may at a severity, where others may than otherwise."""
        return self.__pydantic_extra__


def _short(given: Any) -> Any:
    return {"by": given} if isinstance(given, (str, list)) else apart(given)


Authority = Annotated[AuthorityEntry, BeforeValidator(_short)]
"""Who may: one word, a list, or the long form with `by`, `reasons` and `needs`."""
