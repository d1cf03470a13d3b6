"""Sections about people: who they are, how to reach them, what they do and may do."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from models.base import Frozen
from models.messages.channel_kinds import ChannelKind
from models.policy.values.durations import Period
from models.policy.values.moments import ConditionText
from models.policy.values.page_limits import PageLimitText
from models.policy.values.words import (
    Name,
    Names,
    Somebody,
    Text,
    Whom,
    names,
    split_keys,
    wrong_value,
)
from models.proof import Proof

SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,30}")


def slack_user(given: str) -> str:
    """A user id of Slack, which stays the same if the person is renamed. Raises a ValueError."""
    if not SLACK_USER.fullmatch(given):
        instead = "copy it from the person's profile in Slack: More, Copy member ID"
        raise wrong_value(f"{given!r} is not a member ID of Slack, such as U0123ABCD", instead)
    return given


SlackUser = Annotated[str, AfterValidator(slack_user)]


class PersonEntry(Frozen):
    """A person. `page_by` lists the channels for pages; if empty, those of `paging`.

    `teams` and `skills` are what roles require and what authority names. `limit` is how often the
    engine pages them, if it is not the limit of `paging`. `identities` are further e-mail
    addresses, and subjects, by which an OpenID provider knows them. `slack` is their user id there.
    """

    email: Text | None = None
    zone: Text = "UTC"
    teams: Names = ()
    skills: Names = ()
    page_by: Names = ()
    limit: PageLimitText | None = None
    identities: Names = ()
    slack: SlackUser | None = None


class OwnChannelEntry(Frozen):
    """Each incident from a severity on has a place of its own in a chat, which ends with it."""

    at_least: Name | None = None
    private: bool = False


class ChannelEntry(Frozen):
    """A way to reach people. Addresses and secrets are settings of the installation.

    `limit` is how often levels that page the channel itself reach it. With `own_channel`, messages
    about an incident go to a place of its own instead.
    """

    kind: ChannelKind
    fallback: Name | None = None
    limit: PageLimitText | None = None
    own_channel: OwnChannelEntry | None = None


class PagingEntry(Frozen):
    """The channels for pages, in the order of trying.

    `limit` is how often the engine pages one person over all incidents; one summary replaces the
    pages beyond it.
    """

    channels: Names
    limit: PageLimitText | None = None


class ServiceEntry(Frozen):
    """A service: who owns it, and which escalation its incidents follow."""

    team: Text | None = None
    escalation: Name | None = None
    owner: Somebody | None = None


class AuthorityEntry(Frozen):
    """Who may do something, for which reasons, and whether they must give a reason.

    Its free keys are severities: at these, others may instead (for a change of severity, the worse
    of the two counts, before and after). If a condition of `when` holds, its people may instead of
    all those. Some time `after` they first asked, others may too. For a change of severity,
    `running_clocks` says what happens to clocks that run. For the override, `commands` and `guards`
    say what people can overrule.
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
        """Who may at a severity, if others may at it than otherwise."""
        return self.__pydantic_extra__


def _short(given: Any) -> Any:
    return {"by": given} if isinstance(given, (str, list)) else split_keys(given)


Authority = Annotated[AuthorityEntry, BeforeValidator(_short)]
"""Who may: one word, a list, or the long form with `by`, `reasons` and `needs`."""


Proofs = Annotated[tuple[Proof, ...], Field(min_length=1), BeforeValidator(names)]
"""Ways to establish a name: one word, or a list."""


class TrustEntry(Frozen):
    """How the way in must establish who gives a command. Its free keys are commands.

    `default` is for all commands that have no line of their own; without it every proof counts.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Proofs]

    default: Proofs | None = None

    @property
    def of(self) -> dict[str, tuple[Proof, ...]]:
        """The proofs that count, by command."""
        return self.__pydantic_extra__


def _for_all(given: Any) -> Any:
    return {"default": given} if isinstance(given, (str, list)) else given


Trust = Annotated[TrustEntry, BeforeValidator(_for_all)]
"""The proofs that count: a list for all commands, or a list for each."""


class AuthoritySection(Frozen):
    """Who may do what. Its free keys are commands.

    `trust` says how somebody must be known, `by_link` which commands the link of a page grants.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Authority]

    trust: Trust = TrustEntry()
    by_link: Names | None = None

    @property
    def rules(self) -> dict[str, AuthorityEntry]:
        """Who may give a command, by its name."""
        return self.__pydantic_extra__
