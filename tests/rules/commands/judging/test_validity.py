"""A command must make sense."""

import pytest

from models.command import COMMANDS
from models.payload import Command
from rules.commands.judging.validity import flaws, impersonates, refusal_of_flaws, too_early
from rules.record.decision import Refusal
from tests.specimens import a_diagnosed_incident, after

ME = "INC-260327-7F3KQ2M4"
OTHER = "INC-260326-00000000"


def command(name: str, **fields: object) -> Command:
    """A command by ana."""
    return COMMANDS[name].payload.model_validate({"actor": "ana", **fields})


@pytest.mark.parametrize(
    ("name", "fields", "wrong"),
    [
        ("post_update", {"text": " \n"}, ["text"]),
        ("post_update", {"text": "\u200b"}, ["text"]),
        ("add_lesson", {"text": "\t"}, ["text"]),
        ("add_action_item", {"text": " ", "owner": " "}, ["text", "owner"]),
        ("assign_role", {"role": "incident_manager", "person": " "}, ["person"]),
        ("hold", {"reason": " "}, ["reason"]),
        ("link", {"target": " "}, ["target"]),
        ("acknowledge", {"actor": " "}, ["actor"]),
        ("acknowledge", {"note": "  "}, ["note"]),
        ("submit_review", {"lead": "ana", "lessons": ["", "test it"]}, ["lessons.0"]),
        ("submit_review", {"lead": "ana", "aspects": {"cause": " "}}, ["aspects.cause"]),
        ("submit_review", {"lead": "ana", "documents": {"report": ""}}, ["documents.report"]),
    ],
)
def test_a_blank_text_is_malformed_and_its_field_is_named(
    name: str, fields: dict[str, object], wrong: list[str]
) -> None:
    """All such fields are named at once; spaces count as nothing."""
    refusal = refusal_of_flaws(command(name, **fields), ME)
    assert refusal
    assert refusal.kind == "Malformed"
    assert refusal.missing == tuple(wrong)
    assert f"{wrong[0]}: is blank" in refusal.message


def test_a_severity_is_stated_or_given_by_attributes() -> None:
    """Either is enough, and both are allowed."""
    (flaw,) = flaws(command("set_severity"), ME)
    assert flaw == ("severity", "is missing: give it, or the attributes that it follows from")
    assert flaws(command("set_severity", severity="SEV1"), ME) == ()
    assert flaws(command("set_severity", attributes={"impact": "all"}), ME) == ()
    assert [field for field, _ in flaws(command("set_severity", severity=" "), ME)] == ["severity"]


def test_a_note_may_be_left_out() -> None:
    """The policy says whether a note is required."""
    assert flaws(command("acknowledge"), ME) == ()


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("cancel", {"reason": "duplicate", "duplicate_of": ME}, "duplicate_of"),
        ("link", {"target": ME}, "target"),
        ("link", {"target": f" {ME}", "relation": "merged_into"}, "target"),
    ],
)
def test_no_incident_is_related_to_itself(name: str, fields: dict[str, object], field: str) -> None:
    """An incident cannot be cancelled as a duplicate of itself."""
    assert flaws(command(name, **fields), ME) == ((field, "is this incident itself"),)
    refusal = refusal_of_flaws(command(name, **fields), ME)
    assert refusal == Refusal("Malformed", f"{field}: is this incident itself", (field,))
    assert flaws(command(name, **fields), OTHER)[:1] != ((field, "is this incident itself"),)


@pytest.mark.parametrize("named", ["INC-1", "CHG-7", "inc-260326-00000000", "INC-260326-0000000U"])
def test_the_target_of_duplicate_or_merged_is_an_incident(named: str) -> None:
    """The form of the id decides; a link of another kind may lead anywhere."""
    for relation in ("duplicate_of", "merged_into"):
        ((field, problem),) = flaws(command("link", target=named, relation=relation), ME)
        assert (field, "not the id of an incident" in problem) == ("target", True)
    assert flaws(command("cancel", reason="duplicate", duplicate_of=named), ME)
    assert flaws(command("cancel", reason="duplicate", duplicate_of=OTHER), ME) == ()
    assert flaws(command("link", target=named, relation="caused_by"), ME) == ()


def test_nothing_can_be_withdrawn_before_it_happened() -> None:
    """An incident cannot go back to diagnosis before it was diagnosed."""
    incident = a_diagnosed_incident()

    def asked(name: str, minute: float | None, **said: str) -> tuple[str, ...] | None:
        at = after(minute) if minute is not None else None
        refusal = too_early(name, command(name, happened_at=at, **said), incident)
        assert refusal is None or refusal.kind == "Malformed"
        assert refusal is None or "undoes diagnosed, which was at 2026-03-27" in refusal.message
        return refusal.missing if refusal else None

    assert asked("return_to_diagnosis", 39.9) == asked("reopen", 39.9) == ("happened_at",)
    assert asked("return_to_diagnosis", 40) is asked("reopen", 40) is None
    assert asked("return_to_diagnosis", None) is None
    assert asked("acknowledge", 1) is None
    assert asked("add_lesson", 1, text="test it") is None


@pytest.mark.parametrize(
    ("name", "actor", "via", "counts"),
    [
        ("acknowledge", "engine", "engine", False),
        ("acknowledge", "monitoring", "alerts", False),
        ("reopen", "monitoring", "alerts", True),
        ("acknowledge", "engine", "console", True),
        ("acknowledge", "ana", "alerts", True),
    ],
)
def test_nobody_speaks_for_the_engine(name: str, actor: str, via: str, *, counts: bool) -> None:
    """The engine may do everything, so nobody may claim to be it."""
    refusal = impersonates(name, command(name, actor=actor, via=via))
    assert (refusal is None) == counts
    if refusal:
        assert refusal.missing == ("actor", "via")
