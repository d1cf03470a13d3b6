"""How workers in tests run workflows."""

from typing import Any

from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from runtime.worker.registry import workflow_runner

_PREPARED: set[type] = set()


class _PreparedOnce(SandboxedWorkflowRunner):
    """Tries each workflow once per process, not for each of a thousand workers."""

    def prepare_workflow(self, defn: Any) -> None:
        """Import the workflow in the sandbox, which fails if it may not be there."""
        if defn.cls not in _PREPARED:
            super().prepare_workflow(defn)
            _PREPARED.add(defn.cls)


def guarded() -> WorkflowRunner:
    """The sandbox, for tests of workflows: it stops one that reads the clock or the world."""
    runner = workflow_runner()
    restrictions = getattr(runner, "restrictions", SandboxRestrictions.default)
    return _PreparedOnce(restrictions=restrictions)


def unguarded() -> WorkflowRunner:
    """As in production, for tests of other rooms: it takes half of the time."""
    return workflow_runner(guarded=False)
