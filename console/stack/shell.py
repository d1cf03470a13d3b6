"""`completion`: a script for a shell: the command `incident`, and its completion."""

import shlex
import sys
from enum import StrEnum
from typing import Annotated

import typer

from console.terminal.arguments import AsJson
from console.terminal.completion import COMPLETE_VARIABLE
from console.terminal.output import Output, write_lines
from runtime.settings import ROOT


class Shell(StrEnum):
    """The shells with a script."""

    BASH = "bash"
    ZSH = "zsh"


_SCRIPTS = {
    Shell.BASH: """\
incident() {{ {program} "$@"; }}
_incident_completion() {{
    local IFS=$'\\n'
    COMPREPLY=( $(COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD \\
        {variable}=complete_bash {program} 2>/dev/null) )
}}
complete -o default -F _incident_completion incident
""",
    Shell.ZSH: """\
incident() {{ {program} "$@"; }}
_incident_completion() {{
    eval "$(_TYPER_COMPLETE_ARGS="${{words[1,$CURRENT]}}" \\
        {variable}=complete_zsh {program} 2>/dev/null)"
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}
compdef _incident_completion incident
""",
}


def script_for(shell: Shell) -> str:
    """The script: a function that runs this console from anywhere, and its completion."""
    program = shlex.join([sys.executable, str(ROOT / "starter.py")])
    return _SCRIPTS[shell].format(program=program, variable=COMPLETE_VARIABLE)


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="your shell")],
    *,
    as_json: AsJson = False,
) -> None:
    """Print a script for your shell: the command `incident`, and its completion.

    For bash: eval "$(python starter.py completion bash)"
    """
    output = Output.of(context, as_json=as_json)
    script = script_for(shell)
    if output.as_json:
        output.answer({"shell": shell, "script": script}, "")
    else:
        write_lines(script)
