"""What the tests of letters share: the built-in library, and a folder to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dunwell.letters.templates import Library, builtin_folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden letters anew")


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(None)


LETTER = """---
subject: {{ first.number | id }} {{ amount_due }}
---
{{ salutation }}

BODY

{{ blocks.invoices }}

{{ blocks.payment }}

{{ closing }}

{{ blocks.signature }}
"""
Spoil = Callable[..., Library]


@pytest.fixture
def letter_of(tmp_path: Path) -> Spoil:
    """A library whose English `late` has the given body (on line 6), or is the given source."""

    def make(body: str = "Words.", source: str | None = None) -> Library:
        folder = tmp_path / "en"
        folder.mkdir(exist_ok=True)
        (folder / "late.md.j2").write_text(source or LETTER.replace("BODY", body), "utf-8")
        return Library(tmp_path)

    return make


@pytest.fixture
def labels() -> str:
    return (builtin_folder() / "en" / "labels.toml").read_text("utf-8")
