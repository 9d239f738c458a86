"""The demo goes on: what customers pay in the weeks after the cycle, and what a person says over the policy.

Only what people do is made up here. What follows from it is for the cycles to find out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from dunwell import wiring
from dunwell.demo.history import ONE_DAY
from dunwell.demo.portfolio import Payment, Portfolio, number_of
from dunwell.desk import override, refer
from dunwell.desk.day import CycleReport
from dunwell.desk.override import Effect
from dunwell.ledger import agreed_lists, cases, due
from dunwell.ledger.agreed_lists import PromiseRecord
from dunwell.ledger.cases import Loaded
from dunwell.terms.calendar import is_rest
from dunwell.terms.money import Money

SPAN = timedelta(days=25)
"""Long enough for a final notice of the first day to run out and a promise of that day to be broken."""
PERSON = "Controller"
_STAYING = 2
_NEAR = {"on_hold", "litigation"}


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says over the policy, and what came of it."""

    account: str
    until: date
    reason: str
    effect: Effect


@dataclass
class Weeks:
    """The weeks to come: who pays is settled, and what is told of them is gathered as they pass."""

    days: list[date]
    payers: dict[str, date] = field(default_factory=dict)
    word: Word | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral of the queue as it stands at the end, with where its dossier was written."""

    referral: str
    account: str
    total: str
    lacks: str
    folder: Path


def ahead(made: Portfolio, report: CycleReport, today: date, country: str) -> Weeks:
    """Settle who pays what, and when, between the portfolio's last day and `today`, both left out.

    The first `_STAYING` of the queue, or of those who have had their final notice, do not pay; all others near the
    court do. Of those who promised all but one keep their word; of the rest every third pays. The payments come with
    the export of their days.
    """
    office, moment = wiring.office(), wiring.moment(made.today)
    queue = [one.record for one in refer.queue(office, moment)]
    with office.books.read() as work:
        promised = agreed_lists.promises(work, everything=False)
        ids = [invoice_id for _, invoice_id in due.to_look_at(work, moment.on, everything=True)]
        ids += [key for record in queue for key in record.keys]
        loaded = cases.load(work, ids, moment.on, office.around)
    owed: dict[str, dict[str, Money]] = {}
    for one in loaded:
        owed.setdefault(one.case.account.number, {})[one.case.invoice.number] = one.case.outstanding
    span = (made.today + ONE_DAY + timedelta(days=count) for count in range((today - made.today).days - 1))
    weeks = Weeks([day for day in span if not is_rest(day, country)])
    near, noticed = _reached(loaded, _NEAR), _reached(loaded, {"litigation"})
    broken = next((one for one in promised if one.account not in near), None)
    court = dict.fromkeys([*(record.account.number for record in queue), *noticed])
    promising = {one.account for one in promised}
    staying = [account for account in court if account not in promising][:_STAYING]
    _pay(made, weeks, owed, _paying(near, staying, report, promising, made.today))
    _keep(made, weeks, owed, [one for one in promised if one != broken and one.account not in near])
    weeks.word = _say(report, {*weeks.payers, *near, *promising}, weeks.days[0], today)
    return weeks


def _reached(loaded: Sequence[Loaded], stages: set[str]) -> list[str]:
    """The accounts of which an open invoice has had a touch of one of these stages."""
    return sorted({one.case.account.number for one in loaded if {touch.stage for touch in one.case.touches} & stages})


def _paying(near: list[str], staying: list[str], report: CycleReport, promising: set[str], on: date) -> dict[str, date]:
    """Who pays all that is open, and on which day."""
    lettered = sorted({one.account for one in report.letters if one.state == "sent"} - {*near, *promising})
    payers = [one for one in near if one not in staying] + lettered[::3]
    return {account: on + timedelta(days=3 + place % 12) for place, account in enumerate(payers)}


def _pay(made: Portfolio, weeks: Weeks, owed: Mapping[str, Mapping[str, Money]], payers: Mapping[str, date]) -> None:
    for account, on in payers.items():
        for invoice, money in owed.get(account, {}).items():
            if _book(made, account, invoice, on, money):
                weeks.payers[account] = on


def _keep(
    made: Portfolio, weeks: Weeks, owed: Mapping[str, Mapping[str, Money]], promises: list[PromiseRecord]
) -> None:
    for one in promises:
        on = min(one.date, weeks.days[-1])
        for invoice in one.invoices:
            money = one.amount or owed.get(one.account, {}).get(invoice)
            if money and _book(made, one.account, invoice, on, money):
                weeks.payers[one.account] = on


def _book(made: Portfolio, account: str, invoice: str, on: date, money: Money) -> bool:
    """Let the bank see a payment; False where the invoice is of the business taken over, whose list came once."""
    place = next((index for index, one in enumerate(made.documents) if one.number == invoice), None)
    if place is None or number_of(made.documents[place].firm) != account:
        return False
    made.payments.append(Payment(made.documents[place].firm, place, on, money.amount))
    return True


def _say(report: CycleReport, others: set[str], on: date, today: date) -> Word | None:
    """A person pauses the first account that nothing else happens to."""
    account = next((one.account for one in report.letters if one.stage == "late" and one.account not in others), None)
    if account is None:
        return None
    until, reason = today + timedelta(days=10), "they change their bank; agreed on the phone to wait"
    effect = override.override(wiring.office(), PERSON, account, "pause", until, reason, wiring.moment(on))
    return Word(account, until, reason, effect)


def dossiers(folder: Path, today: date) -> list[Referred]:
    """Write the dossier of each referral in the queue below `folder`, and check it as counsel would."""
    office, moment = wiring.office(), wiring.moment(today)
    found = []
    for one in refer.queue(office, moment):
        place = folder / f"{one.record.id}_{one.record.account.number}"
        queued, _ = refer.make_dossier(office, one.record.id, place, moment)
        if wrong := refer.verify(place):
            raise RuntimeError(f"{place}: {'; '.join(wrong)}")
        record = queued.record
        who = f"{record.account.number} {record.account.name}"
        lacks = "; ".join(map(str, queued.lacks)) or "nothing"
        found.append(Referred(record.id, who, ", ".join(map(str, record.totals)), lacks, place))
    return found
