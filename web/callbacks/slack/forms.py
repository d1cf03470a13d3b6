"""The modal of a command, or of a report: the same fields as the forms of the pages."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus

from connectors.slack.blocks import LABELS, Block
from models.command import COMMANDS
from models.policy.values.words import suggestion
from models.way_in import WayIn
from rules.commands.beginning.judged_report import severities_open_to
from rules.commands.beginning.report_rules import not_allowed, who_may_report
from web.api.commanding import BODIES
from web.callbacks.slack.modals import inputs, modal
from web.http.errors import Refused
from web.identity.asker import Asker
from web.pages.all import Parts
from web.pages.fields import FormField, label_of
from web.pages.incident.forms import CommandForm, bare_fields, forms_for
from web.pages.report.form import Asking, filled, report_form
from web.pages.sending import Told
from web.pages.times import times_of

COMMAND, REPORT = "incident.command", "incident.report"
"""The callback ids of the modals."""
_READ_WITHIN_SECONDS = 1.0
"""What is left of three seconds must do to open the modal."""


class Forms:
    """Makes modals."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def command(self, incident: str, name: str, asker: Asker) -> Block:
        """The modal of a command for one person. Raises Refused.

        If the incident does not answer in time, the modal asks for texts, and the incident judges
        them later.
        """
        if name not in BODIES:
            what = f"there is no command {name[:40]}; {suggestion(name, BODIES)}"
            raise Refused(HTTPStatus.NOT_FOUND, "UnknownCommand", what)
        try:
            async with asyncio.timeout(_READ_WITHIN_SECONDS):
                form = await self._known(incident, name)
        except TimeoutError:
            form = None
        says: tuple[str, ...] = (COMMANDS[name].says,)
        fields: Iterable[FormField] = bare_fields(COMMANDS[name])
        if form:
            says = (form.says, *(f"Missing: {each}" for each in form.missing))
            says += (f"Who may: {', '.join(form.may)}",) if form.may else ()
            fields = (*form.fields, *form.more)
        title = LABELS.get(name, label_of(name))
        about = {"incident": incident, "command": name}
        own = [_for_oneself(field, name, asker) for field in fields]
        return modal(COMMAND, title, about, (f"{incident}: {says[0]}", *says[1:]), inputs(own))

    async def _known(self, incident: str, name: str) -> CommandForm:
        view = (await self._parts.reading.seen(incident)).view
        policy = self._parts.policy.pinned(view)
        forms = forms_for(view, policy, None, times_of(view.time_zone))
        every = (*forms.next, *forms.often, *forms.others)
        form = next((form for form in every if form.name == name), None)
        if form is None:
            message = f"{name} is not possible while {incident} is in {view.incident.state.value}"
            raise Refused(HTTPStatus.CONFLICT, "TransitionNotAllowed", message)
        return form

    def report(self, asker: Asker, title: str = "") -> Block:
        """The modal of a report, as the policy asks for it. Raises Refused."""
        policy, _ = self._parts.policy.compiled(None)
        reporter = asker.actor(None, WayIn.CHAT)
        if not severities_open_to(reporter, policy):
            rule = policy.reporting
            may = list(who_may_report(rule, None))
            message = not_allowed(reporter, rule)
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message, may=may)
        asking = Asking(reporter, policy, self._parts.policy.in_force().policy)
        form = report_form(asking, {"title": title}, (), "")
        return modal(REPORT, "Report an incident", {}, (), inputs((*form.first, *form.more)))

    async def reported(self, fields: dict[str, str], asker: Asker, key: str) -> Told:
        """Open the incident of a form. Raises Refused."""
        given = filled(fields)
        if given.problems:
            message = f"the report has it wrong: {', '.join(name for name, _ in given.problems)}"
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise Refused(status, "Malformed", message, fields=given.problems)
        opened = await self._parts.reports.open(given.said, asker, WayIn.CHAT, key)
        return Told(f"Reported {opened.incident}. It is {opened.severity}.", "good")


def _for_oneself(field: FormField, command: str, asker: Asker) -> FormField:
    """People mostly take the role themselves, so the form offers the asker first."""
    taken = command == "assign_role" and field.name == "person" and asker.name
    return replace(field, value=asker.name) if taken and asker.name else field
