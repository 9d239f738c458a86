"""The command line. Exit codes: 0 done; 1 done with failures that are on record; 2 bad input or settings, nothing
changed; 3 another cycle is running; 4 refused for safety; 75 temporary, run again.
"""

from __future__ import annotations

from dunwell.cli.app import app, main

__all__ = ["app", "main"]
