"""Tokens in words, and as JSON; never with their digest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import grid
from console.terminal.output import line
from incidents.access.changing import MadeToken
from models.access import AccessToken, Standing
from rules.access.tokens import standing
from rules.wording.times import moment, relative

_SHOWN = ("id", "name", "owner", "holder", "scopes", "made_at", "made_by")
_ENDS = ("expires_at", "revoked_at", "revoked_by", "last_used_on")


def document(token: AccessToken, now: datetime) -> dict[str, Any]:
    """A token as JSON."""
    said = token.model_dump(mode="json")
    fields = {name: said[name] for name in (*_SHOWN, *_ENDS)}
    return {**fields, "standing": standing(token, now).value}


def made_words(made: MadeToken) -> RenderableType:
    """A new token for a person, with its secret on a line of its own."""
    token = made.token
    until = f"until {moment(token.expires_at)}" if token.expires_at else "until it is revoked"
    said = f"token {token.name} acts for {token.owner}: {', '.join(token.scopes)}, {until}"
    return Group(
        line(said),
        Text("Keep its secret now; nobody can read it again:"),
        Text(made.secret, style="bold"),
    )


def listed(tokens: Sequence[AccessToken], now: datetime) -> RenderableType:
    """A table with a row for each token."""
    if not tokens:
        return Text("no token counts", style="dim")
    table = grid("name", "owner", "scopes", "expires", "last used", "made by", "id")
    for token in tokens:
        holder = " (tool)" if token.holder == "tool" else ""
        used = token.last_used_on
        table.add_row(
            line(token.name, "bold"),
            line(token.owner + holder),
            line(", ".join(token.scopes)),
            line(_end(token, now)),
            used.isoformat() if used else "never",
            line(token.made_by),
            token.id,
        )
    return table


def _end(token: AccessToken, now: datetime) -> str:
    match standing(token, now):
        case Standing.REVOKED:
            return f"revoked by {token.revoked_by}"
        case Standing.EXPIRED:
            return "expired"
        case _:
            return relative(token.expires_at, now) if token.expires_at else "never"
