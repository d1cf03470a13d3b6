"""The lifecycle as a Mermaid diagram, from the table."""

from states.lifecycle import TERMINAL, TRANSITIONS, State


def mermaid() -> str:
    """A Mermaid `stateDiagram-v2` of the whole lifecycle."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.REPORTED}"]
    for row in TRANSITIONS:
        for source in row.sources:
            guards = f" [{', '.join(row.guards)}]" if row.guards else ""
            lines.append(f"    {source} --> {row.target or source}: {row.trigger}{guards}")
            if row.skips_review_to:
                lines.append(f"    {source} --> {row.skips_review_to}: {row.trigger} [no review]")
    lines.extend(f"    {state} --> [*]" for state in State if state in TERMINAL)
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """The page `docs/lifecycle.md`: the diagram and the table in words."""
    rows = [
        "| trigger | from | to | sets milestone | guards | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for row in TRANSITIONS:
        target = str(row.target) if row.target else "stays"
        if row.skips_review_to:
            target += f", or {row.skips_review_to} if no review is required"
        cells = (
            row.trigger,
            ", ".join(row.sources),
            target,
            row.milestone or "",
            ", ".join(row.guards),
            row.says,
        )
        rows.append("| " + " | ".join(cells) + " |")
    table = "\n".join(rows)
    return (
        "# Lifecycle\n\n"
        "This page is generated from the transition table in `states/lifecycle.py`"
        " (`make lifecycle-doc`); a test keeps the two equal.\n\n"
        f"```mermaid\n{mermaid()}```\n\n{table}\n"
    )
