"""The manifest of the documentation makes an app that the engine can use, and no more than that."""

import re
from typing import Any

import yaml
from fastapi.routing import APIRoute, iter_route_contexts

from runtime.settings import ROOT
from tests.web.callbacks.conftest import Office

MANIFEST: dict[str, Any] = yaml.safe_load(
    (ROOT / "docs" / "examples" / "slack-manifest.yaml").read_text()
)
DOCUMENT = (ROOT / "docs" / "slack.md").read_text()
NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "channels:history",
    "conversations.create": "channels:manage",
    "conversations.archive": "channels:manage",
    "conversations.invite": "channels:manage",
    "conversations.setTopic": "channels:manage",
    "conversations.setPurpose": "channels:manage",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.replies": "channels:history",
    "users.lookupByEmail": "users:read.email",
    "users.info": "users:read",
    "views.open": "",
    "views.update": "",
    "auth.test": "",
    "apps.connections.open": "",
}
"""The methods and their scopes, as the published reference has them."""


def called() -> set[str]:
    """The methods that the code names."""
    files = [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "web" / "callbacks").rglob("*.py")]
    text = "".join(file.read_text() for file in files if "slack" in str(file))
    return set(re.findall(r'"((?:chat|conversations|users|views|auth|apps)\.[a-zA-Z.]+)"', text))


def test_every_call_has_its_scope_and_every_scope_is_explained() -> None:
    """A scope that is missing fails only when somebody is paged."""
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert called() <= set(NEEDS)
    assert {NEEDS[method] for method in called()} - {""} <= scopes
    assert [scope for scope in scopes if f"`{scope}`" not in DOCUMENT] == []


async def test_its_addresses_are_those_of_the_web_server(office: Office) -> None:
    """Of all three."""
    settings = MANIFEST["settings"]
    urls = [each["url"] for each in MANIFEST["features"]["slash_commands"]]
    urls += [settings["interactivity"]["request_url"]]
    urls += [settings["event_subscriptions"]["request_url"]]
    told = {url.removeprefix("https://incidents.example.org") for url in urls}
    routes = [each.original_route for each in iter_route_contexts(office.app.routes)]
    served = {route.path for route in routes if isinstance(route, APIRoute)}
    assert told == {path for path in served if path.startswith("/callbacks/slack/")}
    assert settings["event_subscriptions"]["bot_events"] == ["reaction_added"]
