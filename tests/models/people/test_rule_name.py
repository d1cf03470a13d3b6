"""The text that policies and records keep for a rule of authority or approvals."""

import pytest

from models.people.rule_name import RuleName, rule_named


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("close", RuleName("close")),
        ("reopen:closed", RuleName("reopen", "closed")),
        ("post_update:customers", RuleName("post_update", "customers")),
        ("reopen:", RuleName("reopen", "")),
    ],
)
def test_a_rule_and_its_text_are_the_same(text: str, meant: RuleName) -> None:
    """Whichever way it is read, also half written."""
    assert (rule_named(text), str(meant)) == (meant, text)
