"""What customers write by hand, as sentences of every intent and language: `phrases/meanings`."""

from __future__ import annotations

import pytest

from dunwell.replies.message import read_message
from dunwell.replies.quoting import new_text
from dunwell.replies.reading import Reading, read
from tests.replies.tables import LANGUAGES, rows

_REMINDER = {
    "de": "Unsere Rechnung ist noch offen.",
    "en": "Our invoice is overdue.",
    "es": "Nuestra factura está vencida.",
    "fa": "فاکتور ما سررسید شده است.",
    "fr": "Notre facture est échue.",
    "it": "La nostra fattura è scaduta.",
    "ro": "Factura noastră este restantă.",
    "ru": "Наш счёт просрочен.",
}
_DOMAIN = {"en": "co.uk", "fa": "ir"}
_BARS = {"intents": 0.9, "promises": 0.9, "acting": 0.96}


def _read(text: str, language: str) -> Reading:
    head = (
        f"From: A <a@client.{_DOMAIN.get(language, language)}>\nTo: b@example.org\nSubject: Re: 1044\n"
        "Date: Mon, 4 May 2026 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n"
    )
    quoted = f"\n\nOn Mon, 4 May 2026 at 09:00, B <b@example.org> wrote:\n\n> {_REMINDER[language]}\n"
    message = read_message((head + text + quoted).encode())
    return read(message, new_text(message))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_mean_what_they_say(language: str) -> None:
    """As many intents and promises as the bars ask for, and hardly a wrong act."""
    table = rows("meanings", language)
    intents = promised = wanted = acts = right = 0
    for text, expected in table:
        intent, _, days = expected.partition(" ")
        found = _read(text, language)
        got = {one.date.strftime("%m%d") + ("c" if one.conditional else "") for one in found.promises}
        want = {one for one in days.split(",") if one}
        intents += found.intent == intent
        wanted += len(want)
        promised += len(want & got)
        if found.action == "act":
            acts += 1
            right += found.intent == intent and got == want
    assert intents / len(table) >= _BARS["intents"]
    assert promised / wanted >= _BARS["promises"]
    assert right / acts >= _BARS["acting"]
