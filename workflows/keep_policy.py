"""Keeps the text of a policy, so that people can later read what an incident went by."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contracts.documents import DocumentWritten
    from models.contracts.policies import KEEP_POLICY, KEEP_POLICY_WORKFLOW, PolicyText
    from workflows.activity_calls import perform_in_the_end
    from workflows.payloads import raw_start, read_start


@workflow.defn(name=KEEP_POLICY_WORKFLOW)
class KeepPolicy:
    """Keeps its input, a policy; there is one for each text and task queue."""

    @workflow.run
    @raw_start
    async def run(self, *payloads: object) -> DocumentWritten:
        """Where the policy is kept. Fails if it cannot be kept."""
        request = read_start(PolicyText, payloads)
        if isinstance(request, Exception):
            raise request
        return await perform_in_the_end(
            KEEP_POLICY, request, DocumentWritten, summary="keep the text of a policy"
        )
