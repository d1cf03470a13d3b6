"""Limits over incidents if nobody answers, and what an incident carries of them."""

from datetime import timedelta
from pathlib import Path

from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from incidents.workloads.requests import NoAnswer, Workloads
from models.compiled import EscalationPolicy, Level, RoleRule
from models.incident.record import TimelineEntry
from models.people.authority import ApprovalRule
from models.people.workload import AskForLeave, HoldRole, Leave, PageLimit, PageLimits, RolesHeld
from tests.scenarios.stage import Stage
from tests.specimens import POLICY

FEW = PageLimit(most=3, within=timedelta(minutes=15))
MINUTE = timedelta(minutes=1)
BUSY = POLICY.changed(
    audiences=(),
    clocks=(),
    page_limits=PageLimits(person=FEW),
    escalation=EscalationPolicy(
        name="busy", levels=(Level(page=("person:ana",), wait=MINUTE),) * 3, repeat=1
    ),
)


class Silent(Workloads):
    """Workloads that do not answer, or stop answering after the first time."""

    asked = 0

    async def ask(self, request: AskForLeave) -> Leave:
        """Nothing."""
        self.asked += 1
        if self.asked > 1:
            raise ApplicationError("in vain", non_retryable=True)
        raise NoAnswer(request.asked.key)

    async def tell(self, policy: str, whom: str, told: HoldRole) -> RolesHeld:
        """Nothing."""
        raise NoAnswer(f"{policy} {whom} {told.role}")


async def test_a_page_whose_limit_nobody_knows_goes_out(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Too often is better than never, so the page waits only briefly for an answer."""
    stage = Stage(time_skipping, task_queue, tmp_path)
    stage.workloads = Silent(stage.client)
    async with stage.worker():
        await stage.report(BUSY)
        await stage.at(0.5)
        record = await stage.record()
    kinds = [e.kind for e in record.timeline if e.kind.startswith("page.")]
    assert kinds == ["page.held", "page.sent"]
    assert "not known yet" in next(e.summary for e in record.timeline if e.kind == "page.held")


async def test_a_workload_that_cannot_be_told_keeps_an_incident_open_until_it_can(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Otherwise the role would count for ever; everything else goes on."""
    rule = RoleRule(name="incident_manager", at_once=1)
    policy = BUSY.changed(roles=(rule,), page_limits=PageLimits())
    stage = Stage(time_skipping, task_queue, tmp_path)
    stage.workloads = Silent(stage.client)
    async with stage.worker():
        await stage.report(policy)
        await stage.do("assign_role", role="incident_manager", person="bo")
        await stage.at(2)
        assert (await stage.record()).holder("incident_manager") == "bo"
    stage.workloads = Workloads(stage.client)
    async with stage.worker():
        await stage.at(5)
        await stage.do("cancel", reason="false_alarm", note="it was none")
        carried = await stage.ended()
    assert carried.told_roles == ()


async def test_a_request_that_gives_way_takes_its_page_back(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Who asks again and again uses up no summary, and nothing kept for the worst severity."""
    policy = BUSY.changed(
        approvals={"hold": ApprovalRule(by=("bo",))},
        hold_reasons=(),
        escalation=EscalationPolicy(
            name="busy", levels=(Level(page=("person:bo",), wait=timedelta(hours=1)),)
        ),
    )
    stage = Stage(time_skipping, task_queue, tmp_path)
    stage.share_time_with_workloads()
    async with stage.worker():
        await stage.report(policy)
        await stage.at(0.5)
        for reason in ("vendor", "customer", "parts", "weather"):
            await stage.refused("hold", reason=reason)
        sent: list[TimelineEntry] = []
        for minutes in range(20, 60, 5):  # on a busy machine, the summary comes later
            if len(sent) < 2:
                await stage.at(minutes)
                record = await stage.record()
                sent = [e for e in record.timeline if e.kind in {"page.sent", "page.summarised"}]
    assert [entry.data["reason"] for entry in sent] == [
        "new incident",
        "ana asks for approval to hold (weather)",
    ]
    withdrawn = [entry.summary for entry in record.timeline if entry.kind == "page.withdrawn"]
    assert len(withdrawn) == 3
    assert all("the request is not open any more" in summary for summary in withdrawn)
