"""Under which names people may override a schedule."""

import pytest

from models.base import Actor
from models.people.schedule_overrides import EndOverride
from rules.people.permission.overriding import misnamed, unfit_name

PEOPLE = ("ana", "bo")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("engine", "a word of the engine"),
        ("monitoring", "a word of the engine"),
        ("ana\u200b", "cannot be seen"),
        ("\u0430na", "mixes letters"),
        ("team:payments", "begins with a word of the engine"),
        ("role:incident_manager", "begins with a word of the engine"),
        ("annaa", "did you mean ana?"),
        ("Ana", "did you mean ana?"),
        (" ", "is blank"),
    ],
)
def test_a_name_under_which_nobody_may_act_is_refused(name: str, says: str) -> None:
    """The rules are those of commands; what needs no policy holds for raw messages, too."""
    assert says in misnamed(name, PEOPLE)
    if "mean" not in says:
        refusal = unfit_name(EndOverride(id="0" * 12, by=Actor(name=name)))
        assert refusal is not None
        assert says in refusal.message


def test_people_and_strangers_with_names_of_their_own_may_be_asked_about() -> None:
    """Whether the policy lets them is another question."""
    for name in ("ana", "zoe"):
        assert misnamed(name, PEOPLE) == ""
        assert unfit_name(EndOverride(id="0" * 12, by=Actor(name=name))) is None
