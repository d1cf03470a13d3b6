"""The entry of `starter.py`: Ctrl-C ends it quietly even while it is still loading.

It imports none of our code before it can handle an interruption.
"""

import json
import os
import signal
import sys

INTERRUPTED = 130


def _leave(_number: int, _frame: object) -> None:
    """Report the interruption as the console does; exit at once, even during an import."""
    if "--json" in sys.argv[1:]:
        error: dict[str, object] = {
            "kind": "Interrupted",
            "message": "interrupted",
            "exit_code": INTERRUPTED,
        }
        more: dict[str, object] = {
            "state": None,
            "missing": [],
            "possible": [],
            "may": [],
            "hints": [],
        }
        os.write(1, f"{json.dumps({'error': error | more}, indent=2)}\n".encode())
    else:
        os.write(2, b"Error: interrupted\n")
    os._exit(INTERRUPTED)


def enter() -> None:
    """Load the console and run the command line."""
    before = signal.signal(signal.SIGINT, _leave)
    from console.main import main  # noqa: PLC0415 - it takes its time

    signal.signal(signal.SIGINT, before)
    main()
