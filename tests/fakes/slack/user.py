"""Somebody who uses Slack: presses buttons, fills in forms, types commands, marks messages.

Slack signs what they do and sends it to the web server; what comes back is what they see.
"""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.state import TEAM, Posted

SIGNING_SECRET = "signing-secret"


def signed(body: bytes, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """The headers with which Slack sends a body."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


class SlackUser:
    """A user of the workspace in front of the web server."""

    def __init__(self, user: str, slack: SlackServer, http: httpx2.AsyncClient) -> None:
        self.user = user
        self.slack = slack
        self.http = http

    async def sends(self, path: str, body: bytes, kind: str, **headers: str) -> httpx2.Response:
        """Slack sends something about them."""
        said = {"Content-Type": kind, **signed(body), **headers}
        return await self.http.post(f"/callbacks/slack/{path}", content=body, headers=said)

    async def interacts(self, payload: dict[str, Any]) -> httpx2.Response:
        """Slack sends what they did."""
        who = {"user": {"id": self.user}, "team": {"id": TEAM}}
        body = urlencode({"payload": json.dumps({**who, **payload})}).encode()
        return await self.sends("interactions", body, "application/x-www-form-urlencoded")

    async def presses(
        self, label: str, place: str, message: Posted, *, at: str | None = None
    ) -> httpx2.Response:
        """They press a button of a message, `at` a time that Slack knows it by."""
        return await self.interacts(self.press(label, place, message, at=at))

    def press(
        self, label: str, place: str, message: Posted, *, at: str | None = None
    ) -> dict[str, Any]:
        """What Slack says when they press a button."""
        buttons = [each for block in message.blocks for each in block.get("elements", [])]
        button = next(each for each in buttons if each["text"]["text"] == label)
        action = {"action_id": button["action_id"], "value": button.get("value", "")}
        action |= {"action_ts": at or f"{self.slack.workspace.number()}.0"}
        return {
            "type": "block_actions",
            "user": {"id": self.user},
            "team": {"id": TEAM},
            "channel": {"id": place},
            "message": {"ts": message.ts},
            "actions": [action],
            "trigger_id": self.slack.trigger(self.user),
            "response_url": self.slack.url_of(f"respond/{self.user}"),
        }

    async def sends_form(self, **filled: Any) -> dict[str, Any]:
        """They fill in the form that is open, and send it; returns the answer."""
        view = self.slack.open_views[-1]
        values = {name: {"value": _state(view, name, given)} for name, given in filled.items()}
        values = {**_untouched(view), **values}
        answer = await self.interacts(
            {"type": "view_submission", "view": {**view, "state": {"values": values}}}
        )
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json() if answer.content else {}
        return said

    async def types(self, text: str, **more: str) -> dict[str, Any]:
        """They type `/incident` and a text; returns what they see, {} for nothing."""
        form = {"command": "/incident", "text": text, "user_id": self.user, "team_id": TEAM}
        form |= {"trigger_id": self.slack.trigger(self.user)}
        form |= {"response_url": self.slack.url_of(f"respond/{self.user}"), **more}
        kind = "application/x-www-form-urlencoded"
        answer = await self.sends("commands", urlencode(form).encode(), kind)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json() if answer.content else {}
        return said

    async def marks(self, place: str, ts: str, reaction: str = "memo") -> httpx2.Response:
        """They mark a message with a reaction."""
        known = self.slack.workspace.conversations.get(place)
        message = known.message(ts) if known else None
        if message:
            message.reactions.setdefault(reaction, []).append(self.user)
        item = {"type": "message", "channel": place, "ts": ts}
        event = {"type": "reaction_added", "user": self.user, "reaction": reaction, "item": item}
        body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event}).encode()
        return await self.sends("events", body, "application/json")

    @property
    def told(self) -> list[str]:
        """What they alone read below messages."""
        return [each["blocks"][0]["text"]["text"] for each in self.slack.told]


def _untouched(view: dict[str, Any]) -> dict[str, Any]:
    """What Slack says of fields that nobody touched."""
    elements = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    found: dict[str, Any] = {}
    for name, element in elements.items():
        kind = element["type"]
        said = {"type": kind, "value": element.get("initial_value")}
        if kind == "static_select":
            said = {"type": kind, "selected_option": element.get("initial_option")}
        found[name] = {"value": said}
    return found


def _state(view: dict[str, Any], name: str, given: Any) -> dict[str, Any]:
    """What Slack says of a field that somebody filled in."""
    block = next(each for each in view["blocks"] if each.get("block_id") == name)
    kind = block["element"]["type"]
    match kind:
        case "static_select":
            known = [each["value"] for each in block["element"]["options"]]
            assert given in known, (name, given, known)
            return {"type": kind, "selected_option": {"value": given}}
        case "multi_static_select" | "checkboxes":
            return {"type": kind, "selected_options": [{"value": each} for each in given]}
        case "datetimepicker":
            return {"type": kind, "selected_date_time": given}
        case _:
            return {"type": kind, "value": given}
