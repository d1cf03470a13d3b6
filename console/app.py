"""The whole console: every command under one name.

Code that only some commands need (server, worker, policy files) is imported when such a command is
typed, so an acknowledgement does not wait for it.
"""

from importlib import import_module
from typing import Any

import typer
from typer._completion_classes import completion_init
from typer.core import TyperGroup
from typer.main import get_command

from console.incidents import adopting, commands, reporting, viewing, watch, why
from console.stack import shell
from console.terminal.failures import EXIT_CODES, ExitCode, usage
from console.terminal.output import typed

LATE: dict[str, tuple[str, str]] = {
    "setup": ("console.stack.setup", "app"),
    "dev": ("console.stack.dev", "app"),
    "policy": ("console.policies.command", "app"),
    "rehearse": ("console.rehearsals.command", "app"),
    "calendar": ("console.calendar.command", "app"),
    "oncall": ("console.oncall.command", "app"),
    "workload": ("console.workload.command", "app"),
    "demo": ("console.stack.demo", "app"),
}
"""Commands whose modules are imported on demand: name to module and its Typer app."""

LOOKS = ("oncall", "workload")
"""The commands among them that only show something."""

EPILOG = (
    "Exit codes: " + "; ".join(f"{int(code)} {says}" for code, says in EXIT_CODES.items()) + "."
)


class LateGroup(TyperGroup):
    """A group that imports some of its commands on first use."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of the help."""
        return [*super().list_commands(ctx), *LATE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command with that name, imported if necessary; None if there is none.

        A command of the table also answers to its name in the table, such as `begin_diagnosis`.
        """
        cmd_name = typed(cmd_name)
        if cmd_name not in self.commands and cmd_name in LATE:
            module, attribute = LATE[cmd_name]
            late: Any = get_command(getattr(import_module(module), attribute))
            panel = viewing.PANEL if cmd_name in LOOKS else shell.PANEL
            late.name, late.rich_help_panel = cmd_name, panel
            self.add_command(late)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=LateGroup,
    help="Manage incidents: report them, give them commands, show them.",
    epilog=EPILOG,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    invoke_without_command=True,
)


@app.callback()
def console(context: typer.Context, *, as_json: commands.AsJson = False) -> None:
    """Manage incidents: report them, give them commands, show them."""
    if context.invoked_subcommand is None:
        if as_json:
            message = "a command is missing"
            raise usage(message, "python starter.py --help")
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


completion_init()  # typer calls it only together with its own installer, which does not work here
reporting.register(app)
commands.register(app)
adopting.register(app)
viewing.register(app)
why.register(app)
watch.register(app)
shell.register(app)
