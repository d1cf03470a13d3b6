"""What to do with what Slack says, whether it came by HTTP or by Socket Mode."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog

from web.callbacks.slack.apps import SlackApp
from web.callbacks.slack.asked import text_in
from web.callbacks.slack.buttons import Buttons
from web.callbacks.slack.people import SlackPeople
from web.callbacks.slack.promised import Promised
from web.callbacks.slack.reactions import Reactions
from web.callbacks.slack.slash import Slash
from web.pages.all import Parts
from web.pages.sending import Told

log = structlog.get_logger(__name__)

CHALLENGE_BOUND = 500


class Dispatcher:
    """Does what people do in one workspace. Each answer comes before Slack stops waiting."""

    def __init__(self, app: SlackApp, parts: Parts, pages: str | None = None) -> None:
        self.app = app
        self.promised = Promised()
        people = SlackPeople(app, parts.policy.rules, parts.rates)
        self._buttons = Buttons(app, people, parts, self.promised)
        self._slash = Slash(people, parts, self.promised, self._buttons, pages)
        self._reactions = Reactions(app, people, self._buttons)

    async def interaction(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a button, or to a form; empty if there is nothing to say."""
        kind = text_in(payload, "type")
        log.info("slack.interaction", kind=kind, user=text_in(payload, "user", "id"))
        match kind:
            case "block_actions":
                await self._buttons.pressed(payload)
                return {}
            case "view_submission":
                return await self._buttons.submitted(payload)
            case _:
                return {}

    async def command(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to the command `/incident`."""
        if "ssl_check" in form:
            return {}
        log.info("slack.command", user=form.get("user_id", "")[:40])
        return await self._slash.typed(form)

    async def event(self, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to an event; None if Slack should send it again, which is no harm."""
        if text_in(payload, "type") == "url_verification":
            return {"challenge": text_in(payload, "challenge")[:CHALLENGE_BOUND]}
        event = payload.get("event")
        if not isinstance(event, Mapping) or text_in(event, "type") != "reaction_added":
            return {}
        told = await self.promised.told(partial(self._reactions.marked, event), _nobody_waits)
        done = told.status not in {HTTPStatus.ACCEPTED, HTTPStatus.SERVICE_UNAVAILABLE}
        return {} if done else None

    async def aclose(self) -> None:
        """Stop what is under way."""
        await self.promised.aclose()


async def _nobody_waits(told: Told) -> None:
    log.info("slack.event_done", status=told.status)
