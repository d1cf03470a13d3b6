"""A life in which one person is paged too often, and leads more than the policy has it."""

from datetime import timedelta

from models.compiled import EscalationPolicy, Level, RoleRule
from models.contracts.incident import INCIDENT_WORKFLOW
from models.people.workload import HOLD_ROLE, HoldRole, PageLimit, PageLimits
from rules.paging.workload import GATHER, LAG
from rules.record.ids import workload_id
from tests.scenarios.stage import Stage
from tests.specimens import POLICY

MINUTE = timedelta(minutes=1)
BUSY = POLICY.changed(
    audiences=(),
    clocks=(),
    roles=(RoleRule(name="incident_manager", at_once=1, remembered=True),),
    page_limits=PageLimits(person=PageLimit(most=3, within=timedelta(minutes=15))),
    escalation=EscalationPolicy(
        name="busy", levels=(Level(page=("person:ana",), wait=MINUTE),) * 4
    ),
)


async def busy(stage: Stage) -> None:
    """Two pages go out, the third comes in a summary, the fourth is dropped; one role too many."""
    name = workload_id(stage.task_queue, BUSY.name, "person:ana")
    await stage.report(BUSY)
    workload = stage.client.get_workflow_handle(name)
    for minute in (1.1, 2.2):
        await stage.env.fast_forward(workload, 1.1 * MINUTE)
        await stage.at(minute)
    other = await stage.client.start_workflow(INCIDENT_WORKFLOW, id="INC-OTHER", task_queue="none")
    elsewhere = HoldRole(role="incident_manager", incident_id=other.id, holds=True, at=stage.start)
    await workload.execute_update(HOLD_ROLE, elsewhere)
    await stage.env.fast_forward(workload, GATHER + LAG)
    await stage.at(3)
    await stage.env.fast_forward(workload, MINUTE / 2)
    await stage.at(3.4)
    await stage.do("acknowledge")
    await stage.do("assign_role", role="incident_manager", person="ana")
    await stage.at(4)
    await other.terminate()
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()
