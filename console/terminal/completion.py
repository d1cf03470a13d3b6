"""Completes incident ids in the shell; it stays silent if the server does not answer."""

import asyncio
import time
from datetime import timedelta

from console.terminal.running import SETTLE_SECONDS
from models.readable import in_a_line

COMPLETE_VARIABLE = "_INCIDENT_COMPLETE"
"""If a shell sets this variable, the console completes a command instead of running it."""
PATIENCE = timedelta(seconds=2)
SHOWN = 100
_HARMLESS = frozenset(" .,-_/%+@")


async def _open_incidents() -> list[tuple[str, str]]:
    from console.engine.chosen import engine_of  # noqa: PLC0415 - only to complete
    from incidents.finding import Filters  # noqa: PLC0415 - as above
    from runtime.settings import load_settings  # noqa: PLC0415 - as above

    async with asyncio.timeout(PATIENCE.total_seconds()), engine_of(load_settings()) as engine:
        rows = (await engine.find(Filters(only_open=True), SHOWN)).rows
    return [
        (row.id, harmless(f"{row.severity} {row.state} {row.title}"))
        for row in rows
        if row.id == harmless(row.id)
    ]


def harmless(text: str) -> str:
    """Escape `text`, because zsh evaluates what it shows beside a completion."""
    kept = "".join(c if c.isalnum() or c in _HARMLESS else " " for c in in_a_line(text))
    return " ".join(kept.split())


def complete_incident(incomplete: str) -> list[tuple[str, str]]:
    """The open incidents whose id begins with the typed text."""
    try:
        found = asyncio.run(_open_incidents())
    except Exception:  # noqa: BLE001 - a shell that completes has nowhere to show an error
        return []
    finally:
        time.sleep(SETTLE_SECONDS)
    return [(name, says) for name, says in found if name.upper().startswith(incomplete.upper())]
