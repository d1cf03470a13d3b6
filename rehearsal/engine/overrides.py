"""Overrides of schedules in a rehearsal: those of the scenario, and no workflow keeps them."""

from datetime import datetime

from connectors.feeds.directory import FeedDirectory
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import KnownOverrides
from incidents.schedules.overriding import who_may_override
from models.base import Actor
from models.people.schedule_overrides import ScheduleOverride
from models.policy import Policy
from models.scenario import TakenShift, instant_of
from policies.compiling.responsibility import trust
from rehearsal.engine.refusals import NotTaken
from rules.people.permission.overriding import misnamed, why_not


class RehearsedOverrides:
    """Knows what the scenario said so far, and asks the policy who may, as the engine does."""

    def __init__(self, feeds: FeedDirectory) -> None:
        self._feeds = feeds
        self._known: list[ScheduleOverride] = []

    async def known(self) -> KnownOverrides:
        """The overrides so far."""
        return KnownOverrides(tuple(self._known))

    async def take(
        self, policy: Policy, said: TakenShift, by: Actor, at: datetime, starts: datetime
    ) -> None:
        """Put somebody on call from `at` on, or from when the scenario says. Raises NotTaken."""
        lookup = OnCallLookup(self._feeds, overrides=self)
        may = await who_may_override(policy, said.schedule, lookup, at)
        refused = misnamed(by.name, policy.people) or why_not(may, trust(policy), by, said.schedule)
        if refused:
            raise NotTaken(refused)
        self._known.append(
            ScheduleOverride(
                id=f"{len(self._known):012x}",
                schedule=said.schedule,
                person=said.person,
                covers=said.covers,
                begins_at=at if said.begins is None else instant_of(said.begins, starts),
                ends_at=instant_of(said.until, starts),
                reason=said.reason,
                by=by,
                made_at=at,
            )
        )
