"""People can copy what the document on people shows of roles and authority."""

import re

from policies.check import check_file
from runtime.settings import ROOT

FILE = ROOT / "docs" / "examples" / "policies" / "responsibility.yaml"
SHOWN = re.findall(
    r"```yaml\n(.*?)```",
    (ROOT / "docs" / "people.md").read_text(encoding="utf-8").partition("\n## Roles\n")[2],
    re.DOTALL,
)


def test_the_document_shows_text_of_the_file() -> None:
    """It shows it word for word; a scenario beside the file plays it."""
    written = FILE.read_text(encoding="utf-8")
    assert len(SHOWN) == 4
    assert [part for part in SHOWN if part.strip() not in written] == []


def test_the_file_answers_everything_that_it_is_about() -> None:
    """The other questions are for a whole policy."""
    assert [p for p in check_file(FILE) if "is not answered" not in p.what] == []
