"""Nothing that the console prints steers a terminal, wherever it comes from."""

import pytest
from rich.table import Table

from console.terminal.output import person
from models.readable import readable
from tests.fakes.hostile import HOSTILE


def test_unchecked_text_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It has no colours, markup or links, alone or in a cell."""
    table = Table(HOSTILE)
    table.add_row(HOSTILE)
    for each in (HOSTILE, table):
        person().print(each)
    said = capsys.readouterr().out
    assert said == readable(said)
    assert said.count("[red]all") == 3
