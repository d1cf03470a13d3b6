"""Shows in Temporal how a workflow stands and what it takes, worked out when somebody asks.

A workflow could say both itself, after each change and at each start. But hardly anybody looks.
"""

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowInteractionDefinition, WorkflowMetadata
from temporalio.worker import (
    HandleQueryInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)


@runtime_checkable
class HasDetails(Protocol):
    """A workflow that says how it stands, and which updates it takes, when it is asked."""

    def details(self) -> str:
        """How the workflow stands, in Markdown."""

    def updates(self) -> Iterable[str]:
        """The names of the updates that it takes without a handler for each."""


class ShowsDetails(Interceptor):
    """Give this to a worker of workflows."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - Temporal's name
    ) -> type[WorkflowInboundInterceptor]:
        """The interceptor of each workflow."""
        return _Answers


class _Answers(WorkflowInboundInterceptor):
    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002 - Temporal's name
        answer = await self.next.handle_query(input)
        asked = workflow.instance()
        if isinstance(answer, WorkflowMetadata) and isinstance(asked, HasDetails):
            answer.current_details = asked.details()
            known = answer.definition.update_definitions
            known.extend(WorkflowInteractionDefinition(name=name) for name in asked.updates())
            known.sort(key=lambda update: update.name)
        return answer
