"""Visiting cards below a text that no sign sets apart: a last paragraph of a name, a telephone and opening hours."""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?<![\w,.])[+(]{0,2}\d[\d\s()./-]{5,18}\d(?![\d,.]*\s?(?:€|eur|lei|руб|ريال|ریال|£|\$))", re.IGNORECASE
)
_LABEL = re.compile(
    r"\b(?:tel|tél|tlf|phone|mobile|mobil|mob|móvil|cell|fax|ext|durchwahl|telefon|ligne directe|тел|моб|факс|siret|"
    r"p\. ?iva|cif|cui|ust-idnr)\b|تلفن|فکس|همراه|ساعت کاری|\w@\w",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[€£$₽]|\b(?:eur|euro|euros|usd|gbp|lei|ron|руб)\b", re.IGNORECASE)
_MOST_LINE = 60


def without_card(text: str) -> str:
    """`text` without a visiting card as its last paragraph. Something always stays above it."""
    head, gap, last = text.rstrip().rpartition("\n\n")
    lines = [line.strip() for line in last.split("\n") if line.strip()]
    if not gap or not head.strip() or not 2 <= len(lines) <= 9:
        return text
    if len(lines[0]) > _MOST_LINE or lines[0][-1] in ".?!؟:," or _MONEY.search(lines[0]):
        return text
    for line in lines[:6]:
        if _LABEL.search(line) or (_NUMBER.search(line) and not _MONEY.search(line) and len(line) < _MOST_LINE):
            return head.rstrip()
    return text
