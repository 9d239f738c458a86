"""The command line. Exit codes: 0 done; 1 done with failures that are on record; 2 bad input or settings, nothing
changed; 3 another cycle is running; 4 refused for safety; 75 temporary, run again.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point. What needs no books, `reply` and `interest`, starts without loading what opens them."""
    if sys.argv[1:2] == ["reply"]:
        from dunwell.cli.reply import main as run
    elif sys.argv[1:2] == ["interest"]:
        from dunwell.cli.interest import main as run
    else:
        from dunwell.cli.app import main as run
    run()


__all__ = ["main"]
