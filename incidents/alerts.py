"""Hands alerts to the group of their key, which decides what they mean, and queries that group."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority

from incidents.opening import NO_OFFSET
from incidents.temporal_errors import reaching_server
from models.alert import AlertBatch
from models.contracts.alert_group import (
    ALERT_GROUP_WORKFLOW,
    GROUP_STATE,
    RECEIVE_ALERTS,
    AlertGroupInput,
    GroupState,
)
from models.intake import IntakeRules
from models.readable import in_a_cell
from rules.alerts.severity import worst_firing
from rules.paging.urgency import WorkKind, rank, urgency
from rules.wording.markdown import caption

KEY_SHOWN = 200


async def hand_on(
    client: Client,
    task_queue: str,
    batch: AlertBatch,
    rules: IntakeRules,
    *,
    group: str,
    summary: str,
    epoch_offset: timedelta = NO_OFFSET,
) -> None:
    """Hand a delivery to its alert group; start the group if none runs.

    `group` is its id and `summary` describes it. `epoch_offset` moves the clock of a group that is
    started, as rehearsals do. Raises NamespaceNotFound, ServerUnavailable, or RPCError if the
    server does not accept it.
    """
    ranks = rules.severity.severities
    severity = worst_firing(batch.alerts, ranks) or rules.severity.default
    with reaching_server():
        await client.start_workflow(
            ALERT_GROUP_WORKFLOW,
            AlertGroupInput(
                group_key=batch.group_key, grouping=rules.grouping, epoch_offset=epoch_offset
            ),
            id=group,
            task_queue=task_queue,
            start_signal=RECEIVE_ALERTS,
            start_signal_args=[batch],
            static_summary=caption(summary),
            memo={"group_key": in_a_cell(batch.group_key)[:KEY_SHOWN], "source": batch.source},
            priority=Priority(*rank(WorkKind.FIRST_PAGE, urgency(severity, ranks))),
        )


async def group_state(client: Client, group: str) -> GroupState:
    """Ask a worker for the state of an alert group. Raises RPCError."""
    state: GroupState = await client.get_workflow_handle(group).query(
        GROUP_STATE, result_type=GroupState
    )
    return state
