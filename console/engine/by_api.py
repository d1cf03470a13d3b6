"""The engine over the API of a web server: for everybody without credentials of Temporal."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import SecretStr, TypeAdapter

from console.engine.asking import Asking, asking
from console.engine.protocol import Previewed, Reported
from console.engine.refused import of_command, of_override, of_question, of_report
from console.policies.file import read_policy
from console.terminal.running import OWNER_OF_TOKEN
from incidents import patience
from incidents.command_ids import new_command_id
from incidents.commands import Order
from incidents.errors import IncidentNotFound, NotConfirmed
from incidents.finding import Filters, Found, ListedIncident
from incidents.questions import Explained, ReadFrom, Seen, Source
from models.answers.adoption import AdoptionPreview
from models.answers.description import Ending
from models.answers.on_call import OnCallQuestion, OnCallShown
from models.answers.overrides import OverrideShown, OverridesShown
from models.answers.report_preview import JudgedPreview
from models.answers.view import IncidentView
from models.answers.why import Explanation, WhyQuestion
from models.answers.workload import WorkloadShown, WorkloadsShown
from models.command import CommandResult
from models.incident.record import Report

if TYPE_CHECKING:
    from incidents.schedules.overriding import AskedOverride

MOST_LISTED = 1000
"""The API lists no more at once."""
LONGEST_WAIT = timedelta(seconds=20)
"""The API waits no longer for a worker; for more, the same command is sent again."""
SHORTEST_WAIT = timedelta(seconds=1)
HOW = ("actor", "via", "proof", "command_id", "sent_at")
"""Fields of a command that follow from the credential and the headers."""
_ROWS = TypeAdapter(tuple[ListedIncident, ...])


@asynccontextmanager
async def over_api(url: str, token: SecretStr | None) -> AsyncIterator["OverApi"]:
    """The engine behind an address. Raises `Failure` if it may not have the token."""
    async with asking(url, token) as api:
        yield OverApi(api)


class OverApi:
    """Asks the API of a web server, and turns its answers into those of `incidents/`."""

    def __init__(self, api: Asking) -> None:
        self._api = api

    async def report(self, told: Report, seed: str, now: datetime, within: timedelta) -> Reported:
        """Open the incident of a report; the web server judges it by its own policy and clock."""
        del now
        body = _reported(told)
        opened = (await self._api.post("/v1/incidents", body, seed, within, of_report)).document
        begun = (opened["severity"], opened["policy"])
        return Reported(opened["incident"], opened["started"], *begun)

    async def preview_report(self, told: Report, now: datetime) -> JudgedPreview:
        """What a report would do, by the policy and the clock of the web server."""
        del now
        path, key = "/v1/incidents/preview", new_command_id()
        answer = await self._api.post(path, _reported(told), key, patience.WORKER, of_report)
        return JudgedPreview.model_validate_json(json.dumps(answer.document))

    async def give(self, order: Order, patience: timedelta) -> CommandResult:
        """Give a command. If no worker answers, the same one is sent until `patience` ends."""
        given = order.payload
        body = {n: v for n, v in given.items() if n not in HOW and v is not None}
        if given["actor"] != OWNER_OF_TOKEN:
            body["actor"] = given["actor"]
        path, refused = f"{_of(order.incident_id)}/commands/{order.name}", of_command(order)
        left = patience
        while left > timedelta():
            wait = max(SHORTEST_WAIT, min(left, LONGEST_WAIT))
            answer = await self._api.post(path, body, order.command_id, wait, refused)
            if answer.done:
                told = answer.document
                known = {name: told[name] for name in CommandResult.model_fields}
                return CommandResult.model_validate_json(json.dumps(known))
            left -= wait
        raise NotConfirmed(order.incident_id)

    async def knows(self, incident_id: str) -> bool:
        """Whether there is such an incident."""
        try:
            await self._incident(incident_id)
        except IncidentNotFound:
            return False
        return True

    async def runs(self, incident_id: str) -> bool:
        """Whether the incident's workflow still runs."""
        running: bool = (await self._incident(incident_id))["running"]
        return running

    async def view(self, incident_id: str, patience: timedelta) -> Seen:
        """How an incident stands."""
        told = await self._incident(incident_id, patience=patience)
        ended, running = told.pop("ended"), told.pop("running")
        if ended:
            ended["at"] = datetime.fromisoformat(ended["at"])
        return Seen(
            running=running,
            read_from=_read_from(told),
            ending=Ending(**ended) if ended else None,
            view=IncidentView.model_validate_json(json.dumps(told)),
        )

    async def why(self, incident_id: str, question: WhyQuestion, patience: timedelta) -> Explained:
        """Why somebody was paged, or was not."""
        asked = question.model_dump(mode="json", exclude_none=True)
        told = await self._incident(incident_id, "/why", asked, patience)
        read_from = _read_from(told)
        return Explained(Explanation.model_validate_json(json.dumps(told)), read_from)

    async def find(self, filters: Filters, limit: int) -> Found:
        """The incidents that match. Raises NotInPolicy."""
        asked: dict[str, Any] = {
            "state": [state.value for state in filters.states],
            "severity": list(filters.severities),
            "service": filters.service,
            "manager": filters.manager,
            "person": filters.person,
            "open": filters.only_open or None,
            "breached": filters.breached or None,
            "on_hold": filters.on_hold or None,
            "overridden": filters.overridden or None,
            "limit": min(limit, MOST_LISTED),
        }
        told = await self._api.get("/v1/incidents", asked)
        for row in told["incidents"]:
            row.pop("incident")
        rows = _ROWS.validate_json(json.dumps(told["incidents"]))
        return Found(rows, told["more"], told["query"], tuple(told.get("severities", ())))

    async def preview(self, incident_id: str, file: Path, patience: timedelta) -> Previewed:
        """What adopting the policy of a file would do, if the web server knows that policy."""
        asked = {"hash": read_policy(file).policy_hash}
        told = await self._incident(incident_id, "/adoption", asked, patience)
        known = {name: told[name] for name in AdoptionPreview.model_fields}
        found = AdoptionPreview.model_validate_json(json.dumps(known))
        return Previewed(found, told["policy_hash"], found.policy_name, found.policy_version)

    async def on_call(self, asked: OnCallQuestion) -> OnCallShown:
        """Who is on call by the policy in force."""
        times = {"at": asked.at, "from": asked.start, "to": asked.end}
        query: dict[str, Any] = {name: at.isoformat() for name, at in times.items()}
        told = await self._api.get("/v1/oncall", {**query, "schedule": list(asked.schedules)})
        return OnCallShown.model_validate_json(json.dumps(told))

    async def override(self, asked: "AskedOverride", actor: str) -> OverrideShown:
        """Put somebody on call instead; sent again, it is the same override."""
        body = {
            "schedule": asked.schedule,
            "person": asked.person,
            "covers": asked.covers,
            "from": asked.begins_at.isoformat(),
            "until": asked.ends_at.isoformat(),
            "reason": asked.reason,
            **_acting(actor),
        }
        path = "/v1/oncall/overrides"
        told = await self._api.post(path, body, asked.id, patience.WORKER, of_override)
        return OverrideShown.model_validate_json(json.dumps(told.document))

    async def end_override(self, override_id: str, actor: str) -> OverrideShown:
        """End an override."""
        path = f"/v1/oncall/overrides/{quote(override_id, safe='')}"
        told = await self._api.delete(path, _acting(actor), of_override)
        return OverrideShown.model_validate_json(json.dumps(told))

    async def overrides(self) -> OverridesShown:
        """Who is on call instead."""
        told = await self._api.get("/v1/oncall/overrides")
        return OverridesShown.model_validate_json(json.dumps(told))

    async def workload(self, who: str, patience: timedelta) -> WorkloadShown:
        """What a person or channel has on their hands."""
        told = await self._api.get(f"/v1/workloads/{quote(who, safe='')}", patience=patience)
        return WorkloadShown.model_validate_json(json.dumps(told))

    async def workloads(self, patience: timedelta) -> tuple[WorkloadShown, ...]:
        """What everybody has on their hands who has something."""
        told = await self._api.get("/v1/workloads", patience=patience)
        return WorkloadsShown.model_validate_json(json.dumps(told)).workloads

    async def _incident(
        self,
        incident_id: str,
        about: str = "",
        asked: dict[str, Any] | None = None,
        patience: timedelta = timedelta(),
    ) -> Any:
        path, refused = f"{_of(incident_id)}{about}", of_question(incident_id)
        return await self._api.get(path, asked, patience=patience, refused=refused)


def _reported(told: Report) -> dict[str, Any]:
    """A report as the API takes it."""
    said = told.model_dump(mode="json", exclude_defaults=True)
    body = {name: said[name] for name in said if name != "reporter"}
    if told.reporter.name != OWNER_OF_TOKEN:
        body["reporter"] = told.reporter.name
    return body


def _acting(actor: str) -> dict[str, str]:
    """Who acts, unless the token says so."""
    return {} if actor == OWNER_OF_TOKEN else {"actor": actor}


def _of(incident_id: str) -> str:
    return f"/v1/incidents/{quote(incident_id, safe='')}"


def _read_from(told: dict[str, Any]) -> ReadFrom:
    """Take the source of an answer (worker, history or archive) out of the document."""
    as_of, source = told.pop("as_of"), Source(told.pop("read_from"))
    return ReadFrom(source, datetime.fromisoformat(as_of) if as_of else None)
