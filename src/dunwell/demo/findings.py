"""What a cycle came to, in the words of its books: what went and why, what did not and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from dunwell.desk.day import CycleReport
from dunwell.desk.office import Office
from dunwell.desk.sending import Sent
from dunwell.ledger import cases, due, journal, lookup
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.rules.decide import decide
from dunwell.terms.moment import Moment

_STATES = {"failed": "refused by the mail server", "waiting": "put off by the mail server: tried again next time"}


@dataclass(frozen=True, slots=True)
class Gone:
    """A letter that was sent: to whom, and the decision that set its tone."""

    account: str
    name: str
    language: str
    letter: str
    invoices: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """Open invoices that had no letter, for one reason; `example` is one of them with all that was said about it."""

    reason: str
    invoices: int
    accounts: int
    example: str


def gone(office: Office, report: CycleReport, moment: Moment) -> list[Gone]:
    """The letters that the mail server took, with the reason that the journal has for each."""
    with office.books.read() as work:
        names = _names(office, work, moment)
        return [
            Gone(
                one.account, names.get(one.account, ""), one.language, one.letter, one.invoices, _why(work, one, report)
            )
            for one in report.letters
            if one.state == "sent"
        ]


def _names(office: Office, work: Work, moment: Moment) -> dict[str, str]:
    return {one.case.account.number: one.case.account.name for one in _open_cases(office, work, moment)}


def _open_cases(office: Office, work: Work, moment: Moment) -> list[Loaded]:
    ids = [invoice_id for _, invoice_id in due.to_look_at(work, moment.on, everything=True)]
    return cases.load(work, ids, moment.on, office.around)


def _why(work: Work, letter: Sent, report: CycleReport) -> str:
    """What was decided that day about the invoice that sets the letter's tone."""
    found = ""
    for entry in journal.entries(work, letter.account):
        if entry.on == report.record.on and entry.what == "decided" and entry.invoice in letter.invoices:
            why = f"{entry.invoice}: {entry.why}" if len(letter.invoices) > 1 else entry.why
            if entry.data.get("stage") == letter.stage:
                return why
            found = found or why
    return found or "was due and had been put off"


def held(office: Office, report: CycleReport, moment: Moment) -> list[Held]:
    """Why the other open invoices had no letter that day, by reason, the most frequent first."""
    groups: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for reason, invoice, account, why in _reasons(office, report, moment):
        groups[reason].append((invoice, account, why))
    found = [
        Held(
            reason,
            len(rows),
            len({account for _, account, _ in rows}),
            "; ".join(f"{i} of {a}: {w}" for i, a, w in rows[:1]),
        )
        for reason, rows in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.invoices, one.reason))


def _reasons(office: Office, report: CycleReport, moment: Moment) -> Iterator[tuple[str, str, str, str]]:
    covered = {number: letter for letter in report.letters for number in letter.invoices}
    with office.books.read() as work:
        loaded = _open_cases(office, work, moment)
    for one in loaded:
        number, account = one.case.invoice.number, one.case.account.number
        letter = covered.get(number)
        if letter is None:
            decision = decide(one.case, office.policy, moment.on)
            yield decision.reason.value.replace("_", " "), number, account, decision.why
        elif letter.state != "sent":
            yield _STATES.get(letter.state, letter.state), number, account, f"{letter.to}: {letter.reason}"


def closed(office: Office) -> int:
    """How many invoices are paid or credited: nobody is written to about them."""
    with office.books.read() as work:
        counts = lookup.counts(work)
    return counts.invoices - counts.open_invoices
