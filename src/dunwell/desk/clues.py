"""Whose a mail is: its clues looked up in the books, and whether its sender may act."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dunwell.desk.office import Office
from dunwell.ledger import clues, lookup
from dunwell.mailroom import verifying
from dunwell.replies import authenticity, matching
from dunwell.replies.authenticity import Result, Verdict, domain_of, is_public
from dunwell.replies.effects import Trust
from dunwell.replies.matching import Clues, Match
from dunwell.replies.message import Message
from dunwell.replies.quoting import Quoted
from dunwell.terms import reference


@dataclass(frozen=True, slots=True)
class Found:
    """What the clues of a mail give. `letter` are the invoices of the letter that it answers; `colleague` is who of
    ours passed it on; `own_letter`: it is a copy of one of our own; `country` is the account's, as the writer's."""

    clues: Clues
    match: Match
    letter: frozenset[str] = frozenset()
    answered_accounts: frozenset[str] = frozenset()
    colleague: str | None = None
    own_letter: bool = False
    country: str | None = None

    def with_numbers(self, office: Office, message: Message, text: str) -> Found:
        """The same with the invoice numbers that stand in the subject and in the new words."""
        words = matching.words_of(message.subject, text)
        if not words:
            return self
        near = {self.match.account} | self.clues.contact | self.clues.thread | self.clues.domain
        with office.books.read() as work:
            theirs = clues.numbers_of(work, [one for one in near if one])
            named = {number: theirs[number] for number in matching.numbers_in(words, theirs)}
            named.update(clues.owners(work, sorted(matching.plain_words(message.subject, text))))
        found = replace(self.clues, numbers=named)
        return replace(self, clues=found, match=matching.match(found))


def find(office: Office, message: Message, quoted: Quoted) -> Found:
    """Whose a mail is, before its words are read."""
    sender = message.sender.email
    own = (office.creditor.email or "").lower()
    colleague = None
    if quoted.forwarded and (sender in office.replies.staff or domain_of(sender) == domain_of(own)):
        colleague, sender = sender, quoted.forwarded.sender.email
    tokens = matching.token_of(message)
    with office.books.read() as work:
        answered = clues.letters_with(work, matching.answered(message))
        own_letter = message.sender.email == own and bool(
            clues.letters_with(work, [matching.bracketed(message.message_id)])
        )
        contact = clues.with_contact(work, sender) if sender else frozenset[str]()
        domain = domain_of(sender)
        same_domain = clues.with_domain(work, domain) if domain and not is_public(domain) else frozenset[str]()
        token = _account_of(office, clues.account_numbers(work), tokens) if tokens else None
        given = Clues(token, frozenset(one.account for one in answered), contact, same_domain)
        match = matching.match(given)
        country = lookup.country_of(work, match.account) if match.account else None
    mine = [one for one in answered if one.account == match.account]
    return Found(
        clues=given,
        match=match,
        letter=mine[0].invoices if mine else frozenset(),
        answered_accounts=given.thread,
        colleague=colleague,
        own_letter=own_letter,
        country=country,
    )


def _account_of(office: Office, accounts: list[str], tokens: tuple[str, ...]) -> str | None:
    """The account whose signed address it was sent to; None for a token that is none of ours, or for several."""
    wanted = set(tokens)
    found = [number for number in accounts if reference.token(office.key, number) in wanted]
    return found[0] if len(found) == 1 else None


def trust_in(office: Office, message: Message, found: Found, raw: bytes) -> tuple[Trust, Verdict]:
    """Whether the machine may act on the mail: a known sender, and authentic as our own server says."""
    checked = [
        Result("dkim", "pass" if holds else "fail", (domain,))
        for domain, holds in verifying.signed_by(raw, office.replies.keys)
    ]
    verdict = authenticity.verdict(message, office.replies.authserv_ids, checked)
    if found.colleague:
        return Trust(False, f"passed on by a colleague ({found.colleague})"), verdict
    if not found.match.known:
        return Trust(False, "the sender is not known to act for the account"), verdict
    if verdict.passed:
        return Trust(True, verdict.why), verdict
    signed = found.clues.token is not None and found.clues.token == found.match.account
    failed = any(one.method == "dmarc" and one.result == "fail" for one in verdict.results)
    if office.replies.token and found.match.known == "contact" and signed and not failed:
        return Trust(True, "a contact, with the signed address"), verdict
    return Trust(False, verdict.why), verdict
