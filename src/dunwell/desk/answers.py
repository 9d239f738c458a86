"""Answers: the letter back to a reply, sent at once and once. Written under lock, then out by the same outbox."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dunwell.desk import answer_facts, matters
from dunwell.desk.answer_facts import Instalment
from dunwell.desk.enclosures import Enclosed, Lack, enclose_again
from dunwell.desk.facts import Matter
from dunwell.desk.matters import Fetched
from dunwell.desk.office import Office
from dunwell.desk.sending import Sent, send_one
from dunwell.desk.writing import Written, choose_contact, drafted
from dunwell.ledger import answers, cases, outbox, plans, tasks
from dunwell.ledger.answers import Answer
from dunwell.ledger.books import Work
from dunwell.ledger.cycles import worker_name
from dunwell.ledger.journal import Pen
from dunwell.ledger.letters import Past, last_thread
from dunwell.letters.compose import compose
from dunwell.letters.facts import LetterError
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses, Sender
from dunwell.terms.account import Account, Contact
from dunwell.terms.moment import Moment

_log = logging.getLogger(__name__)


def send_answers(office: Office, moment: Moment) -> Iterator[Sent]:
    """Send every answer that is proposed; tells of each as it ends.

    Raises MailServerAway or MailServerRefuses when the server cannot be used: what has not gone stays proposed.
    """
    with office.books.read() as work:
        waiting = answers.proposed(work)
    if not waiting:
        return
    with Sender(office.route) as sender:
        for answer_id, account_id, letter in waiting:
            fetched = matters.fetch(office, [account_id], moment, enclosing=letter == "invoice_again")
            sender.connect()
            taken = _take(office, answer_id, account_id, fetched, moment)
            if isinstance(taken, Sent):
                yield taken
            elif taken is not None and (told := send_one(office, *taken, moment, sender)):
                yield told


def told_now(office: Office, moment: Moment) -> list[str]:
    """Send them; says what became of each. What cannot go now stays proposed, and why is said."""
    said = []
    try:
        for one in send_answers(office, moment):
            said.append(f"letter '{one.letter}' to {one.to or one.account}: {one.state} {one.reason}")
    except (MailServerAway, MailServerRefuses) as error:
        said.append(f"the letter goes with the next look at the mailbox, or cycle: {error}")
    return said


def _take(
    office: Office, answer_id: int, account_id: int, fetched: Fetched, moment: Moment
) -> tuple[int, str, Written] | Sent | None:
    """Write the answer under its account's lock, and reserve it: its letter's key, the account's number, the letter.

    None where somebody else has sent it; what became of it where it cannot be written.
    """
    with office.books.write() as work:
        account = cases.locked_account(work, account_id)
        answer = answers.load(work, answer_id)
        if answer is None:
            return None
        if answer.letter == "promise_due" and answer.promises[0].state != "open":
            answers.fail(work, answer.id, "the promise that it reminds of is open no more")
            return None
        try:
            written = _written(office, work, answer, account, fetched, moment)
        except LetterError as error:
            return _unwritten(work, answer, account, str(error), moment)
        except Exception as error:  # one answer's fault must not keep the others back
            _log.exception("answer '%s' to account %s", answer.letter, account.number)
            return _unwritten(work, answer, account, f"a fault of ours: {type(error).__name__}; see the log", moment)
        answers.free(work, outbox.answer_slot(answer.key))
        (letter_id,) = outbox.reserve(
            work, [(account.number, written.draft)], Pen(moment.now, moment.on), worker_name()
        )
        answers.take(work, answer.id, letter_id)
        for lack in written.lacks:
            _ask_for(work, account_id, lack, moment)
    return letter_id, account.number, written


def _ask_for(work: Work, account_id: int, lack: Lack, moment: Moment) -> None:
    text = f"the customer asked for the {lack.what} of invoice {lack.invoice}, and it could not be sent: {lack.why}"
    key = f"document_missing:{lack.what}:{lack.invoice}"
    tasks.make(work, key, "document_missing", text, made_on=moment.on, account_id=account_id)


def _unwritten(work: Work, answer: Answer, account: Account, why: str, moment: Moment) -> Sent:
    answers.fail(work, answer.id, why)
    text = f"the answer '{answer.letter}' to {account.name} could not be written: {why}. Answer by hand."
    tasks.make(work, f"answer:{answer.key}", "letter_unsound", text, made_on=moment.on, account_id=answer.account_id)
    return Sent(account.number, answer.letter, None, "", (), "", "unsound", why)


def _written(office: Office, work: Work, answer: Answer, account: Account, fetched: Fetched, moment: Moment) -> Written:
    rules = office.policy.rules_for(account)
    people = tuple(cases.contacts(work, [answer.account_id]).get(answer.account_id, ()))
    contact = _contact(people, answer) or choose_contact(people, rules, "issued")
    if contact is None:
        raise LetterError(f"account {account.number} has no contact that can be written to")
    loaded = cases.load(work, answer.invoice_ids, moment.on, office.around)
    found = tuple(one.case for one in loaded if one.case.outstanding.minor > 0)
    if not found:
        raise LetterError("nothing of what it is about is open any more")
    matter = Matter(
        account_id=answer.account_id,
        account=account,
        due=(),
        others=found,
        contacts=people,
        past=_past(work, answer),
        documents=fetched.documents,
        links=fetched.links,
    )
    instalment = _instalment(work, answer)
    facts = answer_facts.of_answer(office, matter, answer, rules, contact, moment.on, instalment)
    enclosed = enclose_again(matter, rules, facts) if answer.letter == "invoice_again" else Enclosed(facts)
    letter = compose(enclosed.facts, contact.language or account.language, office.library)
    draft = drafted(office, matter, letter, enclosed, contact, (), moment, answer_to=answer.key)
    covers = answer_facts.asked_for(facts, {one.case.invoice.number: one.invoice_id for one in loaded})
    named = replace(draft, name=answer.letter, covers=covers)
    return Written(named, letter, enclosed.facts, contact, enclosed.lacks)


def _instalment(work: Work, answer: Answer) -> Instalment | None:
    """The plan that it speaks of, and the place of its part where it speaks of one."""
    if answer.about is None or answer.letter not in ("plan_offered", "plan_agreed", "part_due"):
        return None
    if answer.letter == "part_due":
        found = plans.of_part(work, answer.about)
        if found is None or found[0].state != "agreed":
            raise LetterError("the plan that it is about holds no more")
        return Instalment(*found)
    plan = plans.get(work, answer.about)
    return Instalment(plan) if plan else None


def _past(work: Work, answer: Answer) -> Past:
    """What it answers; where that is no reply, it stands in the thread of the account's last letter."""
    if answer.thread:
        return Past(answer.thread)
    last = last_thread(work, [answer.account_id]).get(answer.account_id)
    return Past((last,) if last else ())


def _contact(people: Sequence[Contact], answer: Answer) -> Contact | None:
    """The contact who wrote, where the address works."""
    wanted = (answer.to_email or "").lower()
    return next((one for one in people if one.email.lower() == wanted and one.bad_since is None), None)
