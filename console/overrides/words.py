"""Overrides of schedules in words."""

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import grid
from console.terminal.output import line
from models.answers.overrides import OverrideShown, OverridesShown, OverrideStanding
from rules.wording.times import in_utc_minutes


def _whom(override: OverrideShown) -> str:
    return f"covers {override.covers}" if override.covers else "is on call"


def kept(override: OverrideShown) -> RenderableType:
    """An override that was made or ended, for a person."""
    who = f"{override.person} {_whom(override)} by {override.schedule}"
    if override.standing is OverrideStanding.OVER:
        return line(f"over: {who}; who takes turns is on call again")
    since, until = in_utc_minutes(override.begins), in_utc_minutes(override.until)
    return line(f"{who} from {since} until {until} ({override.reason}); id {override.id}")


def listed(shown: OverridesShown) -> RenderableType:
    """A table with a row for each override, and the refused attempts below."""
    refused = [
        line(f"refused: {each.by} tried {each.what}: {each.why}", "dim") for each in shown.refused
    ]
    if not shown.overrides:
        return Group(Text("nobody is on call instead of anybody", style="dim"), *refused)
    table = grid("schedule", "who", "from", "until", "why", "by", "id")
    for each in shown.overrides:
        over = " (over)" if each.standing is OverrideStanding.OVER else ""
        table.add_row(
            line(each.schedule),
            line(f"{each.person} {_whom(each)}{over}", "bold"),
            in_utc_minutes(each.begins),
            in_utc_minutes(each.until),
            line(each.reason),
            line(each.by),
            each.id,
        )
    return Group(table, *refused)
