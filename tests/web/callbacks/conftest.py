"""One running engine whose messages go to a workspace of Slack, and people who use it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.signed_links import LinkKeys, Links
from models.incident.record import Incident
from tests.fakes.counterparts.slack import PLACE, SlackCounterpart
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.state import BOT, Posted
from tests.fakes.slack.user import SIGNING_SECRET, SlackUser
from tests.patience import PATIENCE_SECONDS
from tests.runners import unguarded
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import AUTHORISED, TOKEN
from web.app import create_app
from web.callbacks.slack import buttons, forms, people
from web.callbacks.slack.apps import slack_apps

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
ANA, BO, STRANGER = "U0ANA", "U0BO", "U0STRANGER"
MORE = """
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
roles:
  incident_manager: { duties: [Leads] }
communication:
  audiences: { responders: { channels: [chat], on: [reported, resolved] } }
authority: { assign_role: anyone, by_link: [acknowledge, assign_role, post_update, resolve] }
"""
REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}


@dataclass
class Office:
    """The engine, the workspace, and the web server between them."""

    siren: Siren
    slack: SlackServer
    app: FastAPI
    http: httpx2.AsyncClient

    def user(self, user: str) -> SlackUser:
        """Somebody in the workspace."""
        return SlackUser(user, self.slack, self.http)

    async def reports(self) -> str:
        """The id of a new incident, once its message is in the channel."""
        answer = await self.http.post("/v1/incidents", json=REPORT, headers=AUTHORISED)
        assert answer.status_code == 201, answer.text
        incident: str = answer.json()["incident"]
        await until(lambda: self.root(incident) is not None)
        return incident

    def root(self, incident: str) -> Posted | None:
        """The first message of an incident in the channel."""
        place = self.slack.workspace.conversations[PLACE]
        about = (each for each in place.messages if incident in each.text and not each.thread_ts)
        return next(about, None)

    async def record(self, incident: str) -> Incident:
        """The record of an incident."""
        return await self.siren.record(incident)


async def until(seen: Callable[[], bool]) -> None:
    """Wait until something is seen."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not seen():
            await asyncio.sleep(0.01)


def policy_in(folder: Siren) -> None:
    """Write the policy: it pages by Slack, knows ana by her member ID and bo by his address."""
    path = policy_file(folder.policy.parent, more=MORE)
    text = path.read_text()
    for old, new in (
        ("channels: { log: { kind: log } }", "channels: { chat: { kind: slack } }"),
        ("paging: { channels: [log] }", "paging: { channels: [chat] }"),
        (
            "people: { ana: { email: ana@example.com } }",
            f"people: {{ ana: {{ slack: {ANA} }}, bo: {{ email: bo@example.com }} }}",
        ),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """However busy the machine is, nothing comes too late for Slack."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forms, "_READ_WITHIN_SECONDS", PATIENCE_SECONDS)
        for module, name in ((people, "_WITHIN"), (buttons, "_OPENS_WITHIN")):
            patched.setattr(module, name, timedelta(seconds=PATIENCE_SECONDS))
        yield


@pytest.fixture(scope="module")
async def office(
    time_skipping: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """A running engine."""
    folder = tmp_path_factory.mktemp("office")
    siren = Siren(time_skipping, uuid4().hex[:12], folder, runner=unguarded)
    policy_in(siren)
    async with SlackCounterpart() as counterpart:
        said = {**counterpart.settings, "signing_secret": SIGNING_SECRET}
        settings = {"chat": channel_settings(said)}
        links = Links(KEYS, "http://localhost")
        siren.directory = ChannelDirectory(settings, links=links)
        workspace = counterpart.server.workspace
        workspace.add_user(ANA)
        workspace.add_user(BO, "bo@example.com")
        workspace.add_user(STRANGER, "stranger@example.com")
        workspace.conversations[PLACE].members = {BOT, ANA, BO, STRANGER}
        async with siren.worker(), slack_apps(settings) as apps:
            app = create_app(
                siren.client,
                policy_file=siren.policy,
                documents=folder,
                task_queue=siren.task_queue,
                token=SecretStr(TOKEN),
                keys=KEYS,
                public_url="http://localhost",
                slack=apps,
            )
            for dispatcher in app.state.slack:
                dispatcher.promised.within = PATIENCE_SECONDS
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
                yield Office(siren, counterpart.server, app, http)
            await siren.dismissed()
        await siren.directory.aclose()
