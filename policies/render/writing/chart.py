"""The lifecycle as a drawing: a column for each state, a line for each trigger."""

from html import escape

from policies.render.writing.plain_names import speaking
from states.lifecycle import TRANSITIONS, State, Transition

_SPEAK = speaking(())
_LEFT, _COLUMN, _TOP, _ROW = 150, 98, 44, 30
_DOT, _HEAD = 4.5, 9
_COLUMNS = {state: _LEFT + _COLUMN * place + _COLUMN // 2 for place, state in enumerate(State)}


def chart() -> str:
    """An SVG element. Dots are states from which a trigger leads; arrows end where it leads."""
    width = _LEFT + _COLUMN * len(_COLUMNS)
    height = _TOP + _ROW * len(TRANSITIONS) + 8
    parts = [_column(state, x, height) for state, x in _COLUMNS.items()]
    for place, row in enumerate(TRANSITIONS):
        parts += _row(row, _TOP + _ROW * place + _ROW // 2 + 6)
    label = "The lifecycle of an incident: states in columns, triggers in lines"
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _column(state: State, x: int, height: int) -> str:
    return (
        f'<text class="state" x="{x}" y="24" text-anchor="middle">{escape(_SPEAK(state))}</text>'
        f'<line class="state" x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 4}"/>'
    )


def _row(row: Transition, y: int) -> list[str]:
    sources = [_COLUMNS[state] for state in row.sources]
    parts = [f'<text x="4" y="{y + 4}">{escape(_SPEAK(row.trigger))}</text>']
    if row.target is not None:
        furthest = max(sources, key=lambda x: abs(x - _COLUMNS[row.target or row.sources[0]]))
        parts += _arrow(furthest, _COLUMNS[row.target], y)
    if row.target is not None and row.skips_review_to is not None:
        parts += _arrow(_COLUMNS[row.target], _COLUMNS[row.skips_review_to], y, "maybe")
    stays = ' class="stays"' if row.target is None else ""
    return [*parts, *(f'<circle{stays} cx="{x}" cy="{y}" r="{_DOT}"/>' for x in sources)]


def _arrow(start: int, end: int, y: int, kind: str = "sure") -> list[str]:
    side = 1 if end > start else -1
    back = end - side * _HEAD
    return [
        f'<line class="{kind}" x1="{start}" y1="{y}" x2="{back}" y2="{y}"/>',
        f'<polygon points="{end},{y} {back},{y - 5} {back},{y + 5}"/>',
    ]
