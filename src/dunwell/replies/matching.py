"""Whose a mail is and which invoices it is about: from signed address, thread, numbers and sender. Pure.

The clues are looked up by whoever has the books; this room weighs them. They must agree: a clue that points to
another account than the rest makes the mail one for a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dunwell.replies.message import Message

_TOKEN = re.compile(r"\+([a-z2-7]{16})@")
_WORD = re.compile(r"[^\W_][\w./#-]{0,60}")
_MOST_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Clues:
    """What the books know about a mail's clues, each an account's number.

    `token`: whose signed address it was sent to; `thread`: whose letters it answers; `contact`: at whose accounts its
    sender is a contact, `domain`: at whose a contact has the sender's own domain; `numbers`: invoice numbers in its
    words, with their accounts.
    """

    token: str | None = None
    thread: frozenset[str] = frozenset()
    contact: frozenset[str] = frozenset()
    domain: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The account that a mail is about, None where nobody knows; the invoices that it names; and what does not fit.

    `known` says how its sender is known: "contact", "domain" (with the signed address) or "".
    """

    account: str | None
    invoices: tuple[str, ...]
    known: str
    conflicts: tuple[str, ...] = ()


def token_of(message: Message) -> tuple[str, ...]:
    """The tokens of signed addresses to which the mail was sent, each once."""
    delivered = message.every("delivered-to")
    given = [address.email for address in (*message.to, *message.cc)] + [one.lower() for one in delivered]
    return tuple(dict.fromkeys(match[1] for one in given for match in _TOKEN.finditer(one.lower())))


def bracketed(message_id: str) -> str:
    """A Message-ID with its brackets, as books and servers have it; '' for none."""
    plain = "".join(sign for sign in message_id if sign.isprintable())[:900].strip("<> ")
    return f"<{plain}>" if plain else ""


def answered(message: Message) -> tuple[str, ...]:
    """The Message-IDs that the mail answers, with their brackets, the nearest first."""
    ids = (*message.in_reply_to, *reversed(message.references))
    return tuple(dict.fromkeys(found for one in ids if (found := bracketed(one))))[:100]


def words_of(*texts: str) -> frozenset[str]:
    """What could be an invoice's number in these texts, folded as `folded_number` does: words with a digit, alone and
    joined with their neighbours."""
    found: set[str] = set()
    for text in texts:
        words = [match[0].strip("./#-") for match in _WORD.finditer(unicodedata.normalize("NFKC", text))][:_MOST_WORDS]
        for place, word in enumerate(words):
            near = (word, " ".join(words[place : place + 2]), " ".join(words[place : place + 3]))
            found.update(
                folded for one in near if any(map(str.isdecimal, one)) and len(folded := folded_number(one)) > 2
            )
    return frozenset(found)


def plain_words(*texts: str) -> frozenset[str]:
    """The words with a digit as they stand, and in capitals: to look for invoices of anybody."""
    found: set[str] = set()
    for text in texts:
        for match in list(_WORD.finditer(unicodedata.normalize("NFKC", text)))[:_MOST_WORDS]:
            word = match[0].strip("./#-")
            if len(word) > 3 and any(map(str.isdecimal, word)):
                found |= {word, word.upper()}
    return frozenset(found)


def folded_number(number: str) -> str:
    """An invoice's number as people write it, without case, white space and punctuation, digits as ASCII."""
    plain = unicodedata.normalize("NFKC", number).casefold()
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in plain if sign.isalnum())


def match(clues: Clues) -> Match:
    """The account and invoices that the clues give together."""
    account = _account(clues)
    conflicts: list[str] = []
    if account is None:
        owners = frozenset(clues.numbers.values())
        return Match(next(iter(owners)) if len(owners) == 1 else None, tuple(sorted(clues.numbers)), "", ())
    if clues.token is not None and clues.token != account:
        conflicts.append("the signed address is another account's")
    if clues.thread and account not in clues.thread:
        conflicts.append("it answers a letter to another account")
    foreign = sorted(number for number, owner in clues.numbers.items() if owner != account)
    own = tuple(sorted(number for number, owner in clues.numbers.items() if owner == account))
    if foreign:
        conflicts.append(f"it names another account's invoice {foreign[0]}")
    known = "contact" if account in clues.contact else ""
    if not known and account in clues.domain and clues.token == account:
        known = "domain"
    return Match(account, own, known, tuple(conflicts))


def _account(clues: Clues) -> str | None:
    """The account: by signed address, else by thread, else by the sender where it is at one account alone."""
    if clues.token is not None:
        return clues.token
    for group in (clues.thread & clues.contact, clues.thread, clues.contact, clues.domain):
        if len(group) == 1:
            return next(iter(group))
    by_number = frozenset(clues.numbers.values()) & (clues.contact or clues.domain)
    return next(iter(by_number)) if len(by_number) == 1 else None


def numbers_in(words: frozenset[str], numbers: Iterable[str]) -> Sequence[str]:
    """Which of these invoice numbers stand in a text's words."""
    return [number for number in numbers if folded_number(number) in words]
