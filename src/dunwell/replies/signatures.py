"""Where a writer's own words end: signatures, mobile footers, disclaimers, the footers of mailing lists.

Nothing that could be a sentence of the writer's is taken away: a signature is what stands behind its delimiter, or
short lines behind a closing, or lines of names, numbers and addresses at the very end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunwell.replies.folding import fold
from dunwell.replies.quotedheads import is_rule
from dunwell.replies.wording import core, wording

_LONGEST_BLOCK = 25
_LONGEST_CLOSING = 90
_DELIMITER = re.compile(r"^\s{0,3}(?:--|—|––|——|-- -|__)[ \t]*$")
_EMAIL = re.compile(r"[^\s<>()\[\]]{1,100}@[^\s<>()\[\]]{2,200}")
_LINK = re.compile(
    r"<?(?:https?://|www\.)[^\s<>]{2,2000}>?|\b[\w-]{2,40}\.(?:com|net|org|de|it|fr|ro|ru|ir|es|eu|co\.uk|at|ch|nl|io)\b(?:/\S{0,200})?"
)
_PHONE = re.compile(
    r"(?:\+|\b00)\d[\d\s()./-]{6,22}\d|\(\d{2,5}\)\s?\d[\d\s./-]{4,14}\d|\b\d{3}[-.]\d{3}[-.]\d{4}\b|\b0\d{1,4}[\s/-]\d[\d\s/-]{4,14}\d\b"
)
_CONTACT_LABEL = re.compile(
    r"(?:^|[\s|,•*])(?:tel|tél|tel[eé]?fono|telefon|téléphone|phone|ph|mob|mobile|mobil|handy|cell|cel|cellulare|cellulaire|port|fax|telefax|t|m|f|p|e|e-?mail|mail|web|skype|whatsapp|viber|telegram"
    r"|тел|телефон|моб|факс|сайт|тлф|вайбер|تلفن|همراه|موبایل|فکس|دورنگار|ایمیل|وبسایت|وب سایت"
    r"|p\.?\s?iva|c\.?f|vat|ust-?id(?:nr)?|cui|cif|nif|siret|siren|rcs|инн|огрн|кпп|hrb)\s?\.?\s?[:.#]",
    re.IGNORECASE,
)
# Amounts and days: no line that holds one is only a way to reach somebody.
_FIGURES = re.compile(
    r"[€$£₽]|(?<!\w)(?:eur|euro|usd|ron|lei|rub|руб|chf|gbp|ریال|تومان)(?!\w)|(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?![\d./-])"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_FIRM = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|UG|e\.K\.|Ltd|Limited|LLC|LLP|Inc|Corp|PLC|plc|S\.?r\.?l|S\.?p\.?A|S\.?n\.?c|SARL|SAS|EURL|S\.?A|S\.?L|SRL|PFA|B\.?V)\b"
    r"|(?:ООО|ЗАО|ОАО|ПАО|АО|ИП)\b|شرکت"
)
_SENTENCE_END = re.compile(r"[.!?…؟。]\s*$")


def is_mobile_footer(line: str) -> bool:
    """Whether a line is a footer such as 'Sent from my iPhone' or 'Get Outlook for Android <link>'."""
    if len(line) > 160 or not line.strip():
        return False
    folded = core(fold(_LINK.sub("", line)))
    if len(folded) > 80:
        return False
    words = wording()
    if words.mobile.fullmatch(folded):
        return True
    return bool(words.from_device.fullmatch(folded) and words.devices.search(folded))


def is_closing(line: str) -> bool:
    """Whether a line is a closing such as 'Best regards', with a name behind it or not."""
    if len(line) > _LONGEST_CLOSING:
        return False
    folded = fold(line)
    closings = wording().closings
    bare = core(folded)
    if not bare:
        return False
    if closings.fullmatch(bare):
        return True
    for sign in (",", "/", " - ", "!", "."):
        first, found, rest = folded.partition(sign)
        if found and closings.fullmatch(core(first)):
            return bool(closings.fullmatch(core(rest))) or (sign != "." and _is_name(line[len(first) + len(sign) :]))
    return False


def _is_name(text: str) -> bool:
    """Whether `text` is one to four words with capitals, as names are (or in a script without them)."""
    words = text.strip(" \t-–—,.*_").split()
    return (
        0 < len(words) <= 4
        and not any(char.isdigit() for char in text)
        and all(not word[0].islower() or word in ("de", "di", "da", "von", "van", "der", "la", "del") for word in words)
    )


def is_contact(line: str) -> bool:
    """Whether a line gives a telephone number, an address on the net, or the like, and hardly anything else."""
    if (
        len(line) > 300
        or _FIGURES.search(fold(line))
        or not (_EMAIL.search(line) or _LINK.search(line) or _PHONE.search(line) or _CONTACT_LABEL.search(line))
    ):
        return False
    rest = _CONTACT_LABEL.sub(" ", _PHONE.sub(" ", _LINK.sub(" ", _EMAIL.sub(" ", line))))
    words: list[str] = _WORD.findall(rest)
    small = sum(word[0].islower() for word in words)
    return len(words) <= 8 and small <= 1


def is_sentence(line: str) -> bool:
    """Whether a line could be part of a sentence rather than of a signature block."""
    if is_contact(line):
        return False
    if wording().telling.search(fold(line[:500])):
        return True
    words = _WORD.findall(line)
    if len(words) < 3:
        return bool(words) and bool(re.search(r"[?!]\s*$", line))
    small = sum(word[0].islower() or (not word[0].isupper() and not word[0].islower()) for word in words)
    if _SENTENCE_END.search(line) and small >= 2:
        return True
    return len(words) >= 5 and small * 2 >= len(words)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is legal small print, an advertisement of a virus scanner or the like."""
    return bool(wording().disclaimers.search(fold(" ".join(paragraph[:3000].split()))))


def start_of_words(lines: Sequence[str]) -> int:
    """How many of a mail's first lines are a server's warning that it came from outside."""
    start = next((at for at, line in enumerate(lines[:10]) if line.strip()), 0)
    end = start
    while end < min(len(lines), start + 8) and lines[end].strip():
        end += 1
    # A paragraph of its own, with words of the writer below it.
    if end < len(lines) and wording().banners.search(fold(" ".join(lines[start:end])[:600])):
        return end
    return 0


def end_of_words(lines: Sequence[str]) -> int:
    """How many of the lines, which are one writer's, are words: what follows is signature or footer."""
    end = _last(lines, len(lines))
    for place, line in enumerate(lines[:end]):
        if is_mobile_footer(line) and (place == 0 or _stands_alone(lines, place)):
            if any(above.strip() for above in lines[:place]):
                end = _without_name(lines, place)
            break
    end = _last(lines, end)
    for _ in range(6):
        before = end
        end = _last(lines, _without_small_print(lines, end))
        end = _last(lines, _without_delimited(lines, end))
        end = _last(lines, _without_block(lines, end))
        end = _last(lines, _without_closing(lines, end))
        if end == before:
            break
    return end


def _last(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _stands_alone(lines: Sequence[str], place: int) -> bool:
    """Whether a line is no part of a longer sentence: after a blank line or the end of a sentence or block."""
    before = lines[place - 1].strip()
    return not before or len(before) < 60 or bool(_SENTENCE_END.search(before)) or is_rule(before)


def _without_name(lines: Sequence[str], end: int) -> int:
    """Without the name right above a footer."""
    start = _paragraph_start(lines, end)
    return start if 0 < start < end <= start + 2 and all(_is_name(line) for line in lines[start:end]) else end


def _paragraph_start(lines: Sequence[str], end: int) -> int:
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    return start


def _without_small_print(lines: Sequence[str], end: int) -> int:
    start = _paragraph_start(lines, end)
    if start == end or end - start > 40:
        return end
    paragraph = "\n".join(lines[start:end])
    if start > 0 and is_disclaimer(paragraph):
        return _line_of_small_print(lines, start, end)
    if start == 0 and end > 1 and is_disclaimer("\n".join(lines[1:end])):
        return max(1, _line_of_small_print(lines, start, end))
    return end


def _line_of_small_print(lines: Sequence[str], start: int, end: int) -> int:
    """Where within a paragraph the small print begins: words before it stay."""
    for place in range(start, end):
        if is_disclaimer(" ".join(lines[place : place + 2])):
            return place
    return start


def _without_delimited(lines: Sequence[str], end: int) -> int:
    """Without what stands below the last delimiter, if that can be a signature."""
    for place in range(end - 1, max(-1, end - _LONGEST_BLOCK - 1), -1):
        line = lines[place]
        if _DELIMITER.match(line) and line.strip() != "__":
            block = [below for below in lines[place + 1 : end] if below.strip()]
            if line.rstrip("\r") == "-- " or _may_be_signature(block):
                return place
        elif is_rule(line) or line.strip() == "__":
            block = [below for below in lines[place + 1 : end] if below.strip()]
            if _is_footer(block):
                return place
    return end


def _may_be_signature(block: Sequence[str]) -> bool:
    return not any(is_sentence(line) for line in block[:3]) or any(is_contact(line) for line in block)


def _is_footer(block: Sequence[str]) -> bool:
    """Whether lines below a ruled line are a footer: they hold an address, and no sentence of the writer's."""
    if not block:
        return True
    return any(is_contact(line) or _LINK.search(line) for line in block) and not any(
        is_sentence(line) and not is_disclaimer(line) for line in block[:6]
    )


def _without_block(lines: Sequence[str], end: int) -> int:
    """Without a last paragraph of a name, numbers and addresses."""
    start = _paragraph_start(lines, end)
    block = lines[start:end]
    if (
        not block
        or len(block) > 14
        or start == 0
        or _has_figures(block)
        or any(is_sentence(line) or len(line) > 250 for line in block)
    ):
        return end
    contacts = sum(is_contact(line) for line in block)
    # 'Please write to our accountant:' and then an address is what the writer wants to say.
    if lines[_last(lines, start) - 1].rstrip().endswith((":", "：")):
        return end
    if contacts == len(block):
        return start
    if contacts and len(block) > 1 and _is_heading(block[0]):
        return start
    return end


def _is_heading(line: str) -> bool:
    """Whether a signature may begin with a line: a name, a firm, with a title or not; no amounts."""
    return is_contact(line) or (
        len(line) < 70
        and not re.search(r"\d", line)
        and not line.rstrip().endswith((":", "?"))
        and len(_WORD.findall(line)) <= 7
    )


def _without_closing(lines: Sequence[str], end: int) -> int:
    """Without the last closing and the name and signature below it."""
    for place in range(end - 1, max(0, end - _LONGEST_BLOCK), -1):
        if not is_closing(lines[place]):
            continue
        below = lines[place + 1 : end]
        reachable = any(is_contact(line) or _FIRM.search(line) or is_disclaimer(line) for line in lines[place + 1 :])
        if any(wording().postscripts.match(fold(line)) for line in below):
            return end
        return place if _is_signed(below, reachable) else end
    return end


def _is_signed(below: Sequence[str], reachable: bool) -> bool:
    """Whether what stands below a closing is a name and what goes with it, and nothing that tells anything."""
    lines = [line for line in below if line.strip()]
    if any(is_sentence(line) for line in lines) or _has_figures(lines):
        return False
    if not lines or reachable:
        return True
    # Without a way to reach somebody, small letters are allowed only right under the name: a title.
    title = next((at for at, line in enumerate(below) if line.strip()), 0) + 1
    under = {id(line) for line in below[title : title + 2]} if title < len(below) and below[title].strip() else set()
    return all(_is_name(line) or id(line) in under or (_is_heading(line) and line[:1].isupper()) for line in lines)


def _has_figures(below: Sequence[str]) -> bool:
    """Whether lines below a closing name amounts or days: no signature does, and they may be what matters."""
    return any(_FIGURES.search(fold(line)) for line in below)
