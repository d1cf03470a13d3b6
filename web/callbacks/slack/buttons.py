"""Buttons that somebody presses under a message, and forms that they fill in."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog

from connectors.errors import ConnectorError
from connectors.slack.blocks import ACTION, LABELS, OPEN
from models.way_in import WayIn
from web.api.commanding import BODIES
from web.callbacks.slack.apps import SlackApp
from web.callbacks.slack.asked import action_of, command_id, text_in
from web.callbacks.slack.forms import COMMAND, REPORT, Forms
from web.callbacks.slack.modals import about_of, filled_in, note
from web.callbacks.slack.people import SlackPeople
from web.callbacks.slack.promised import Promised
from web.callbacks.slack.said import outcome
from web.http.errors import Refused
from web.pages.all import Parts
from web.pages.sending import Told, give, told_of

log = structlog.get_logger(__name__)

AT_ONCE = frozenset({"acknowledge"})
"""Commands that need no form."""
_OPENS_WITHIN = timedelta(seconds=1.5)
PROBLEM_BOUND = 150
NOT_OPENED = "Not opened: that took too long for Slack. Press the button again."


class Buttons:
    """Does what buttons and forms ask for, as the person of the policy who uses them."""

    def __init__(
        self, app: SlackApp, people: SlackPeople, parts: Parts, promised: Promised
    ) -> None:
        self._app = app
        self._people = people
        self._commanding = parts.commanding
        self._promised = promised
        self.forms = Forms(parts)

    async def pressed(self, payload: Mapping[str, Any]) -> None:
        """Give the command of a button, or open its form; the person hears what became of it."""
        action = action_of(payload)
        name = text_in(action, "action_id").removeprefix(ACTION)
        incident, user = text_in(action, "value"), text_in(payload, "user", "id")
        url = text_in(payload, "response_url")
        if name == OPEN or name not in LABELS:
            return
        if name in AT_ONCE:
            key = command_id(
                text_in(payload, "team", "id"),
                text_in(payload, "channel", "id"),
                text_in(payload, "message", "ts"),
                user,
                text_in(action, "action_id"),
                text_in(action, "action_ts"),
            )
            work = partial(self.given, user, incident, name, {}, key)
            told = await self._promised.told(work, partial(self.tell, url))
        else:
            trigger = text_in(payload, "trigger_id")
            failed = await self.opened(user, trigger, partial(self.forms.command, incident, name))
            if failed is None:
                return
            told = failed
        self._promised.later(self.tell(url, told))

    async def opened(self, user: str, trigger: str, make: Any) -> Told | None:
        """Open the form that `make` makes for the person of a user, or say why not."""
        try:
            async with asyncio.timeout(self._promised.within):
                asker = await self._people.asker(user)
                made = make(asker)
                view = await made if asyncio.iscoroutine(made) else made
                await self._app.slack.call(
                    "views.open", _OPENS_WITHIN, trigger_id=trigger, view=view
                )
        except TimeoutError:
            return Told(NOT_OPENED, "warn")
        except Refused as refused:
            return told_of(refused)
        except ConnectorError as error:
            log.warning("slack.form_not_opened", channel=self._app.name, error=error.reason)
            return Told(NOT_OPENED, "warn")
        return None

    async def submitted(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a form asks for; the answer closes it, or says what is wrong with it."""
        found = payload.get("view")
        view: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
        user, about = text_in(payload, "user", "id"), about_of(view)
        key = command_id(text_in(payload, "team", "id"), "view", text_in(view, "id"))
        fields = filled_in(view)
        match text_in(view, "callback_id"):
            case said if said == REPORT:
                work = partial(self._reported, user, fields, key)
            case said if said == COMMAND and about.get("command") in BODIES:
                named = (about.get("incident", ""), about["command"])
                work = partial(self.given, user, *named, fields, key)
            case _:
                return {}
        told = await self._promised.told(work, partial(self._show, text_in(view, "id")))
        return _answer(told, view)

    async def given(
        self, user: str, incident: str, name: str, fields: Mapping[str, str], key: str
    ) -> Told:
        """Give a command as the person of a user. Raises nothing."""
        try:
            asker = await self._people.asker(user)
        except Refused as refused:
            return self._nobody(user, refused)
        said = {**fields, "command_id": key}
        told = await give(self._commanding, asker, incident, name, said, way=WayIn.CHAT)
        return Told(told.text, told.style, status=told.status) if told.again else told

    async def _reported(self, user: str, fields: dict[str, str], key: str) -> Told:
        try:
            asker = await self._people.asker(user)
        except Refused as refused:
            return self._nobody(user, refused)
        try:
            return await self.forms.reported(fields, asker, key)
        except Refused as refused:
            log.info("slack.report_refused", user=user, error=refused.kind)
            return told_of(refused)

    def _nobody(self, user: str, refused: Refused) -> Told:
        log.warning("slack.unknown_user", channel=self._app.name, user=user[:40], why=refused.kind)
        return told_of(refused)

    async def tell(self, url: str, told: Told) -> None:
        """Tell somebody the outcome of what they did."""
        await self._app.tell(url, outcome(told))

    async def _show(self, view: str, told: Told) -> None:
        """Show in a form that is still open what became of it."""
        shown = note("Incident", (told.text, *told.lines))
        try:
            await self._app.slack.call("views.update", _OPENS_WITHIN, view_id=view, view=shown)
        except ConnectorError as error:
            log.info("slack.form_closed", channel=self._app.name, error=error.reason)


def _answer(told: Told, view: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a form: it closes, marks what is wrong, or says why nothing was done."""
    if told.status is HTTPStatus.OK and not told.lines:
        return {"response_action": "clear"}
    blocks = view.get("blocks")
    known = {text_in(block, "block_id") for block in blocks} if isinstance(blocks, list) else set()
    wrong: dict[str, str] = {}
    for where, problem in told.fields:
        place = where.removeprefix("report.")
        field = place if place in known else place.partition(".")[0]
        if field in known:
            wrong.setdefault(field, problem[:PROBLEM_BOUND])
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    title = text_in(view, "title", "text") or "Incident"
    return {"response_action": "update", "view": note(title, (told.text, *told.lines))}
