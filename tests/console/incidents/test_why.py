"""`why` answers about an incident that a worker drives."""

from tests.console.conftest import Type, TypeAt


async def test_why_says_who_was_paged_and_for_which_reason(
    at_console: TypeAt, incident: str
) -> None:
    """It names level, escalation and key; for everybody else it says what kept the page back."""
    said = await at_console("why", incident, "ana")
    assert said.code == 0
    assert "ana was paged at" in said.out
    assert "level 1 of the escalation default, by name; new incident" in said.out
    said = await at_console("why", incident, "cy")
    assert "cy was not paged: level 3 was not due before" in said.out
    said = await at_console("why", incident, "--level", "9")
    assert "has no level 9; it has 3" in said.out


async def test_why_answers_scripts_with_a_document(at_console: TypeAt, incident: str) -> None:
    """It holds the question, each answer, and the lines of the timeline behind it."""
    said = await at_console("why", incident, "ana", "--at", "now", "--json")
    assert said.code == 0
    told = said.document
    assert (told["incident"], told["question"]["who"]) == (incident, "ana")
    assert {answer["verdict"] for answer in told["answers"]} <= {"paged", "not paged"}
    assert all(answer["text"] for answer in told["answers"])


def test_why_asks_about_somebody_or_about_a_level(type_: Type) -> None:
    """Both together are wrong usage."""
    said = type_("why", "INC-1", "ana", "--level", "2")
    assert said.code == 2
    assert "ask about somebody, or about a level" in said.err


async def test_why_about_an_unknown_incident_exits_3(at_console: TypeAt, incident: str) -> None:
    """Every command does the same."""
    said = await at_console("why", f"{incident}-no")
    assert said.code == 3
