"""The whole console: every command under one name.

A command's module is imported when somebody types the command, so no command waits for what it
does not need. Until then the help shows what this file says about it.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer._completion_classes import completion_init
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from console.terminal.arguments import AsJson
from console.terminal.failure import EXIT_CODES, ExitCode, usage
from console.terminal.output import typed
from models.command import COMMANDS, AdoptPolicyCommand, CommandSpec

REPORT, GIVE, SHOW, SET_UP = "Report", "Commands for an incident", "Show", "Set up"
"""The panels of the help."""


class Late(NamedTuple):
    """A command that is not imported yet: where it is, its panel, and the line of the help."""

    module: str
    attribute: str
    panel: str
    says: str
    spec: CommandSpec | None = None

    def loaded(self, name: str) -> Any:
        """Import the command. A command of the table is generated from its entry there."""
        found: Any = getattr(import_module(self.module), self.attribute)
        if self.spec is not None:
            found = found(self.spec)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(name)(found)
            found = alone
        command: Any = get_command(found)
        command.name, command.rich_help_panel = name, self.panel
        return command

    def placeholder(self, name: str) -> TyperCommand:
        """What the help and the completion of a shell need to know of it."""
        return TyperCommand(
            name, help=self.says, rich_help_panel=self.panel, rich_markup_mode="rich"
        )


def _of_table() -> dict[str, Late]:
    """Every command of the table, except internal ones and the adoption of a policy."""
    return {
        spec.typed: Late(
            "console.incidents.commands",
            "command_for",
            GIVE,
            spec.says[0].upper() + spec.says[1:] + ".",
            spec,
        )
        for spec in COMMANDS.values()
        if not spec.internal and spec.payload is not AdoptPolicyCommand
    }


LATE: dict[str, Late] = {
    "report": Late(
        "console.incidents.report",
        "report",
        REPORT,
        "Report an incident: start it under the policy in force, and print its id.",
    ),
    **_of_table(),
    "adopt-policy": Late(
        "console.incidents.adopt_policy",
        "adopt_policy",
        GIVE,
        "Continue an incident under another policy, after showing what that does to the clocks.",
    ),
    "show": Late(
        "console.incidents.show",
        "show",
        SHOW,
        "Show an incident: state, clocks, roles, alerts, timeline, and what can be done next.",
    ),
    "list": Late(
        "console.incidents.list",
        "list_incidents",
        SHOW,
        "List incidents, the soonest due first. Works without a worker.",
    ),
    "why": Late(
        "console.incidents.why",
        "why",
        SHOW,
        "Explain from the record who was paged and why, or why somebody was not.",
    ),
    "watch": Late(
        "console.incidents.watch",
        "watch",
        SHOW,
        "Watch an incident until it is over, or all open ones; Ctrl-C ends it.",
    ),
    "completion": Late(
        "console.stack.shell",
        "completion",
        SET_UP,
        "Print a script for your shell: the command `incident`, and its completion.",
    ),
    "setup": Late(
        "console.stack.setup",
        "app",
        SET_UP,
        "Register what the engine needs in the Temporal namespace: its search attributes.",
    ),
    "dev": Late(
        "console.stack.dev",
        "app",
        SET_UP,
        "Run the embedded stack until Ctrl-C: Temporal server with its UI, worker, web server.",
    ),
    "tokens": Late(
        "console.access.command",
        "app",
        SET_UP,
        "Make, list and revoke the tokens with which people and tools use the API.",
    ),
    "policy": Late(
        "console.policies.command",
        "app",
        SET_UP,
        "Check policy files, and render them as documents.",
    ),
    "rehearse": Late(
        "console.rehearsals.command",
        "app",
        SET_UP,
        "Play a scenario under a policy: who is paged when, and what breaches.",
    ),
    "calendar": Late(
        "console.calendar.command",
        "app",
        SET_UP,
        "Calculate with calendars: when something is due, how much time has passed.",
    ),
    "oncall": Late(
        "console.oncall.command",
        "app",
        SHOW,
        "Show who is on call by the schedules of a policy, with a calendar of the following days.",
    ),
    "overrides": Late(
        "console.overrides.command",
        "app",
        SHOW,
        "Put somebody else on call for a time, list that, end it: the policy stays as it is.",
    ),
    "workload": Late(
        "console.workload.command",
        "app",
        SHOW,
        "Show what somebody has on their hands over all incidents: pages sent and held, and roles.",
    ),
    "demo": Late(
        "console.stack.demo",
        "app",
        SET_UP,
        "Play one incident from alert to closure on its own stack, in less than a minute.",
    ),
}
"""Every command, in the order of the help."""

EPILOG = (
    "Exit codes: " + "; ".join(f"{int(code)} {says}" for code, says in EXIT_CODES.items()) + "."
)


class LateGroup(TyperGroup):
    """A group that imports a command when somebody types it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name, late in LATE.items():
            self.add_command(late.placeholder(name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The typed command, imported now.

        A command of the table also answers to its name in the table, such as `begin_diagnosis`.
        """
        name = typed(args[0])
        if name in LATE:
            self.add_command(LATE[name].loaded(name))
            args = [name, *args[1:]]
        return super().resolve_command(ctx, args)


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
def console(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Manage incidents: report them, give them commands, show them."""
    if context.invoked_subcommand is None:
        if as_json:
            message = "a command is missing"
            raise usage(message, "python starter.py --help")
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


completion_init()  # typer calls it only together with its own installer, which does not work here
