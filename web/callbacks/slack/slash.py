"""The command `/incident`: report, list, show, update, who is on call, why somebody was paged."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

from incidents.finding import Filters, find, most_urgent_first
from incidents.questions import read_why
from incidents.schedules.overrides import book_of
from models.addresses import incident_page
from models.answers.view import IncidentView
from models.answers.why import WhyQuestion
from models.command import COMMANDS
from web.api.reading import WORKER
from web.api.refusing import reaching_incidents
from web.callbacks.slack.asked import command_id
from web.callbacks.slack.buttons import Buttons
from web.callbacks.slack.people import SlackPeople
from web.callbacks.slack.promised import Promised
from web.callbacks.slack.said import outcome, to_them
from web.http.errors import Refused
from web.identity.asker import Asker
from web.pages.all import Parts
from web.pages.board.on_call import OnCallNow
from web.pages.sending import Told, told_of
from web.pages.summary import seen_by
from web.pages.times import times_of

WITHIN = timedelta(seconds=20)
"""For what somebody wants to know; they read *not yet* meanwhile."""
MOST_LISTED, MOST_LINES, MOST_ANSWERS = 20, 8, 15
HELP = (
    "/incident report [TITLE]: opens a form",
    "/incident list: the open incidents",
    "/incident show ID: how one stands",
    "/incident update ID TEXT: posts a status update",
    "/incident do ID COMMAND: opens the form of any command, such as set_severity",
    "/incident oncall: who is on call now",
    "/incident why ID [WHO]: why somebody was paged, or was not",
)
_ON_CALL = re.compile(r"on[ -]?call\b", re.IGNORECASE)


class Slash:
    """Answers the command; only the person who typed it sees the answer."""

    def __init__(
        self,
        people: SlackPeople,
        parts: Parts,
        promised: Promised,
        buttons: Buttons,
        pages: str | None,
    ) -> None:
        self._people = people
        self._parts = parts
        self._promised = promised
        self._buttons = buttons
        self._pages = pages
        self._on_call = OnCallNow(parts.policy, parts.feeds, book_of(parts.client))

    async def typed(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to what somebody typed; empty if a form opens."""
        text = unescape(form.get("text", "")).strip()
        verb, _, rest = _ON_CALL.sub("oncall", text, count=1).partition(" ")
        user, rest = form.get("user_id", ""), rest.strip()
        make = self._form(verb.lower(), rest)
        if make:
            failed = await self._buttons.opened(user, form.get("trigger_id", ""), make)
            return outcome(failed) if failed else {}
        work = partial(self._done, user, verb.lower(), rest, form.get("trigger_id", ""))
        url = form.get("response_url", "")
        told = await self._promised.told(work, partial(self._buttons.tell, url))
        return to_them(told.text, told.lines)

    def _form(self, verb: str, rest: str) -> Callable[[Asker], Any] | None:
        """The form that somebody asks for, if it is one."""
        if verb == "report":
            return partial(self._buttons.forms.report, title=rest[:300])
        incident, _, command = rest.partition(" ")
        if verb == "do" and command:
            return partial(self._buttons.forms.command, incident, command_named(command))
        return None

    async def _done(self, user: str, verb: str, rest: str, trigger: str) -> Told:
        if verb == "update":
            incident, _, text = rest.partition(" ")
            key = command_id("slash", user, trigger)
            return await self._buttons.given(
                user, incident, "post_update", {"text": text.strip()}, key
            )
        try:
            asker = await self._people.asker(user)
            return await self._answer(verb, rest, asker.name or "")
        except Refused as refused:
            told = told_of(refused)
            return Told(str(refused), told.style, told.lines, told.status)

    async def _answer(self, verb: str, rest: str, person: str) -> Told:
        """What somebody wants to know. Raises Refused."""
        match verb:
            case "list":
                return await self._list()
            case "show" if rest:
                return await self._show(rest, person)
            case "oncall":
                return await self._who()
            case "why" if rest:
                return await self._why(*rest.split(maxsplit=1))
            case _:
                return Told("What /incident can do:", "", HELP)

    async def _list(self) -> Told:
        async with reaching_incidents(WITHIN):
            found = await find(self._parts.client, Filters(only_open=True), MOST_LISTED)
        rows = most_urgent_first(found.rows, self._parts.policy.severities())
        lines = [
            " ".join(filter(None, (row.id, row.severity, row.state, row.title)))
            + (f" (led by {row.manager})" if row.manager else "")
            for row in rows
        ]
        lines += ["and more"] if found.more else []
        return Told(f"{len(rows)} open" if rows else "No incident is open.", "", tuple(lines))

    async def _show(self, incident: str, person: str) -> Told:
        view = (await self._parts.reading.seen(incident)).view
        times = times_of(view.time_zone)
        seen = seen_by(person, view, times.words)
        lines = [
            f"state: {seen.state}" + ("" if not view.incident.hold else ", on hold"),
            f"since: {seen.since_words}",
            f"leads: {seen.leading or 'nobody'}",
            *([f"next limit: {seen.clock.words}"] if seen.clock else []),
            *(f"update owed to {audience}" for audience in seen.owed),
            *_possible(view),
            *(f"{line.words} {line.text}" for line in seen.timeline[:MOST_LINES]),
            *filter(None, [incident_page(self._pages, seen.incident)]),
        ]
        return Told(f"[{seen.incident}] {seen.severity} {seen.title}", "", tuple(lines))

    async def _who(self) -> Told:
        found = await self._on_call.duties()
        if found.trouble:
            return Told(found.trouble, "alarm")
        lines = (f"{duty.schedule}: {duty.who} {duty.until}".strip() for duty in found.lines)
        return Told("On call now:" if found.lines else "The policy has no schedule.", "", (*lines,))

    async def _why(self, incident: str, who: str = "") -> Told:
        question = WhyQuestion(who=who.strip()[:200] or None)
        parts = self._parts
        folder = parts.reading.documents
        async with reaching_incidents(WITHIN):
            found = await read_why(parts.client, incident, question, WORKER, folder)
        told = found.explanation
        lines = [answer.text for answer in told.answers[-MOST_ANSWERS:]]
        return Told(f"Why, by the record of {told.incident}:", "", (*lines, *told.notes))


def command_named(typed: str) -> str:
    """The command that somebody means: by its name, or as they type it in the console."""
    name = "_".join(typed.lower().replace("-", " ").split())
    as_typed = (spec.name for spec in COMMANDS.values() if spec.typed == name.replace("_", "-"))
    return name if name in COMMANDS else next(as_typed, name)


def _possible(view: IncidentView) -> Iterable[str]:
    for step in view.next:
        missing = f"missing: {'; '.join(step.missing)}" if step.missing else "possible now"
        yield f"{step.name}: {missing}"
