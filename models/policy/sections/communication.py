"""Communication as people write it: audiences, how often each hears, and who speaks."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from models.base import Frozen
from models.policy.values.actions import Actions, Share
from models.policy.values.cadence import Rhythms
from models.policy.values.moments import ConditionText
from models.policy.values.words import Bare, Name, Names, Somebodies, one_or_many


class AudienceEntry(Frozen):
    """Whom we inform: by which channels, of which events, and what they may see."""

    channels: Names
    on: Names = ()
    sees: Names = ()


class SubscriberEntry(Frozen):
    """A tool that gets events over a channel, from which severity on, of which incidents.

    `sees` limits what it gets to know.
    """

    channel: Name
    on: Names
    at_least: Name | None = None
    when: Annotated[tuple[ConditionText, ...], BeforeValidator(one_or_many)] = ()
    sees: Names = ()


class CommunicationEntry(Frozen):
    """Who speaks for the incident, to whom, and how often at each severity.

    `checked_by` names who ensures that communication is clear and consistent. `late` says what
    happens when an update is late, and after that. Without it, the lead gets a reminder.
    `subscribers` are tools that get events.
    """

    lead: Bare | None = None
    checked_by: Somebodies = ()
    audiences: dict[Name, AudienceEntry] = Field(default_factory=dict)
    subscribers: dict[Name, SubscriberEntry] = Field(default_factory=dict)
    updates: dict[Name, Rhythms] = Field(default_factory=dict)
    late: dict[Share, Actions] = Field(default_factory=dict)
