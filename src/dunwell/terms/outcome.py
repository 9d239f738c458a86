"""What came of a task, as a person says it."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcomes that feed back into cases, and `done`, which only closes the task."""

    PROMISED = "promised"
    PAID = "paid"
    DISPUTED = "disputed"
    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    DONE = "done"
