"""A command by itself: what needs no books starts without loading what opens them."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


def run_alone(register: Callable[[typer.Typer], None]) -> None:
    """Run the one command that `register` adds."""
    app = typer.Typer(
        name="dunwell",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.callback()(lambda: None)
    register(app)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
