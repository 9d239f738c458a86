"""Bytes to text, whatever they are said to be: declarations are wrong often enough that the words have to agree."""

from __future__ import annotations

import codecs
import re

_SAMPLE = 20_000
# Encodings that write other letters with the bytes of ASCII.
_NOT_ASCII = frozenset(("utf-7", "iso2022_jp", "hz", "utf-16", "utf-16-le", "utf-16-be"))
_SINGLE_BYTE = re.compile(r"^(?:iso-?8859|latin|windows-?12|cp-?(?:12|8)|koi8|us-ascii|ascii|ansi|mac)", re.IGNORECASE)
_NAMES = {
    "ansi": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "default": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "macintosh": "mac-roman",
    "shift_jis": "cp932",
    "us-ascii": "cp1252",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
}
# In the order in which they win where their words are equally good.
_CANDIDATES = ("cp1252", "cp1250", "cp1251", "koi8-r", "cp1256", "cp866")
_FOREIGN_WORD = re.compile(r"[À-ÖØ-öø-ÿ]{4,}")
_LATIN = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœùûüúýÿßăâîșțşţąćęłńśźżčďěňřšťůž")
_CYRILLIC = frozenset(map(chr, [*range(0x430, 0x450), 0x451, 0x454, 0x456, 0x457, 0x491]))
_ARABIC = frozenset(map(chr, [*range(0x621, 0x64B), 0x67E, 0x686, 0x698, 0x6A9, 0x6AF, 0x6CC]))
_ODD = re.compile(r"[\x80-\x9f\ufffd\u2500-\u259f¤¶¬±¦]")


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """The text of `data`, never an exception, and what was wrong with the declaration, None if nothing.

    A declaration is followed unless the bytes disprove it: they are not of that encoding, they are plainly UTF-8, or
    the words that it makes are none.
    """
    name, known = _codec(declared)
    if data.isascii() and name not in _NOT_ASCII:
        return data.decode("ascii"), None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), None
    single = declared is None or not known or bool(_SINGLE_BYTE.match(declared))
    if single and (text := _strictly(data, "utf-8")) is not None:
        return text, f"says {_shown(declared)}, is utf-8" if declared and known else None
    return _as_declared(data, declared, name if known else None, single) or _guessed(data, declared)


def _as_declared(data: bytes, declared: str | None, name: str | None, single: bool) -> tuple[str, str | None] | None:
    """The text by its declaration; None if there is none or the bytes disprove it."""
    if name is None:
        return None
    text = _strictly(data, name)
    if text is not None and (name != "cp1252" or not _FOREIGN_WORD.search(text) or _guess(data) == name):
        return text, None
    if not single and _nearly(data, name):
        return data.decode(name, "replace"), f"is not quite {_shown(declared)}"
    return None


def _guessed(data: bytes, declared: str | None) -> tuple[str, str | None]:
    guess = _guess(data)
    return data.decode(guess, "replace"), f"says {_shown(declared)}, read as {guess}"


def _shown(declared: str | None) -> str:
    return repr(declared[:40]) if declared else "nothing"


def _codec(declared: str | None) -> tuple[str, bool]:
    wanted = (declared or "").strip(" \t\"'").lower()[:60]
    wanted = _NAMES.get(wanted, wanted)
    try:
        found = codecs.lookup(wanted)
    except (LookupError, ValueError):
        return "cp1252", False
    # Python's registry also holds codecs between bytes and bytes, and some that run code of their own.
    if not getattr(found, "_is_text_encoding", True) or found.name in ("idna", "punycode", "unicode_escape"):
        return "cp1252", False
    return _NAMES.get(found.name, found.name), True


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        # cp1252 leaves five bytes open; mails that hold them are still cp1252.
        return data.decode(name, "replace") if name == "cp1252" and _nearly(data, name) else None


def _nearly(data: bytes, name: str) -> bool:
    """Whether all but a few letters are of that encoding: a mail cut within a letter, a stray byte."""
    try:
        text = data[:_SAMPLE].decode(name, "replace")
    except (UnicodeError, ValueError):
        return False
    return text.count("\ufffd") * 20 <= sum(not char.isascii() for char in text)


def _guess(data: bytes) -> str:
    if _nearly(data, "utf-8"):
        return "utf-8"
    sample = data[:_SAMPLE]
    return max(_CANDIDATES, key=lambda name: (_sense(sample.decode(name, "replace")), -_CANDIDATES.index(name)))


def _sense(text: str) -> int:
    """How much `text` looks like words: letters of one alphabet beside each other, lower case after lower case."""
    score = -4 * len(_ODD.findall(text))
    before = " "
    for char in text:
        if not char.isascii():
            low = char.lower()
            if low in _CYRILLIC:
                score += 2 if before.lower() in _CYRILLIC else 0
                score -= 4 if before.isascii() and before.isalpha() else 0
                score -= 3 if char != low and before in _CYRILLIC else 0
            elif low in _ARABIC:
                score += 2 if before in _ARABIC or before == " " else -4
            elif low in _LATIN:
                score += 2 if (before.isascii() and before.isalpha()) or before == " " else -3
                score -= 3 if char != low and before.islower() else 0
            else:
                score -= 2
        before = char
    return score
