"""The document says which tools get what."""

from tests.policies.render.documents import document, rows, said
from tests.policies.test_shipped import blocks
from tests.policies.written import WHOLE

NO_DATA = "the flag personal data is not raised"
HEADING = "Tools that get events"


def test_the_document_lists_what_each_tool_gets_of_which_incidents_and_what_it_sees() -> None:
    """As the engine decides it, with the severities written out."""
    assert rows(document("\n".join(blocks())), HEADING) == (
        (
            "deployments",
            "Deploy-gate",
            "state_changed",
            "SEV1",
            "State, severity, title, service, attributes and line",
        ),
        (
            "dashboard",
            "Deploy-gate",
            "All",
            f"SEV1 and SEV2, only if environment is production and {NO_DATA}",
            "State, severity, title and service",
        ),
    )


def test_a_policy_without_tools_says_nothing_of_them() -> None:
    """Most policies have none."""
    texts = [
        text
        for section in document(WHOLE).sections
        for text in said(document(WHOLE), section.title)
    ]
    assert HEADING not in texts
