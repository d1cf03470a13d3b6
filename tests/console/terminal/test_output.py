"""What the console prints steers nothing, wherever it comes from."""

import pytest
from rich.table import Table

from console.terminal.output import person
from models.readable import readable
from tests.fakes.hostile import HOSTILE


def test_a_text_that_nobody_has_looked_at_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Alone or in a cell: no colours, no markup, no links of its own."""
    table = Table(HOSTILE)
    table.add_row(HOSTILE)
    for each in (HOSTILE, table):
        person().print(each)
    said = capsys.readouterr().out
    assert said == readable(said)
    assert said.count("[red]all") == 3
