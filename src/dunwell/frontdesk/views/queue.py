"""The litigation queue: referrals with their figures, and the decision about each."""

from __future__ import annotations

from dunwell.desk import refer
from dunwell.desk.refer import NoReferral
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk.ask import Answer, Ask, Forbidden, Moved, NotFound, Shown
from dunwell.frontdesk.views import PAGE
from dunwell.ledger import worklist
from dunwell.ledger.referral_tables import STANDING
from dunwell.litigation.disposition import Disposition
from dunwell.rules import approving

_ALL = (*STANDING, "closed", "recalled")


def page(ask: Ask) -> Shown:
    """The referrals: what nobody has decided first."""
    everything = ask.query.get("all") == "1"
    number = ask.page()
    with ask.office.books.read() as work:
        found = worklist.referrals(work, _ALL if everything else STANDING, PAGE, PAGE * (number - 1))
    return Shown("queue.html", {"referrals": found, "everything": everything, "number": number, "size": PAGE})


def one(ask: Ask) -> Shown:
    """One referral: its figures, what its dossier lacks, and the form to decide with."""
    try:
        queued = refer.one(ask.office, ask.path["id"], ask.moment)
    except NoReferral as error:
        raise NotFound(str(error)) from None
    theirs = [one for one in Disposition if approving.may(ask.person.role, one)]
    return Shown("referral.html", {"queued": queued, "dispositions": theirs})


def decide(ask: Ask) -> Answer:
    """Decide about a referral, once, or agree with somebody; each role about what it may decide."""
    chosen, reason = ask.said_in("disposition"), ask.said_in("reason")
    if chosen not in set(Disposition):
        raise CannotDo("say what is to be done")
    if not approving.may(ask.person.role, chosen):
        raise Forbidden
    if not reason:
        raise CannotDo("say why: it goes into the journal")
    said = refer.decide(
        ask.office, ask.path["id"], Disposition(chosen), ask.who, reason, ask.moment, until=ask.day("until")
    )
    return Moved("/queue", f"{ask.labels('saved')} {said}")
