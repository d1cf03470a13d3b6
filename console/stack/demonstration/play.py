"""The play: monitoring and people act when the incident gives them their cue."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from temporalio.client import Client

from console.engine.by_temporal import OverTemporal
from console.incidents.sending import send
from console.terminal.output import say
from incidents.commands import Order
from incidents.patience import WORKER
from incidents.questions import ask_view
from incidents.waiting import wait_for_incident
from models.answers.view import IncidentView
from models.incident.record import Incident, TimelineEntry
from models.way_in import WayIn

ALERT = Path(__file__).parent / "alert.json"
CUE_PATIENCE = timedelta(seconds=30)
BREATH_SECONDS = 0.6


class CueMissed(Exception):  # noqa: N818 - says what is
    """The incident did not do what the play waits for."""


def alert_body(status: str, started_at: datetime) -> dict[str, Any]:
    """The Alertmanager webhook, firing or resolved, dated now."""
    body: dict[str, Any] = json.loads(ALERT.read_text())
    body["status"] = status
    for alert in body["alerts"]:
        alert["status"] = status
        alert["startsAt"] = started_at.isoformat()
        if status == "resolved":
            alert["endsAt"] = datetime.now(UTC).isoformat()
    # A new key, because the group of an earlier demonstration may still wait for a recurrence.
    body["groupKey"] += f" {started_at.isoformat()}"
    return body


class Play:
    """Drives the incident and prints every new line of its timeline."""

    def __init__(self, client: Client, web_url: str, headers: Mapping[str, str]) -> None:
        self._client = client
        self._url = web_url
        self._headers = headers
        self._said = 0
        self._began_at = datetime.now(UTC)
        self.incident_id = ""

    async def post_alert(self, status: str) -> dict[str, Any]:
        """Post the webhook to the web server."""
        async with httpx2.AsyncClient(trust_env=False, headers=self._headers) as http:
            answer = await http.post(
                f"{self._url}/v1/alerts/alertmanager",
                json=alert_body(status, self._began_at),
                timeout=10.0,
            )
        if answer.status_code != httpx2.codes.ACCEPTED:
            raise CueMissed(f"the web server answered {answer.status_code}: {answer.text[:300]}")
        accepted: dict[str, Any] = answer.json()
        return accepted

    async def find_incident(self, group_id: str) -> None:
        """Ask the alert group which incident it opened."""
        self.incident_id = await wait_for_incident(self._client, group_id, CUE_PATIENCE)

    async def view(self) -> IncidentView:
        """Read the incident; print new lines of its timeline."""
        view = await ask_view(self._client, self.incident_id, WORKER)
        for entry in view.incident.timeline[self._said :]:
            self._say(entry)
        self._said = len(view.incident.timeline)
        return view

    async def cue(self, what: str, come: Callable[[Incident], bool]) -> Incident:
        """Wait until the incident meets a condition."""
        try:
            async with asyncio.timeout(CUE_PATIENCE.total_seconds()):
                while not come((view := await self.view()).incident):
                    await asyncio.sleep(0.2)
                return view.incident
        except TimeoutError:
            raise CueMissed(
                f"timed out after {CUE_PATIENCE.total_seconds():g} s while waiting until {what}"
            ) from None

    async def do(self, actor: str, name: str, **fields: object) -> None:
        """Give a command, as the console does."""
        await asyncio.sleep(BREATH_SECONDS)
        payload = {"actor": actor, "via": WayIn.COMMAND_LINE.value, **fields}
        await send(OverTemporal(self._client), Order(self.incident_id, name, payload), WORKER)
        await self.view()

    def _say(self, entry: TimelineEntry) -> None:
        after = (entry.recorded_at - self._began_at).total_seconds()
        say(f"  {after:5.1f} s  {entry.kind:22} {entry.summary}")
