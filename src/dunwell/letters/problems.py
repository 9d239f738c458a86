"""Where a problem is: every error of a template names its file and line and says what to do."""

from __future__ import annotations

from pathlib import Path

from dunwell.letters.facts import LetterError


def problem(path: Path, line: int | None, what: str) -> LetterError:
    """A LetterError that begins with `file:line:`."""
    place = f"{path}:{line}" if line else str(path)
    return LetterError(f"{place}: {what}")


class Problems(LetterError):
    """Several problems of one file, found together. `errors` has them one by one."""

    def __init__(self, errors: list[LetterError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors


def listed(error: LetterError) -> list[LetterError]:
    """The single problems of an error."""
    return error.errors if isinstance(error, Problems) else [error]
