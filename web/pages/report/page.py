"""GET and POST /report: people with a session report an incident.

The form asks for what the policy requires of them, works out the severity as the policy does, and
says before sending what it will do. Whatever goes wrong, nothing that they typed is lost.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from incidents.command_ids import new_command_id
from models.access import Scope
from models.base import Actor
from models.way_in import WayIn
from rules.commands.beginning.judged_report import severities_open_to
from rules.commands.beginning.report_rules import not_allowed, who_may_report
from web.api.reports import Opened, Reported, Reports
from web.http.errors import Refused, log_refusal
from web.identity.logins import LOST
from web.pages.entry import Entry, Visitor, redirect
from web.pages.rendering import Pages
from web.pages.report.form import COMMAND_ID, Asking, Filled, Problem, filled, report_form
from web.pages.report.preview import ShownPreview, shown_preview
from web.pages.sending import ID_BOUND, Told, told_of
from web.policy import PolicyInForce

FORM_LIMIT_BYTES = 512 * 1024
"""A report of 8,000 letters takes up to 96 KiB in a form."""
CHECK, DO, SHOWN = "check", "do", "shown"
NOT_OURS = Told(
    f"Nothing is sent: {LOST.partition(':')[0]}. What you typed is still here; send it again.",
    "alarm",
    status=HTTPStatus.FORBIDDEN,
)


SAFE = "Send it again in a moment: it counts once, even if it has arrived."


class ReportPage:
    """Serves the form, and takes its reports."""

    def __init__(self, reports: Reports, policy: PolicyInForce, entry: Entry, pages: Pages) -> None:
        self._reports = reports
        self._policy = policy
        self._entry = entry
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Show an empty form to people who may report."""
        return await self._entry.enter(request, self._new, Scope.REPORT)

    async def take(self, request: Request) -> Response:
        """Take a form: check it, or open its incident."""
        try:
            sent = await self._entry.fields(request, FORM_LIMIT_BYTES)
        except Refused as refused:
            log_refusal(refused, request)
            return self._pages.note(refused)
        show, otherwise = partial(self._take, request, sent), partial(self._kept, sent[0])
        return await self._entry.enter(request, show, Scope.REPORT, otherwise)

    async def part(self, request: Request) -> Response:
        """Show what the form would do, while somebody fills it in."""
        show = partial(self._part, request)
        return await self._entry.enter(request, show, Scope.REPORT, self._ended)

    async def _new(self, visitor: Visitor) -> Response:
        reporter = _reporter(visitor)
        policy, _ = self._policy.compiled(None)
        if not severities_open_to(reporter, policy):
            rule = policy.reporting
            may = list(who_may_report(rule, None))
            message = not_allowed(reporter, rule)
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message, may=may)
        return await self._page(visitor, filled({}), command_id=new_command_id())

    async def _take(
        self, request: Request, sent: tuple[dict[str, str], bool], visitor: Visitor
    ) -> Response:
        fields, ours = sent
        given = filled(fields)
        key = fields.get(COMMAND_ID, "").strip()[:ID_BOUND] or new_command_id()
        if fields.get(DO) == CHECK:
            return await self._page(visitor, given, command_id=key, problems=given.problems)
        if not ours:
            return await self._page(visitor, given, command_id=key, told=NOT_OURS)
        try:
            if given.problems:
                raise self._wrong(visitor, given)
            opened = await self._reports.open(given.said, visitor.asker, WayIn.WEB, key)
        except Refused as refused:
            log_refusal(refused, request)
            return await self._refused(visitor, given, key, refused)
        return self._done(visitor, opened)

    def _wrong(self, visitor: Visitor, given: Filled) -> Refused:
        """Refuse fields that cannot be read, together with all that the report lacks."""
        unread = {name for name, _ in given.problems}
        found = self._reports.judge(given.said, _reporter(visitor), datetime.now(UTC))
        flaws = (*given.problems, *(each for each in found.flaws if each[0] not in unread))
        message = f"the report lacks something, or has it wrong: {', '.join(n for n, _ in flaws)}"
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return Refused(status, "Malformed", message, fields=flaws)

    async def _refused(
        self, visitor: Visitor, given: Filled, key: str, refused: Refused
    ) -> Response:
        """The form again. Sending it again is the same report, unless that is another one."""
        before = refused.facts.get("incident") if refused.kind == "KeyReused" else None
        told = told_of(refused)
        if before:
            text = "Not sent: this form has already reported another incident."
            again = "Send it again if this is a new one."
            told = Told(text, "warn", (again,), told.status)
        elif refused.status is HTTPStatus.SERVICE_UNAVAILABLE:
            told = Told(told.text, told.style, (SAFE,), told.status)
        return await self._page(
            visitor,
            given,
            command_id=new_command_id() if before else key,
            told=told,
            problems=() if before else refused.fields,
            before=before,
        )

    def _done(self, visitor: Visitor, opened: Opened) -> Response:
        if visitor.may(Scope.READ):
            return redirect(f"{self._pages.base}/incidents/{opened.incident}")
        lines = [f"It is {opened.severity}. Your token does not open its page."]
        return self._pages.render("note.html", heading=f"Reported {opened.incident}", lines=lines)

    async def _page(
        self,
        visitor: Visitor,
        given: Filled,
        *,
        command_id: str,
        told: Told | None = None,
        problems: Iterable[Problem] = (),
        before: str | None = None,
    ) -> Response:
        reporter = _reporter(visitor)
        policy, _ = self._policy.compiled(given.said.service)
        asking = Asking(reporter, policy, self._policy.in_force().policy)
        return self._pages.render(
            "report.html",
            told.status if told else HTTPStatus.OK,
            visitor=visitor,
            form=report_form(asking, given.typed, problems, command_id),
            preview=await self._preview(given.said, reporter),
            told=told,
            before=before,
        )

    async def _preview(self, said: Reported, reporter: Actor) -> ShownPreview:
        """What the report would do; if that cannot be found out now, why."""
        now = datetime.now(UTC)
        found = self._reports.judge(said, reporter, now)
        try:
            return shown_preview(found, await self._reports.preview(said, reporter, now))
        except Refused as refused:
            return shown_preview(found, None, str(refused))

    async def _part(self, request: Request, visitor: Visitor) -> Response:
        fields, ours = await self._entry.fields(request, FORM_LIMIT_BYTES)
        if not ours:
            return self._ended()
        preview = await self._preview(filled(fields).said, _reporter(visitor))
        if fields.get(SHOWN) == preview.digest:
            # The same words again would be read out again.
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return self._pages.render("report-part.html", preview=preview)

    def _ended(self, refused: Refused | None = None) -> Response:
        """A part for a page whose session is over. It does not load the page again."""
        return self._pages.render("report-ended.html", trouble=str(refused) if refused else "")

    def _kept(self, fields: Mapping[str, str], refused: Refused | None) -> Response:
        """Keep what somebody typed until the form can be shown again: after a login, or later."""
        kept = {name: text for name, text in fields.items() if name not in {DO, SHOWN}}
        if refused:
            return self._pages.refusal("report-kept.html", refused, kept=kept, log_in=False)
        return self._pages.render(
            "report-kept.html",
            HTTPStatus.UNAUTHORIZED,
            heading="Your session is over",
            lines=(),
            kept=kept,
            log_in=True,
        )

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/report", self.show, methods=["GET"])
        router.add_api_route("/report", self.take, methods=["POST"])
        router.add_api_route("/parts/report", self.part, methods=["POST"])
        return router


def _reporter(visitor: Visitor) -> Actor:
    return visitor.asker.actor(None, WayIn.WEB)
