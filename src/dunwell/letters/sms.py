"""A text message: what is open, since when, and where to pay, in a few words of the language. Pure."""

from __future__ import annotations

from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.languages import iban
from dunwell.letters.view import Language, clean

BLANKS = ("{creditor}", "{amount}", "{invoices}", "{due}", "{bank}", "{reference}", "{contact}")
"""What is filled into a language's text: every one of them stands in it."""
LONGEST = 670
"""Characters: ten parts of a message outside the Latin alphabet."""
_NAMED = 3


def text_message(facts: Facts, language: Language) -> str:
    """The text for these facts; raises LetterError where it would ask for nothing, in several currencies, or be too
    long."""
    if len(facts.totals) != 1 or not facts.invoices:
        raise LetterError("a text message is for invoices of one currency: send this letter by e-mail")
    (total,), formats = facts.totals, language.formats
    numbers = [clean(one.number) for one in facts.invoices]
    more = f" (+{formats.number(len(numbers) - _NAMED)})" if len(numbers) > _NAMED else ""
    bank = iban(total.bank_account) if total.bank_is_iban else clean(total.bank_account)
    filled = {
        "{creditor}": clean(facts.creditor.name),
        "{amount}": formats.money(total.outstanding),
        "{invoices}": ", ".join(numbers[:_NAMED]) + more,
        "{due}": formats.day(facts.invoices[0].due),
        "{bank}": bank,
        "{reference}": clean(facts.payment_reference),
        "{contact}": clean(facts.creditor.phone or facts.creditor.email),
    }
    text = language.words["sms"]
    for blank, value in filled.items():
        text = text.replace(blank, value)
    if len(text) > LONGEST:
        raise LetterError(f"the text message has {len(text)} characters, more than {LONGEST}")
    return text
