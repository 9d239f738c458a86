"""Readiness: what a dossier lacks before counsel can begin, and who can supply it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.terms.account import Account, Kind
from dunwell.terms.case import Case

_FORMAL_ACTS = {
    "FR": "mise en demeure by registered letter (art. 1344 Code civil)",
    "IT": "costituzione in mora in writing (art. 1219 c.c.)",
    "RO": "somație by registered letter or bailiff (art. 1015 Cod procedură civilă)",
    "RU": "досудебная претензия and 30 days (ч. 5 ст. 4 АПК РФ)",
    "IR": "اظهارنامه (ماده ۱۵۶ قانون آیین دادرسی مدنی)",
}
"""What a country's law or its courts' practice wants in writing before court, beside our own final notice."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing: what, of which invoice (None: of the account), and who can supply it."""

    what: str
    invoice: str | None
    by: str

    def __str__(self) -> str:
        return f"{self.what} of {self.invoice} ({self.by})" if self.invoice else f"{self.what} ({self.by})"


def missing(account: Account, cases: Sequence[Case], documents: frozenset[str]) -> tuple[Lack, ...]:
    """What is missing for these cases. `documents` are the numbers of invoices whose document is at hand."""
    found = [Lack("address", None, "account manager")] if not account.address else []
    if account.kind is not Kind.CONSUMER and not account.register and not account.vat_id:
        found.append(Lack("register or VAT number", None, "account manager"))
    for case in cases:
        number = case.invoice.number
        if number not in documents:
            found.append(Lack("document", number, "whoever issued it"))
        if not case.invoice.contract:
            found.append(Lack("contract", number, "sales"))
        if not any(touch.deadline and touch.accepted for touch in case.touches):
            found.append(Lack("proof of the final notice", number, "collector"))
    if act := _FORMAL_ACTS.get(account.country.partition("-")[0]):
        found.append(Lack(act, None, "counsel"))
    return tuple(found)
