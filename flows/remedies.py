"""Remedies: a run that fails says in its state message what to do, and keeps its error for whoever started it."""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from dunwell.desk.remedies import is_expected, with_remedy

P = ParamSpec("P")
T = TypeVar("T")


def says_what_to_do(run: Callable[P, Coroutine[Any, Any, State[T]]]) -> Callable[P, Coroutine[Any, Any, State[T]]]:
    """Wrap what a flow does: an error ends the run as failed, with its remedy."""

    @functools.wraps(run)
    async def remedied(*args: P.args, **kwargs: P.kwargs) -> State[T]:
        try:
            return await run(*args, **kwargs)
        except Exception as error:
            if not is_expected(error):
                get_run_logger().error("%s", "".join(traceback.format_exception(error)))
            return Failed(message=with_remedy(error), data=error)

    # Prefect reads the form from the signature, and words in it would be looked up in this module.
    vars(remedied)["__signature__"] = inspect.signature(run, eval_str=True)
    return remedied
