"""Runs a worker: `python worker.py`."""

import sys

from runtime.worker.process import run_worker

if __name__ == "__main__":
    sys.exit(run_worker())
