"""Lines that say who wrote the mail quoted below them, and when: 'On 4 May 2026 at 09:30, X <x@y> wrote:'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.replies.folding import fold
from dunwell.replies.wording import Wording, wording

_LONGEST = 400
_MOST_LINES = 4
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,100}@[^\s<>()\[\]\"',;:]{1,200}")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h]\s?\d{2}(?!\d)|\d{1,2}\s?[ap]\.?m\b|\d{1,2}\s?(?:uhr|ч|時|시)")
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}\s?[./年-]\s?\d{1,2}|\d{1,2}\s?[./-]\s?\d{1,2}[./-]\s?\d{2}"
    r"|\d{1,2}[-./ ]{1,2}[^\W\d_]{3,10}[-./, ]{1,3}\d{2}"
    r"|[^\W\d_]{3,12}[. ]{1,2}\d{1,2}(?:st|nd|rd|th)?,? \d{4}|(?:19|20)\d{2}(?!\d)|1[34]\d{2}(?!\d))"
)
_END = re.compile(r"[\s*_>\"'»”\]-]*$")
_DASHES = re.compile(r"^[\s>*]*[-_=]{2,}")
_SPLIT = re.compile(r"(?:^|(?<=\s)|-{2,}\s?)(?:on|le|il|am|el|em|op|den|pe|in)\s(?=[^\n]{0,12}?\d)")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines `first` up to and with `last`; `before` is what the writer wrote on the first of them."""

    first: int
    last: int
    before: str = ""


def could_end(line: str, words: Wording | None = None) -> bool:
    """Whether an attribution may end in this line: cheap, and true of few."""
    if len(line) > _LONGEST:
        return False
    bare = line.rstrip(" \t*_>-–—=\"'»”:：")
    return bool(bare) and (len(bare) < len(line.rstrip()) or "@" in line or line.rstrip().endswith(_NO_COLON))


_NO_COLON = ("wrote", "schrieb", "написал", "написал(а)", "写道", "寫道", "작성")


def attribution_ending(lines: Sequence[str], last: int, quote_follows: bool) -> Attribution | None:
    """The attribution whose last line is `lines[last]`, None if that is no such line."""
    if lines[last].strip() == "" and last == 0:
        return None
    weak: Attribution | None = None
    text = ""
    for first in range(last, max(-1, last - _MOST_LINES), -1):
        line = lines[first]
        if not line.strip() or (line.startswith(">") and first != last):
            break
        text = line.strip() + (" " + text if text else "")
        if len(text) > _LONGEST:
            break
        if (before := _split(text, quote_follows)) is not None:
            return Attribution(first, last, before)
        judged = _judge(text, quote_follows)
        if judged and first and lines[first - 1].rstrip().endswith(("<", "(")):
            # Folded within the address: the name stands on the line above.
            continue
        if judged == "proper":
            return Attribution(first, last)
        if judged == "weak":
            weak = weak or Attribution(first, last)
    return weak


def _judge(text: str, quote_follows: bool) -> str:
    """proper: begins and ends as an attribution; weak: only ends so; '' neither."""
    words, folded = wording(), fold(text)
    signs = _Signs(
        colon=_END.sub("", folded).endswith(":"),
        dashed=bool(_DASHES.match(text)) and text.rstrip(" *").endswith(("--", "__")),
        address=bool(_ADDRESS.search(text)),
        dated=bool(_DATE.search(folded)),
        timed=bool(_TIME.search(folded)),
        quote_follows=quote_follows,
    )
    verb = _last_verb(words, folded)
    if verb is not None:
        return _judge_verb(words, text, folded, verb, signs)
    ends = signs.colon or (quote_follows and text.rstrip().endswith((">", ")")))
    if signs.address and (signs.dated or signs.timed) and ends and _begins(words, folded):
        return "proper" if (signs.dated and signs.timed) or quote_follows else "weak"
    return ""


@dataclass(frozen=True, slots=True)
class _Signs:
    """What a line has of an attribution."""

    colon: bool
    dashed: bool
    address: bool
    dated: bool
    timed: bool
    quote_follows: bool


def _judge_verb(words: Wording, text: str, folded: str, verb: int, signs: _Signs) -> str:
    """The judgement on a line with a verb of writing that ends at `verb`."""
    at_end = not _END.sub("", folded)[verb:].strip(" :")
    ends = signs.colon or signs.dashed or signs.quote_follows or (signs.dated and signs.timed and at_end)
    count = len(text.split())
    if not ends or not _tail_is_name(text[verb:]):
        return ""
    if not (signs.dated or signs.timed or signs.address or signs.dashed):
        return "weak" if signs.quote_follows and count <= 8 else ""
    if signs.dashed or _begins(words, folded):
        return "proper"
    # 'Anna Berg <a@b> hat am 4. Mai 2026 um 09:30 geschrieben:' begins with the name.
    named = "@" in text[:60] and signs.address and signs.colon and count <= 16
    if named and signs.dated and signs.timed:
        return "proper"
    return "weak" if signs.quote_follows or (signs.address and count <= 7) else ""


def _last_verb(words: Wording, folded: str) -> int | None:
    """Where the last verb of writing ends, None without one."""
    found = None
    for match in words.verbs.finditer(folded):
        found = match.end()
    return found


def _tail_is_name(tail: str) -> bool:
    """Whether what follows the verb is a name, an address, a date or nothing: no sentence goes on."""
    tail = _ADDRESS.sub("", tail)
    names = re.findall(r"[^\W\d_]{2,}", tail)
    small = sum(name[0].islower() for name in names)
    return len(names) <= 9 and small <= 3 and ", dass " not in tail and ", che " not in tail and ", que " not in tail


def _begins(words: Wording, folded: str) -> bool:
    """Whether a line begins as attributions do: 'On' and a date, a date, a weekday and a date."""
    head = folded.lstrip(" \t*_\"'([-=>")
    opened = words.opens.match(head)
    if opened and re.search(r"\d", head[opened.end() : opened.end() + 40]):
        return True
    early = re.search(r"\d", head[:25])
    return bool(early and (_DATE.search(head[:70]) or _TIME.search(head[:50])))


def _split(text: str, quote_follows: bool) -> str | None:
    """What stands before an attribution that begins within a line: 'reply On Wed, ... wrote:'."""
    folded = fold(text)
    at = None
    for match in _SPLIT.finditer(folded):
        at = match
    if at is None or at.start() == 0 or wording().opens.match(folded) or not (quote_follows or at[0].startswith("--")):
        return None
    before = text[: at.start()].rstrip(" -")
    # 'Mon, 4 May 2026 on 09:30 X wrote:' is an attribution from its first word on.
    if (
        not before
        or re.search(r"\d", before[-12:])
        or _judge(text[at.start() :].lstrip("- "), quote_follows) != "proper"
    ):
        return None
    return before
