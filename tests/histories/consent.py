"""A life in which much waits for others: roles, handovers, approvals, an override."""

from tests.rules.staffed import staffed
from tests.scenarios.stage import Stage
from tests.specimens import REPORT

POLICY = staffed(
    "roles: { lead: { required: { SEV1: 10m }, deputy: cy, qualification: commander,"
    " duties: Leads, unfilled: { 50%: remind eve, 100%: escalate } }, experts: { count: many } }\n"
    "authority: { begin_resolution: { by: lead, after: { 30m: team:payments } },"
    " override: { by: lead, needs: reason } }\n"
    "approvals: { resolve: { by: dee, within: 20m, backups: [[eve]], timeout: proceed } }\n"
    "handover: { required: status, accept_within: 15m, remind_after: 8h }\n"
)
SAID = {"status": "cards fail"}


async def by_consent(stage: Stage) -> None:
    """Unfilled, handed over, lapsed, consulted, approved by nobody, and overridden."""
    await stage.report(POLICY, REPORT)
    await stage.at(11)
    await stage.do("acknowledge", actor="eve")
    await stage.do("assign_role", role="lead", person="ana")
    await stage.do("assign_role", role="experts", person="bo")
    await stage.do("assign_role", role="experts", person="dee")
    await stage.do("set_severity", severity="SEV1")
    await stage.do("hand_over", role="lead", to="cy", content=SAID)
    await stage.at(27)
    await stage.do("hand_over", role="lead", to="cy", content=SAID)
    await stage.do("accept_handover", actor="cy", role="lead")
    await stage.do("begin_diagnosis")
    await stage.refused("begin_resolution", actor="bo")
    await stage.at(58)
    await stage.do("begin_resolution", actor="bo")
    await stage.do("hold", actor="bo", reason="vendor")
    await stage.refused("resolve", actor="cy")
    await stage.do("resume")
    await stage.at(99)
    await stage.do("unassign_role", actor="dee", role="experts", person="dee")
    await stage.do("resolve", actor="cy")
    await stage.ended()
