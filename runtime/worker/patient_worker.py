"""Gives a workflow task enough time on a busy machine.

Temporal's SDK takes a workflow task of more than two seconds for a deadlock: it fails the task and
throws an error into its thread. On an overloaded machine this hits healthy incidents just when they
matter. If the thread survives it, the worker hangs. Our workflow code waits for nothing outside, so
a slow task is slow and not stuck. The SDK offers no setting for this.
"""

from temporalio.worker import Worker

PATIENCE_SECONDS = 60
"""Enough for the slowest machine; a task that loops for ever is still ended."""


def patient_worker(worker: Worker) -> Worker:
    """The same worker, but a workflow task counts as stuck only after a minute, not two seconds."""
    workflows = worker._workflow_worker  # noqa: SLF001 - the module says why
    if workflows is not None:
        workflows._deadlock_timeout_seconds = PATIENCE_SECONDS  # noqa: SLF001 - as above
    return worker
