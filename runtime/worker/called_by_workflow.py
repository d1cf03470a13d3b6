"""Only workflows call activities, so every effect is in the history of a workflow."""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class CalledByWorkflow(Interceptor):
    """Refuses activities that a client starts without a workflow."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        """The activity behind this refusal."""
        return _Refusing(next)


class _Refusing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's name
        info = activity.info()
        if info.workflow_id is None:
            message = f"{info.activity_type} runs only for a workflow, whose history keeps it"
            raise ApplicationError(message, type="NotAuthorised", non_retryable=True)
        return await self.next.execute_activity(input)
