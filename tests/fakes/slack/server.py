"""A server that judges calls as the published Web API of Slack does, and keeps what they do."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.views import View

from tests.fakes.counterparts.counterpart import WAIT
from tests.fakes.slack.checks import check_blocks
from tests.fakes.slack.socket import SlackSocket
from tests.fakes.slack.state import BOT, TEAM, Conversation, Posted, Refused, Workspace
from tests.fakes.webhook_sink import Answer, WebhookSink

_WRITES = "chat.postMessage"
TOKEN, APP_TOKEN = "xoxb-token-secret", "xapp-token-secret"


class SlackServer(WebhookSink):
    """The Web API of one workspace, for whoever has the token of the bot.

    What `answers` hold meets the next `chat.postMessage`; `meets` holds answers for other methods.
    `without` are scopes that the app lacks: calls of these methods are refused. `allows` says how
    many more calls of a method are allowed in this minute.
    """

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.workspace = Workspace()
        self.token = token
        self.app_token = APP_TOKEN
        self.meets: dict[str, list[Answer]] = {}
        self.without: set[str] = set()
        self.allows: dict[str, int] = {}
        self.told: list[dict[str, Any]] = []
        """What came to response URLs, and what only one person sees."""
        self.open_views: list[dict[str, Any]] = []
        """The forms that are open, the newest last."""
        self.expires = False
        self.socket: SlackSocket | None = None
        self._triggers: set[str] = set()

    @property
    def api(self) -> str:
        """The address of the Web API."""
        return self.url_of("api")

    @property
    def posted(self) -> list[tuple[str, Posted]]:
        """Each message of the bot with its place, in order."""
        every = [
            (place.id, each)
            for place in self.workspace.conversations.values()
            for each in place.messages
            if each.user == BOT
        ]
        return sorted(every, key=lambda found: found[1].ts)

    def trigger(self, user: str) -> str:
        """Something that a user did, for which the app may open one form."""
        made = f"{self.workspace.number()}.{user}"
        self._triggers.add(made)
        return made

    def calls(self, method: str) -> list[dict[str, str]]:
        """The arguments of each call of a method, in order."""
        came = (request for request in self.requests if request.path == f"/api/{method}")
        return [dict(parse_qsl(request.body.decode())) for request in came]

    def _answer_to(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.startswith("/respond/"):
            self.told.append(json.loads(body))
            return Answer(body=b"ok")
        method = path.removeprefix("/api/")
        waiting = self.answers if method == _WRITES else self.meets.get(method, [])
        programmed = waiting.pop(0) if waiting else None
        if programmed and not programmed.effective:
            return programmed
        if self.allows.get(method) == 0:
            said = {"ok": False, "error": "ratelimited"}
            headers = {"Retry-After": f"{WAIT.seconds}"}
            return Answer(status=429, headers=headers, body=json.dumps(said).encode())
        if method in self.allows:
            self.allows[method] -= 1
        done = self._done(method, headers, body)
        return programmed or Answer(body=json.dumps(done).encode())

    def _done(self, method: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        given = dict(parse_qsl(body.decode(), keep_blank_values=True))
        token = self.app_token if method.startswith("apps.") else self.token
        act = getattr(self, f"_{method.replace('.', '_')}", None)
        if headers.get("authorization") != f"Bearer {token}":
            return {"ok": False, "error": "invalid_auth"}
        if act is None or method in self.without:
            return {"ok": False, "error": "missing_scope" if act else "unknown_method"}
        try:
            return {"ok": True, **act(given)}
        except Refused as refused:
            return {"ok": False, "error": refused.code}

    def _chat_postMessage(self, given: dict[str, str]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        place = self.workspace.place(given.get("channel"))
        if place.archived:
            raise Refused("is_archived")
        if BOT not in place.members:
            raise Refused("not_in_channel")
        thread = given.get("thread_ts")
        if thread and place.message(thread) is None:
            raise Refused("thread_not_found")
        made = self.workspace.post(place, BOT, **content_of(given), thread_ts=thread)
        return {"channel": place.id, "ts": made.ts, "message": made.shown(with_metadata=True)}

    def _chat_update(self, given: dict[str, str]) -> dict[str, Any]:
        place = self.workspace.conversations.get(given.get("channel", ""))
        found = place.message(given.get("ts")) if place else None
        if place is None or found is None:
            raise Refused("channel_not_found" if place is None else "message_not_found")
        if found.user != BOT:
            raise Refused("cant_update_message")
        content = content_of(given)
        found.text, found.blocks = content["text"], content["blocks"]
        found.metadata = content["metadata"] or found.metadata
        found.edits += 1
        return {"channel": place.id, "ts": found.ts}

    def _chat_postEphemeral(self, given: dict[str, str]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if given.get("user") not in self.workspace.place(given.get("channel")).members:
            raise Refused("user_not_in_channel")
        self.told.append(content_of(given))
        return {"message_ts": "1.1"}

    def _views_open(self, given: dict[str, str]) -> dict[str, Any]:
        if given.get("trigger_id") not in self._triggers or self.expires:
            raise Refused("expired_trigger_id")
        self._triggers.remove(given["trigger_id"])
        view = {**view_of(given), "id": f"V{self.workspace.number()}"}
        self.open_views.append(view)
        return {"view": view}

    def _views_update(self, given: dict[str, str]) -> dict[str, Any]:
        found = next((each for each in self.open_views if each["id"] == given.get("view_id")), None)
        if found is None:
            raise Refused("not_found")
        found |= view_of(given)
        return {"view": found}

    def _apps_connections_open(self, _: dict[str, str]) -> dict[str, Any]:
        if self.socket is None:
            raise Refused("internal_error")
        return {"url": self.socket.ticket()}

    def _auth_test(self, _: dict[str, str]) -> dict[str, Any]:
        return {"team_id": TEAM, "user_id": BOT}

    def _conversations_history(self, given: dict[str, str]) -> dict[str, Any]:
        place = self.workspace.place(given.get("channel"))
        roots = [each for each in place.messages if each.thread_ts in {None, each.ts}]
        return self._page(list(reversed(roots)), given)

    def _conversations_replies(self, given: dict[str, str]) -> dict[str, Any]:
        place = self.workspace.place(given.get("channel"))
        named = place.message(given.get("ts"))
        if named is None:
            raise Refused("thread_not_found")
        root = named.thread_ts or named.ts
        thread = [each for each in place.messages if root in {each.ts, each.thread_ts}]
        return self._page(thread, given)

    def _page(self, found: list[Posted], given: dict[str, str]) -> dict[str, Any]:
        start, limit = int(given.get("cursor") or 0), int(given.get("limit", "100"))
        full = given.get("include_all_metadata") == "true"
        if "latest" in given:
            found = [each for each in found if given["oldest"] <= each.ts <= given["latest"]]
        page = [each.shown(with_metadata=full) for each in found[start : start + limit]]
        more = start + limit < len(found)
        cursor = str(start + limit) if more else ""
        return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}

    def _conversations_create(self, given: dict[str, str]) -> dict[str, Any]:
        name = given.get("name", "")
        if not re.fullmatch(r"[a-z0-9_-]{1,80}", name):
            raise Refused("invalid_name_specials")
        if any(each.name == name for each in self.workspace.conversations.values()):
            raise Refused("name_taken")
        private = given.get("is_private") == "true"
        made = self.workspace.add_channel(name, creator=BOT, private=private)
        return {"channel": made.shown()}

    def _conversations_list(self, given: dict[str, str]) -> dict[str, Any]:
        every = [each for each in self.workspace.conversations.values() if each.name]
        start, limit = int(given.get("cursor") or 0), int(given.get("limit", "100"))
        more = start + limit < len(every)
        return {
            "channels": [each.shown() for each in every[start : start + limit]],
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _conversations_info(self, given: dict[str, str]) -> dict[str, Any]:
        return {"channel": self.workspace.place(given.get("channel")).shown()}

    def _conversations_setTopic(self, given: dict[str, str]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if len(given.get("topic", "")) > 250:
            raise Refused("too_long")
        self._open(given).topic = given["topic"]
        return {}

    def _conversations_setPurpose(self, given: dict[str, str]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if len(given.get("purpose", "")) > 250:
            raise Refused("too_long")
        self._open(given).purpose = given["purpose"]
        return {}

    def _conversations_invite(self, given: dict[str, str]) -> dict[str, Any]:
        place, user = self._open(given), given.get("users", "")
        if user not in self.workspace.users:
            raise Refused("user_not_found")
        if user in place.members:
            raise Refused("already_in_channel")
        place.members.add(user)
        return {"channel": place.shown()}

    def _conversations_archive(self, given: dict[str, str]) -> dict[str, Any]:
        place = self.workspace.place(given.get("channel"))
        if place.archived:
            raise Refused("already_archived")
        place.archived = True
        return {}

    def _open(self, given: dict[str, str]) -> Conversation:
        place = self.workspace.place(given.get("channel"))
        if place.archived:
            raise Refused("is_archived")
        return place

    def _conversations_open(self, given: dict[str, str]) -> dict[str, Any]:
        user = given.get("users", "")
        if user not in self.workspace.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.workspace.direct(user).id}}

    def _users_lookupByEmail(self, given: dict[str, str]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        for user in self.workspace.users.values():
            if user["profile"]["email"] == given.get("email"):
                return {"user": user}
        raise Refused("users_not_found")

    def _users_info(self, given: dict[str, str]) -> dict[str, Any]:
        user = self.workspace.users.get(given.get("user", ""))
        if user is None:
            raise Refused("user_not_found")
        return {"user": user}


def content_of(given: dict[str, str]) -> dict[str, Any]:
    """The content of a message, if Slack would take it. Raises Refused."""
    blocks = json.loads(given.get("blocks", "[]"))
    text = given.get("text", "")
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > 40_000:
        raise Refused("msg_too_long")
    check_blocks(blocks)
    said = json.loads(given["metadata"]) if given.get("metadata") else None
    if said is not None and not {"event_type", "event_payload"} <= said.keys():
        raise Refused("invalid_metadata_format")
    return {"text": text, "blocks": blocks, "metadata": said}


def view_of(given: dict[str, str]) -> dict[str, Any]:
    """A form, if Slack would show it. Raises Refused."""
    view: dict[str, Any] = json.loads(given.get("view", "{}"))
    titles = [view[name] for name in ("title", "submit", "close") if name in view]
    if any(not 1 <= len(each["text"]) <= 24 for each in titles):
        raise Refused("invalid_arguments")
    if len(view.get("private_metadata", "")) > 3000 or len(view.get("callback_id", "")) > 255:
        raise Refused("invalid_arguments")
    check_blocks(view["blocks"], modal=True)
    try:
        View(**view).validate_json()
    except SlackObjectFormationError as error:
        raise Refused("invalid_arguments") from error
    return view
