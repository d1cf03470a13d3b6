"""The engine over Temporal: for machines with credentials of the namespace."""

from collections import Counter
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from console.engine.protocol import Previewed, Reported
from console.policies.file import compiled_policy, for_incident, read_policy
from incidents import patience
from incidents.commands import Order, give
from incidents.description import describe
from incidents.errors import IncidentNotFound, NotInPolicy
from incidents.finding import Filters, Found, ListedIncident, find, mistaken_filters
from incidents.kept.policies import have_policy_kept
from incidents.questions import Explained, Seen, ask_adoption, ask_view, read_view, read_why
from incidents.reporting import preview_report, report_incident
from incidents.schedules.overrides import OverrideBook, Overrides, read_overrides
from incidents.schedules.overriding import AskedOverride, Overriding
from incidents.schedules.rosters import read_rosters
from incidents.schedules.shown_overrides import shown_override, shown_overrides
from incidents.workloads.installation import InstallationWorkloads
from models.answers.on_call import OnCallQuestion, OnCallShown
from models.answers.overrides import OverrideShown, OverridesShown
from models.answers.report_preview import JudgedPreview
from models.answers.why import WhyQuestion
from models.answers.workload import WorkloadShown
from models.base import Actor
from models.command import CommandResult
from models.incident.record import Report
from models.way_in import WayIn
from rules.commands.beginning.first_record import first_severity
from rules.commands.beginning.judged_report import judged
from rules.commands.beginning.preview import judged_preview
from runtime.client import connect
from runtime.settings import load_settings


class OverTemporal:
    """Uses a client of Temporal, the policy file and the settings of this machine."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def report(self, told: Report, seed: str, now: datetime, within: timedelta) -> Reported:
        """Open the incident of a report. Raises as `report_incident` does, or PolicyBroken."""
        settings = load_settings()
        policy = compiled_policy(settings.policy_file, told.service)
        async with aclosing(FeedDirectory(settings.feeds, settings.feed_copies)) as feeds:
            found = await report_incident(
                self._client,
                policy,
                told,
                settings.task_queue,
                seed=seed,
                now=now,
                within=within,
                feeds=feeds,
            )
        if found.started:
            source = read_policy(settings.policy_file).source
            await have_policy_kept(self._client, source, settings.task_queue)
        severity = first_severity(told, policy).severity
        named = f"{policy.name} {policy.version}"
        return Reported(found.incident_id, found.started, severity, named)

    async def preview_report(self, told: Report, now: datetime) -> JudgedPreview:
        """What a report would do. Raises PolicyBroken."""
        settings = load_settings()
        policy = compiled_policy(settings.policy_file, told.service)
        async with aclosing(FeedDirectory(settings.feeds, settings.feed_copies)) as feeds:
            preview = await preview_report(self._client, policy, told, now=now, feeds=feeds)
        return judged_preview(judged(told, policy, now), preview, policy)

    async def give(self, order: Order, patience: timedelta) -> CommandResult:
        """Give a command."""
        return await give(self._client, order, load_settings().task_queue, patience=patience)

    async def knows(self, incident_id: str) -> bool:
        """Whether the server knows such an incident."""
        try:
            await describe(self._client, incident_id)
        except IncidentNotFound:
            return False
        return True

    async def runs(self, incident_id: str) -> bool:
        """Whether the incident's workflow still runs."""
        return (await describe(self._client, incident_id)).running

    async def view(self, incident_id: str, patience: timedelta) -> Seen:
        """How an incident stands."""
        documents = load_settings().documents_directory
        return await read_view(self._client, incident_id, patience, documents)

    async def why(self, incident_id: str, question: WhyQuestion, patience: timedelta) -> Explained:
        """Why somebody was paged, or was not."""
        documents = load_settings().documents_directory
        return await read_why(self._client, incident_id, question, patience, documents)

    async def find(self, filters: Filters, limit: int) -> Found:
        """The incidents that match. Raises NotInPolicy."""
        found = await find(self._client, filters, limit)
        if not found.rows:
            _check_names(filters)
        return replace(found, severities=_severities(found.rows))

    async def preview(self, incident_id: str, file: Path, patience: timedelta) -> Previewed:
        """What adopting the policy of a file would do. Raises PolicyBroken, PolicyTooLarge."""
        view = await ask_view(self._client, incident_id, patience)
        policy = for_incident(file, view.incident, datetime.now(UTC))
        preview = await ask_adoption(self._client, incident_id, policy, patience)
        return Previewed(preview, policy.policy_hash, policy.name, policy.version)

    async def on_call(self, asked: OnCallQuestion) -> OnCallShown:
        """Who is on call by the policy in force, and by the overrides of people."""
        return await on_call_by(
            load_settings().policy_file, asked, OverrideBook(self._client, quiet=True)
        )

    async def override(self, asked: AskedOverride, actor: str) -> OverrideShown:
        """Put somebody on call instead. Raises OverrideRefused, and PolicyBroken."""
        settings = load_settings()
        policy = read_policy(settings.policy_file).policy
        async with aclosing(FeedDirectory(settings.feeds, settings.feed_copies)) as feeds:
            overriding = Overriding(self._client, settings.task_queue, feeds)
            made = await overriding.make(policy, asked, _typing(actor))
        return shown_override(made, datetime.now(UTC))

    async def end_override(self, override_id: str, actor: str) -> OverrideShown:
        """End an override. Raises as `override` does."""
        settings = load_settings()
        policy = read_policy(settings.policy_file).policy
        async with aclosing(FeedDirectory(settings.feeds, settings.feed_copies)) as feeds:
            overriding = Overriding(self._client, settings.task_queue, feeds)
            ended = await overriding.end(policy, override_id, _typing(actor))
        return shown_override(ended, datetime.now(UTC))

    async def overrides(self) -> OverridesShown:
        """Who is on call instead."""
        state = await read_overrides(self._client, patience.SERVER)
        return shown_overrides(state, datetime.now(UTC))

    async def workload(self, who: str, patience: timedelta) -> WorkloadShown:
        """What a person or channel has on their hands."""
        return (await self._workloads(patience).one(who)).shown

    async def workloads(self, patience: timedelta) -> tuple[WorkloadShown, ...]:
        """What everybody has on their hands who has something."""
        return tuple(one.shown for one in await self._workloads(patience).every())

    def _workloads(self, patience: timedelta) -> InstallationWorkloads:
        settings = load_settings()
        policy = read_policy(settings.policy_file).policy
        return InstallationWorkloads(self._client, policy, settings.task_queue, patience)


def _typing(actor: str) -> Actor:
    return Actor(name=actor, via=WayIn.COMMAND_LINE.value)


async def on_call_in_force(asked: OnCallQuestion) -> OnCallShown:
    """Who is on call by the policy in force. Temporal knows the overrides; nobody waits for it."""
    client = await connect(lazy=True)
    return await on_call_by(load_settings().policy_file, asked, OverrideBook(client, quiet=True))


async def on_call_by(
    file: Path, asked: OnCallQuestion, overrides: Overrides | None = None
) -> OnCallShown:
    """Who is on call by a policy file, with its feeds and `overrides`. Raises PolicyBroken."""
    settings = load_settings()
    policy = read_policy(file).policy
    directory = FeedDirectory(settings.feeds, settings.feed_copies, fresh=timedelta())
    async with aclosing(directory) as feeds:
        return await read_rosters(policy, asked, feeds, overrides)


def _severities(rows: Iterable[ListedIncident]) -> tuple[str, ...]:
    """The severities of the policy in force, the worst first.

    None if their order decides nothing, because no two incidents are equally due, or if the policy
    cannot be used: a list works without it.
    """
    dues = Counter(row.next_due_at for row in rows)
    if not any(count > 1 for count in dues.values()):
        return ()
    from policies.catalogue import PolicyBroken  # noqa: PLC0415 - slow to load

    try:
        return tuple(read_policy(load_settings().policy_file).policy.severities)
    except PolicyBroken:
        return ()


def _check_names(filters: Filters) -> None:
    """Raise NotInPolicy for names that the policy of this machine does not have."""
    from policies.catalogue import PolicyBroken  # noqa: PLC0415 - only if nothing was found

    if filters == Filters(only_open=filters.only_open):
        return
    try:
        policy = read_policy(load_settings().policy_file).policy
    except PolicyBroken:
        return
    wrong = list(mistaken_filters(filters, policy))
    if wrong:
        raise NotInPolicy(wrong[0][0], "; ".join(problem for _, problem in wrong))
