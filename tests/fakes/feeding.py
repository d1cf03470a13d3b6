"""A way from alert groups to incidents that loses answers."""

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.feed_incident import FeedIncidentActivity
from models.contracts.alert_group import FEED_INCIDENT, FeedIncident, IncidentFed


class LosesEveryFirstAnswer(FeedIncidentActivity):
    """Feeds the incident; only a repeated command gets its answer."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._lost: set[str] = set()

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """Raises ApplicationError, which is not retried, once for each command."""
        answer = await super().feed_incident(request)
        if request.command_id not in self._lost:
            self._lost.add(request.command_id)
            raise ApplicationError("the answer was lost", non_retryable=True)
        return answer
