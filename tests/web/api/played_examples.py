"""Plays the examples of the API against a real server, and keeps what it answers.

`make api-examples` writes the answers of today into web/http/examples.json.
"""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
from temporalio.service import RPCError

from incidents.schedules.overrides import book_of
from models.people.schedule_overrides import OVERRIDES_ID
from tests.conftest import time_skipping_server
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.conftest import http_for
from web.http.endpoints import PROBLEM_TYPE
from web.http.examples import FILE, known_examples

POLICY = Path(__file__).with_name("example_policy.yaml")
EXAMPLE_NOW = datetime(2026, 3, 17, 10, tzinfo=UTC)
"""The examples are as if they were played at this instant."""
COMMAND = "POST /v1/incidents/{incident}/commands/"
REPORT = "POST /v1/incidents"
PREVIEW = "POST /v1/incidents/preview"
OVERRIDES = "/v1/oncall/overrides"
LIFE = (
    ("acknowledge", "ana"),
    ("set_attribute", "ana"),
    ("set_severity", "ana"),
    ("assign_role", "ana"),
    ("unassign_role", "ana"),
    ("hand_over", "ana"),
    ("decline_handover", "bo"),
    ("hand_over", "ana"),
    ("accept_handover", "bo"),
    ("begin_diagnosis", "bo"),
    ("add_note", "ana"),
    ("post_update", "bo"),
    ("slow_updates", "bo"),
    ("escalate", "bo"),
    ("hold", "bo"),
    ("resume", "bo"),
    ("extend_clock", "bo"),
    ("set_date", "bo"),
    ("set_milestone", "bo"),
    ("correct_milestone", "bo"),
    ("withdraw_milestone", "bo"),
    ("link", "ana"),
    ("begin_resolution", "bo"),
    ("return_to_diagnosis", "bo"),
    ("begin_resolution", "bo"),
    ("complete_step", "ana"),
    ("!mitigate", "ana"),
    ("reject", "bo"),
    ("!mitigate", "ana"),
    ("approve", "bo"),
    ("mitigate", "ana"),
    ("adopt_policy", "bo"),
    ("resolve", "bo"),
    ("reopen", "bo"),
    ("resolve", "bo"),
    ("add_lesson", "bo"),
    ("add_action_item", "bo"),
    ("submit_review", "bo"),
    ("close", "bo"),
)
"""Every command of one incident, in an order that the policy allows; `!` is refused first."""
OTHER_LIFE = (("decline", "ana"), ("dispute_acknowledgement", "bo"), ("cancel", "ana"))
"""What needs an incident that nobody has acknowledged, or not really."""
QUESTIONS = (
    "/v1/incidents",
    "/v1/incidents/{incident}",
    "/v1/incidents/{incident}/timeline",
    "/v1/incidents/{incident}/clocks",
    "/v1/incidents/{incident}/next",
    "/v1/incidents/{incident}/why",
    "/v1/incidents/{incident}/adoption",
    "/v1/oncall",
    "/v1/workloads",
    "/v1/workloads/{who}",
    OVERRIDES,
    "/v1/policy",
    "/v1/policy/document",
    "/healthz",
    "/readyz",
)
SHARED = "shared"
JSON = {"Content-Type": "application/json"}
REFUSED: tuple[tuple[str, int, str, dict[str, Any]], ...] = (
    (SHARED, 400, "/v1/incidents", {"content": b"{title: Checkout}", "headers": JSON}),
    (SHARED, 401, "/v1/incidents", {"json": {}, "headers": {"Authorization": "Bearer wrong"}}),
    (SHARED, 404, "/v1/incidents/INC-260317-UNKN0WN/commands/resume", {"json": {"actor": "ana"}}),
    (SHARED, 413, "/v1/incidents", {"content": b" " * 2**22, "headers": JSON}),
    (SHARED, 415, "/v1/incidents", {"content": b"title=Checkout"}),
    (SHARED, 421, "/v1/incidents", {"json": {}, "headers": {"Host": "incidents.example.net"}}),
    (SHARED, 422, "/v1/incidents", {"json": {"titel": "Checkout fails", "reporter": "ana"}}),
    (f"{COMMAND}*", 403, "/v1/incidents/{incident}/commands/close", {"json": {"actor": "cy"}}),
    (
        f"{COMMAND}*",
        409,
        "/v1/incidents/{incident}/commands/begin_resolution",
        {"json": {"actor": "ana"}},
    ),
    (f"{COMMAND}*", 422, "/v1/incidents/{incident}/commands/hold", {"json": {"actor": "ana"}}),
    ("GET /v1/incidents", 422, "/v1/incidents?severity=sev1", {}),
    ("GET /v1/oncall", 404, "/v1/oncall?schedule=primry", {}),
    ("GET /v1/workloads/{who}", 404, "/v1/workloads/anna", {}),
    ("GET /v1/policy", 404, "/v1/policy?name=Another", {}),
    ("GET /v1/policy/document", 404, "/v1/policy/document?name=Another", {}),
    (f"POST {OVERRIDES}", 422, OVERRIDES, {"json": {"schedule": "primary", "person": "bo"}}),
    (f"DELETE {OVERRIDES}/{{override}}", 404, f"{OVERRIDES}/none?actor=ana", {}),
)
"""What is refused. `*` is every command; what is shared is so for every operation."""
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ])\d{2}:\d{2}(:\d{2})?(?:\.\d+)?(Z| UTC|\+00:00)?")

Answers = dict[str, dict[str, Any]]
"""By operation and status."""


class Play:
    """Sends the examples to a server. `answers` has what it answered."""

    def __init__(self, http: httpx2.AsyncClient, siren: Siren, began: datetime) -> None:
        self.http = http
        self.siren = siren
        self.answers: Answers = {}
        self._shift = began - EXAMPLE_NOW
        self._ids = {sha256(POLICY.read_bytes()).hexdigest(): _of_example("hash")}
        self._given: dict[str, int] = {}

    async def all(self) -> Answers:
        """Play everything."""
        await self._post("POST /v1/alerts/alertmanager", "/v1/alerts/alertmanager")
        await self._post(f"POST {OVERRIDES}", OVERRIDES, "override", actor="ana")
        await self._post(PREVIEW, "/v1/incidents/preview", reporter="ana")
        incident = await self._reported()
        for name, actor in LIFE[:2]:
            await self._give(incident, name, actor)
        await self._ask(incident)
        await self._be_refused(incident)
        for name, actor in LIFE[2:]:
            await self._give(incident, name, actor)
        await self._other_life()
        return self.answers

    async def _reported(self) -> str:
        for _ in range(2):
            answer = await self._post(REPORT, "/v1/incidents", "incident", reporter="ana")
        incident: str = answer["incident"]
        await self._paged(incident)
        return incident

    async def _paged(self, incident: str) -> None:
        """Wait until somebody was paged, so that there is something to ask about."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "page.sent" not in [
                entry.kind for entry in (await self.siren.record(incident)).timeline
            ]:
                await asyncio.sleep(0.02)

    async def _other_life(self) -> None:
        answer = await self.http.post("/v1/incidents", json={"title": "Login", "reporter": "ana"})
        incident = answer.json()["incident"]
        self._ids[incident] = _of_example("incident")
        await self._paged(incident)
        await self._give(incident, *OTHER_LIFE[0])
        by_link = {"actor": "bo", "via": "web", "proof": "link"}
        handle = self.siren.client.get_workflow_handle(incident)
        await handle.execute_update("acknowledge", by_link)
        for name, actor in OTHER_LIFE[1:]:
            await self._give(incident, name, actor)

    async def _give(self, incident: str, name: str, actor: str) -> None:
        name, refused = name.lstrip("!"), name.startswith("!")
        url = f"/v1/incidents/{incident}/commands/{name}"
        said = self._said(known_examples()["requests"][COMMAND + name])
        times = self._given[name] = self._given.get(name, 0) + 1
        key = {"Idempotency-Key": f"{name.replace('_', '-')}-{times}-{incident}"}
        answer = await self.http.post(url, json={**said, "actor": actor}, headers=key)
        if refused:
            assert answer.status_code != httpx2.codes.OK, f"{name}: {answer.text}"
        else:
            self._keep(COMMAND + name, answer)

    async def _ask(self, incident: str) -> None:
        for path in QUESTIONS:
            answer = await self.http.get(path.format(incident=incident, who="ana"))
            self._keep(f"GET {path}", answer)
        ended = next(id_ for id_, shown in self._ids.items() if shown == _of_example("override"))
        answer = await self.http.delete(f"{OVERRIDES}/{ended}", params={"actor": "ana"})
        self._keep(f"DELETE {OVERRIDES}/{{override}}", answer)

    async def _be_refused(self, incident: str) -> None:
        for name, status, path, said in REFUSED:
            how = "POST" if name == SHARED else name.partition(" ")[0]
            url = path.format(incident=incident)
            answer = await self.http.request(how, url, **said)
            assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
            self._keep(name, answer)

    async def _post(self, name: str, url: str, made: str = "", **more: Any) -> dict[str, Any]:
        said = self._said(known_examples()["requests"][name])
        headers = {"Idempotency-Key": f"ticket-4711-{self.siren.task_queue}"}
        answer = await self.http.post(url, json={**said, **more}, headers=headers)
        found: dict[str, Any] = answer.json()
        if made:
            self._ids[found.get(made) or found["id"]] = _of_example(made)
        self._keep(name, answer)
        return found

    def _keep(self, name: str, answer: httpx2.Response) -> None:
        refused = answer.headers["Content-Type"] == PROBLEM_TYPE and name in {
            n for n, *_ in REFUSED
        }
        assert answer.is_success or refused, f"{name}: {answer.status_code} {answer.text}"
        is_json = "json" in answer.headers["Content-Type"]
        shown = answer.json() if is_json else "\n".join(answer.text.splitlines()[:8]) + "\n"
        if isinstance(shown, dict) and "endpoints" in shown:
            shown["endpoints"] = shown["endpoints"][:2]
        kept = self.answers.setdefault(name, {})
        kept.setdefault(str(answer.status_code), json.loads(self._shown(json.dumps(shown))))

    def _said(self, example: Any) -> Any:
        text = json.dumps(example)
        for real, shown in self._ids.items():
            text = text.replace(shown, real)
        return json.loads(_moved(text, self._shift))

    def _shown(self, text: str) -> str:
        """An answer as if it were one of the instant of the examples."""
        for found, shown in self._ids.items():
            text = text.replace(found, shown)
        text = re.sub(rf"(-\d+)-{_of_example('incident')}", r"\1", text)
        return _moved(text.replace(self.siren.task_queue, "incidents"), -self._shift)


def _of_example(parameter: str) -> str:
    return str(known_examples()["parameters"][parameter])


def _moved(text: str, by: timedelta) -> str:
    """A text with all its instants moved."""

    def moved(found: re.Match[str]) -> str:
        rest = found[3] or ""
        plain = found[0].removesuffix(rest).replace(" ", "T")
        at = datetime.fromisoformat(plain) + by
        return (
            at.replace(tzinfo=None).isoformat(found[1], "seconds" if found[2] else "minutes") + rest
        )

    return _INSTANT.sub(moved, text)


@asynccontextmanager
async def playing(siren: Siren) -> AsyncIterator[Play]:
    """A play against a web server under the policy of the examples."""
    shutil.copy(POLICY, siren.policy)
    await _forget_overrides(siren)
    began = datetime.now(UTC).replace(second=0, microsecond=0)
    async with siren.worker(), http_for(siren.client, siren) as http:
        yield Play(http, siren, began)
    await _forget_overrides(siren)


async def _forget_overrides(siren: Siren) -> None:
    with suppress(RPCError):
        await siren.client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(siren.client).forget()


def written(examples: dict[str, dict[str, Any]]) -> str:
    """The file, with a line for each example."""

    def lines(entries: Iterable[tuple[str, Any]]) -> str:
        return ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in entries)

    parts = (f" {json.dumps(part)}: {{\n{lines(e.items())}\n }}" for part, e in examples.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


async def _record() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            await time_skipping_server() as env,
            playing(Siren(env, "examples", Path(folder))) as play,
        ):
            answers = await play.all()
    known = known_examples()
    refused = answers.pop(SHARED)
    kept = {name: {**known["answers"].get(name, {}), **new} for name, new in answers.items()}
    now = {"answers": {**known["answers"], **kept}, SHARED: {**known[SHARED], **refused}}
    FILE.write_text(written({**known, **now}))


if __name__ == "__main__":
    sys.exit(asyncio.run(_record()))
