"""A value that cannot be read hides no problem in another place."""

import pytest

from tests.policies.written import WHOLE, changed, errors


def said(text: str) -> list[str]:
    """The errors, without their places."""
    return [error.partition("error: ")[2] for error in errors("", text)]


def test_a_misspelt_name_is_reported_beside_a_value_that_cannot_be_read() -> None:
    """Both come at once, so that nobody corrects a file in rounds."""
    text = changed("required: { SEV1: 0s }", "required: { SEV1: soon }")
    text = text.replace("page: bo", "page: boo")
    assert len(said(text)) == 2
    assert any("soon" in error for error in said(text))
    assert any("boo" in error for error in said(text))


def test_an_entry_that_cannot_be_read_hides_no_other_of_its_section() -> None:
    """The entry itself has no further problem."""
    text = WHOLE + "  other: { from: reported, to: never_there, within: 5m }\n"
    text += "  odd: { from: reported, to: resolved, within: soon }\n"
    assert len(said(text)) == 2
    assert any("never_there" in error for error in said(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("people: {", "peeple: {"),
        ("bo: {} }", "bo: { emial: x } }"),
        ("fallback: log }", "fallback: [log, log] }"),
        ("page: ana, wait: 5m", "page: ana, wait: 5"),
        ("roles:\n", "roles: 5\nrolls:\n"),
        ("SEV2: { means: less bad }", "SEV2: 7"),
    ],
)
def test_a_part_that_is_left_out_makes_no_other_part_wrong(old: str, new: str) -> None:
    """One slip is one error: references to a part that cannot be read are no errors."""
    alone = [error for error in said(changed(old, new)) if "there is no person" in error]
    assert alone == []
    assert len(said(changed(old, new))) == (2 if "rolls" in new else 1)
