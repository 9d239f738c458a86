"""Letters: send what is proposed, one letter an account a day. Decide again, reserve, hand over, send, settle."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.desk import answers, matters, print_room
from dunwell.desk.enclosures import Lack
from dunwell.desk.facts import Due, Matter
from dunwell.desk.matters import Fetched
from dunwell.desk.office import Office
from dunwell.desk.refusals import DayRefused
from dunwell.desk.sending import Sent, settled_by, told
from dunwell.desk.taken import Taken, after, handed
from dunwell.desk.writing import Written, write_letter
from dunwell.ledger import cases, cycles, news, outbox, posting, settling, tasks, touches
from dunwell.ledger.books import Work
from dunwell.ledger.cycles import worker_name
from dunwell.ledger.journal import Pen
from dunwell.ledger.settling import Settled
from dunwell.ledger.touches import Proposal
from dunwell.letters.facts import LetterError
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses, Sender
from dunwell.rules.decide import decide
from dunwell.terms.calendar import is_rest
from dunwell.terms.decision import Decision, Send
from dunwell.terms.moment import Moment

BATCH = 25
"""Accounts whose letters are decided and reserved together. What a crash leaves of them is due again."""
ONE_DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


@dataclass
class Post:
    """What became of all proposed letters of a run. `away` says why the mail server stopped it, if it did;
    `misconfigured`: because it will not serve us as we are set up."""

    letters: list[Sent] = field(default_factory=list)
    away: str | None = None
    misconfigured: bool = False


def proposed(office: Office) -> list[Proposal]:
    """The accounts with letters proposed, or news to be told."""
    with office.books.read() as work:
        return news.proposals(work)


def post_all(office: Office, moment: Moment, post: Post) -> Iterator[Sent]:
    """Send every proposed letter whose hour it is; tells of each as it ends, and gathers them in `post`.

    Where the mail server cannot be reached it stops, with the reason in `post.away`: what has not gone is still due.
    """
    try:
        for sent in answers.send_answers(office, moment):
            post.letters.append(sent)
            yield sent
        for sent in send_proposed(office, moment):
            post.letters.append(sent)
            yield sent
    except MailServerAway as error:
        post.away = str(error)
    except MailServerRefuses as error:
        post.away, post.misconfigured = str(error), True


def send_proposed(office: Office, moment: Moment) -> Iterator[Sent]:
    """Send every proposed letter whose hour it is, one after another over one connection; tells of each as it ends.

    Raises MailServerAway or MailServerRefuses when the server cannot be used: what has not gone stays proposed; and
    DayRefused for a day before the last cycle.
    """
    with office.books.write() as work:
        newest = cycles.last_day(work)
        if newest is not None and newest > moment.on:
            raise DayRefused(f"{moment.on} is older than the last cycle, {newest}: days only go forward")
        if not cycles.is_cleared(work, moment.on):
            # Payments and volume are looked at once a day, by the cycle: without it nothing goes.
            return
        outbox.withdraw_needless(work)
    with contextlib.ExitStack() as afterwards, Sender(office.route) as sender:
        afterwards.callback(print_room.fill, office, moment)
        now: list[Proposal] = []
        for proposal in proposed(office):
            if outside := _outside_hours(office, proposal, moment):
                yield outside
            else:
                now.append(proposal)
        # A paced night is reserved letter by letter: what is reserved should leave soon.
        size = 1 if office.route.letters_per_minute else BATCH
        for start in range(0, len(now), size):
            yield from _send_batch(office, now[start : start + size], moment, sender)


def _outside_hours(office: Office, proposal: Proposal, moment: Moment) -> Sent | None:
    account = proposal.account
    if proposal.only_news and is_rest(moment.on, account.country):
        return Sent(proposal.number, "", None, "", (), "", "window", f"waits: a day of rest in {account.country}")
    zone = account.timezone or office.creditor.timezone
    window = office.policy.rules_for(account).window
    if not moment.keeps_hours or window.contains(moment.now, zone, account.country):
        return None
    return Sent(proposal.number, "", None, "", (), "", "window", f"waits for its hours in {zone}")


def _send_batch(office: Office, proposals: Sequence[Proposal], moment: Moment, sender: Sender) -> Iterator[Sent]:
    fetched = matters.fetch(office, [one.account_id for one in proposals], moment)
    # Connected only now: fetching may take longer than a mail server waits for its next command.
    sender.connect()
    taken, unsound = _take(office, proposals, fetched, moment)
    yield from unsound
    waiting = list(taken)
    last: tuple[Taken, Settled] | None = None
    try:
        while waiting:
            # One commit settles the letter before and hands over the next: never two letters of unknown fate.
            if not _settle_and_hand_over(office, last, waiting[0], moment):
                last = None
                waiting.pop(0)
                continue
            one = waiting.pop(0)
            answer = handed(office, one, sender)
            last = (one, settled_by(answer, rehearsal=one.written.draft.rehearsal))
            yield told(last[0].account, last[0].written.draft, last[1])
            if waiting:
                sender.connect()
    finally:
        _end_batch(office, last, waiting, moment)


def _take(
    office: Office, proposals: Sequence[Proposal], fetched: Fetched, moment: Moment
) -> tuple[list[Taken], list[Sent]]:
    """Decide again under the accounts' locks, write the letters, and reserve them, all in one unit of work."""
    pen = Pen(moment.now, moment.on)
    accounts = {proposal.account_id: proposal.account for proposal in proposals}
    numbers = {key: account.number for key, account in accounts.items()}
    with office.books.write() as work:
        work.lock_accounts(numbers)
        news.withdraw_false(work, list(numbers))
        due, others, gone = _still_due(office, work, numbers, moment.on, pen)
        about = matters.gather(office, work, accounts, due, others, fetched)
        written, unsound = _write(office, work, [one for one in about if one.account_id not in gone], moment)
        outbox.withdraw_waiting(work, numbers, "written anew, or not due any more, when it was to be tried again")
        drafts = [(numbers[account_id], one.draft) for account_id, one in written.items()]
        keys = outbox.reserve(work, drafts, pen, worker_name())
        taken = [
            Taken(key, numbers[account_id], one, tuple(due.get(account_id, ())))
            for key, (account_id, one) in zip(keys, written.items(), strict=True)
        ]
        printed = [_print(office, work, one, moment) for one in taken if one.on_paper]
    return [one for one in taken if not one.on_paper], [*unsound, *printed]


def _print(office: Office, work: Work, one: Taken, moment: Moment) -> Sent:
    """A letter on paper is reserved as printed: a person is asked to post it, and its cases are planned anew."""
    pen, settled = Pen(moment.now, moment.on), Settled("printed", outbox.PRINTED)
    account = work.lock_account(one.written.draft.account_id)
    numbers = [cover.number for cover in one.written.draft.covers]
    posting.ask(work, one.letter_id, account, one.written.draft.name, numbers, pen)
    work.flush()
    touches.replan(work, [(d.loaded.invoice_id, after(office, one, settled, d, moment.on)) for d in one.due])
    return told(one.account, one.written.draft, settled)


def _still_due(
    office: Office, work: Work, numbers: dict[int, str], on: date, pen: Pen
) -> tuple[dict[int, list[Due]], dict[int, list[cases.Loaded]], set[int]]:
    """The accounts' proposed cases whose touch is still due, their other open ones, and whose letter has gone today;
    changes are written down."""
    candidates = touches.proposed_invoices(work, numbers)
    slots = set() if office.redirect_to else outbox.taken_slots(work, numbers.values(), on)
    gone = {account_id for account_id, number in numbers.items() if outbox.slot_of(number, on) in slots}
    for account_id, theirs in list(candidates.items()):
        if account_id in gone:
            touches.hold_back(work, theirs, "the account's letter of the day has gone", on + ONE_DAY)
            del candidates[account_id]
    ids = {invoice_id for found in candidates.values() for invoice_id in found}
    due: dict[int, list[Due]] = {}
    others: dict[int, list[cases.Loaded]] = {}
    changed: list[tuple[cases.Loaded, Decision]] = []
    for one in cases.load(work, sorted(ids | set(cases.open_ids(work, candidates))), on, office.around):
        decision = decide(one.case, office.policy, on) if one.invoice_id in ids else None
        if decision is not None and isinstance(decision.outcome, Send):
            due.setdefault(one.account_id, []).append(Due(one, decision.outcome))
            if one.look_now:
                # Looked at now: what is said from here on holds the letter back at the last moment.
                changed.append((one, decision))
            continue
        if decision is not None:
            changed.append((one, decision))
        if one.case.outstanding.minor > 0:
            others.setdefault(one.account_id, []).append(one)
    touches.record_all(work, changed, pen)
    return due, others, gone


def _write(
    office: Office, work: Work, about: Sequence[Matter], moment: Moment
) -> tuple[dict[int, Written], list[Sent]]:
    """The letters by account; one that is unsound waits until tomorrow, and a person is told."""
    written: dict[int, Written] = {}
    unsound: list[Sent] = []
    for matter in about:
        try:
            written[matter.account_id] = one = write_letter(office, matter, moment)
        except LetterError as error:
            unsound.append(_unsound(work, matter, moment.on, str(error)))
        except Exception as error:  # one account's fault must not keep the others' letters back
            _log.exception("letter of account %s", matter.account.number)
            unsound.append(_unsound(work, matter, moment.on, f"a fault of ours: {type(error).__name__}; see the log"))
        else:
            _tell_lacks(work, matter, one.lacks, moment.on)
    there = [number for one in written.values() for number in one.facts.attached_invoices]
    tasks.settle_all(work, [f"document_missing:document:{number}" for number in there])
    return written, unsound


def _tell_lacks(work: Work, matter: Matter, lacks: Sequence[Lack], on: date) -> None:
    """A person is asked for the documents that a letter had to go without."""
    for lack in lacks:
        text = f"the {lack.what} of invoice {lack.invoice} did not go with its letter: {lack.why}"
        key = f"document_missing:{lack.what}:{lack.invoice}"
        tasks.make(work, key, "document_missing", text, made_on=on, role="operator", account_id=matter.account_id)


def _unsound(work: Work, matter: Matter, on: date, why: str) -> Sent:
    number, account_id = matter.account.number, matter.account_id
    touches.hold_back(work, [one.loaded.invoice_id for one in matter.due], why, on + ONE_DAY)
    tasks.make(
        work, f"letter_unsound:{number}", "letter_unsound", why, made_on=on, role="operator", account_id=account_id
    )
    return Sent(number, "", None, "", (), "", "unsound", why)


def _settle_and_hand_over(office: Office, last: tuple[Taken, Settled] | None, following: Taken, moment: Moment) -> bool:
    with office.books.write() as work:
        if last is not None:
            _settle(office, work, *last, moment)
        if outbox.hand_over(work, following.letter_id, worker_name()):
            return True
        pen = Pen(moment.now, moment.on)
        outbox.release(work, following.letter_id, pen, "the account changed before it was its turn")
        return False


def _end_batch(office: Office, last: tuple[Taken, Settled] | None, waiting: Sequence[Taken], moment: Moment) -> None:
    """Settle the last letter; what was reserved and has not gone is due again."""
    with office.books.write() as work:
        if last is not None:
            _settle(office, work, *last, moment)
        for one in waiting:
            outbox.release(work, one.letter_id, Pen(moment.now, moment.on), "the night stopped before it was its turn")


def _settle(office: Office, work: Work, taken: Taken, settled: Settled, moment: Moment) -> None:
    """Write down what the server said, and when the covered cases are looked at again."""
    if not settling.settle(work, taken.letter_id, settled, Pen(moment.now, moment.on)):
        return
    if settled.state == "waiting" or settled.bad_address:
        return
    planned = [(one.loaded.invoice_id, after(office, taken, settled, one, moment.on)) for one in taken.due]
    touches.replan(work, planned)
