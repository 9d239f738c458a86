"""Evidence: the words of a mail that its reading rests on, for whoever looks at it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dunwell.replies.plain import paid_in, promises_in
from dunwell.replies.sentences import read_sentences

_SAY_NOTHING = frozenset({"greeting", "thanks", "question"})
_MOST = 8


def rests_on(kept: Mapping[str, Any], written: date, country: str) -> tuple[str, ...]:
    """The words that a reading which was kept as plain data rests on: those of its promises and payment; where there is
    neither, the sentences in which something was recognised. `written` is the day of the mail."""
    paid = paid_in(kept)
    said = [one.words for one in promises_in(kept)]
    if paid and paid.reference:
        said.append(paid.reference)
    if said:
        return tuple(dict.fromkeys(word for word in said if word))[:_MOST]
    text, language = str(kept.get("new_text") or ""), str(kept.get("language") or "en")
    found = [one.text.strip() for one in read_sentences(text, language, written, country) if one.kinds - _SAY_NOTHING]
    return tuple(dict.fromkeys(words for words in found if words))[:_MOST]
