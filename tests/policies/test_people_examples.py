"""What the document on people shows of roles, authority, approvals and handovers can be copied."""

import re

from policies.check import check_file
from runtime.settings import ROOT

FILE = ROOT / "docs" / "examples" / "policies" / "responsibility.yaml"
SHOWN = re.findall(
    r"```yaml\n(.*?)```",
    (ROOT / "docs" / "people.md").read_text(encoding="utf-8").partition("\n## Roles\n")[2],
    re.DOTALL,
)


def test_what_is_shown_is_in_the_file() -> None:
    """Word for word; a scenario beside it plays it."""
    written = FILE.read_text(encoding="utf-8")
    assert len(SHOWN) == 4
    assert [part for part in SHOWN if part.strip() not in written] == []


def test_the_file_leaves_open_only_what_it_is_not_about() -> None:
    """Questions that a whole policy answers."""
    assert [p for p in check_file(FILE) if "is not answered" not in p.what] == []
