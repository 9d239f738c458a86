"""In which encoding a file is, judged by its words.

UTF-8 and UTF-16 prove themselves. Among the old 8-bit encodings nearly every byte is *something* in each, and general
detectors cannot tell them apart on the few names of a ledger. So each candidate is asked whether the words that it
makes are words: letters of one language's alphabet, of one script, in sane case. `Dvoøák` is no Danish, `Ðîìàøêà` no
French. Where some stay level, the countries, languages and mail domains on the lines that they read differently decide;
where there are none either, cp1252 if it is among them, and otherwise the file is refused with what each would read.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from charset_normalizer import from_bytes

from dunwell.intake.errors import IntakeError

_CHUNK = 1 << 16
_SAMPLE_LINES = 2000
_SAMPLE_BYTES = 400_000
_SUGGEST_BYTES = 20_000
_SHORTEST_WORD = 3
# In order of preference, for files whose words do not tell.
_LATIN: dict[str, tuple[str, ...]] = {
    "cp1252": (
        "àâæçéèêëîïôœùûü",
        "äöüßé",
        "àèéìíîòóùú",
        "áéíñóúü",
        "çàèéíïòóúü",
        "ãáâàçéêíóôõúü",
        "éèëïíóöüá",
        "åäöé",
        "æøåéöü",
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüßé"),
    "cp1254": ("çğıİöşüâî",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "iso8859-2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp850": ("àâæçéèêëîïôùûü", "äöüßé", "àèéìíîòóùú", "áéíñóúü", "ãáâàçéêíóôõúü", "åäöé", "æøåéöü"),
    "mac-roman": ("àâæçéèêëîïôœùûü", "äöüßé", "àèéìíîòóùú", "áéíñóúü", "ãáâàçéêíóôõúü", "åäöé", "æøåéöü"),
    "cp852": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
}
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўђѓєѕіїјљњћќџ")
# Without the rare ΐ and ΰ, whose bytes are common letters in Cyrillic.
_GREEK = frozenset("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ")
_HEBREW = frozenset(map(chr, range(0x5D0, 0x5EB)))
_ARABIC = frozenset(map(chr, [*range(0x621, 0x653), 0x67E, 0x686, 0x688, 0x691, 0x698, 0x6A9, 0x6AF, 0x6BE, 0x6D2]))
_OTHER: dict[str, frozenset[str]] = {
    "cp1251": _CYRILLIC,
    "cp1256": _ARABIC | {"\u200c", "\u200d"},
    "cp1253": _GREEK,
    "cp1255": _HEBREW,
    "koi8-r": _CYRILLIC,
    "cp866": _CYRILLIC,
}
_ICELANDIC = "áðéíóúýþæö"
_HINTS = {
    code: encoding
    for encoding, codes in {
        "cp1250": "cz cs pl hu ro sk hr si sl ba bs",
        "cp1254": "tr",
        "cp1257": "lt lv ee",
        "cp1251": "ru bg ua rs sr mk kz",
        "cp1253": "gr el",
        "cp1255": "il he",
        "cp1256": "ir fa ae sa eg iq kw",
        "cp1252": "it fr de es pt gb en nl se sv dk da no nb fi at ch us ie is be ca",
    }.items()
    for code in codes.split()
}
_HINT = re.compile(rb"""(?:^|[,;\t|"])([A-Za-z]{2})(?:[-_][A-Za-z]+)?(?=[,;\t|"\r\n]|$)|@[\w.-]+\.([a-z]{2})\b""")
# What did not decode, and control characters that nobody types: the sign of a wrong encoding.
_IMPOSSIBLE = re.compile(r"[\ufffd\x80-\x9f]")
# Signs that stand right before or after words in every language.
_BESIDE_WORDS = frozenset("ªºµ°©®™№")
_WORD = re.compile(r"(?:[A-Za-z]|[^\x00-\x7f])+")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec by name. `damaged`: the file is UTF-8 but for a few bytes, whose rows are rejected."""

    codec: str
    damaged: bool = False

    @property
    def errors(self) -> str:
        """How to decode: bytes that are not UTF-8 become lone surrogates, which a row's check finds."""
        return "surrogateescape" if self.damaged else "strict"


def detect_encoding(data: bytes, name: str, stated: str | None = None) -> Encoding:
    """The encoding of a file; raises IntakeError when it is binary, or the encoding cannot be told."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not (wide or (stated or "").startswith(("utf-16", "utf-32"))):
        _refuse_binary(data, name)
    # A byte order mark goes before the mapping: our own rejects of a cp1250 file come back in UTF-8.
    if wide:
        return _check_stated(data, name, "utf-16")
    if stated and not data.startswith(codecs.BOM_UTF8):
        return _check_stated(data, name, stated)
    whole_file = decodes(data, "utf-8")
    if whole_file or data.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", damaged=not whole_file)
    sample = b"".join(_sample(data))
    whole = len(_MULTIBYTE.findall(sample))
    if whole > len(re.sub(rb"[\x00-\x7f]+", b"", _MULTIBYTE.sub(b"", sample))):
        return Encoding("utf-8-sig", damaged=True)
    return Encoding(_by_words(data, sample, name))


def _refuse_binary(data: bytes, name: str) -> None:
    remedies = {
        b"%PDF": "this is a PDF: export the list as CSV",
        b"PK\x03\x04": "this is an Excel workbook or another ZIP file: open it and save it as CSV (UTF-8)",
        b"\xd0\xcf\x11\xe0": "this is an old Excel workbook: open it and save it as CSV (UTF-8)",
        b"\x1f\x8b": "this is a gzip file: unpack it first",
    }
    for magic, remedy in remedies.items():
        if data.startswith(magic):
            raise IntakeError(f"{name}: {remedy}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise IntakeError(f"{name}: line {line}: the file is binary, not CSV: save it as CSV in UTF-8")
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:[?!]|html|table)", data[:200], re.IGNORECASE):
        raise IntakeError(f"{name}: this is XML or HTML, not CSV: export the list as CSV")


def decodes(data: bytes, codec: str) -> bool:
    """Whether all of `data` is valid in `codec`."""
    return bad_line(data, codec) is None


def bad_line(data: bytes, codec: str) -> int | None:
    """The first line, about, whose bytes are not valid in `codec`."""
    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    for start in range(0, len(data) or 1, _CHUNK):
        chunk = data[start : start + _CHUNK]
        try:
            decoder.decode(chunk, start + _CHUNK >= len(data))
        except UnicodeError as error:
            # An undecoded tail of the chunk before may stand in front, which is shorter than a character.
            return line + chunk.count(b"\n", 0, getattr(error, "start", 0))
        line += chunk.count(b"\n")
    return None


def _check_stated(data: bytes, name: str, codec: str) -> Encoding:
    line = bad_line(data, codec)
    if line is not None:
        raise IntakeError(
            f"{name}: line {line}: these bytes are not {codec}: save the file as CSV in UTF-8, "
            'or correct encoding = "…" in the mapping (--mapping)'
        )
    plain = codecs.lookup(codec).name
    return Encoding("utf-8-sig" if plain == "utf-8" else codec)


def _sample(data: bytes) -> Iterator[bytes]:
    """The lines that are not ASCII, up to a limit: the others say nothing about the encoding."""
    lines = size = start = 0
    while start < len(data) and lines < _SAMPLE_LINES and size < _SAMPLE_BYTES:
        end = data.find(b"\n", start) + 1 or len(data)
        line = data[start : min(end, start + _SAMPLE_BYTES)]
        if not line.isascii():
            lines, size = lines + 1, size + len(line)
            yield line
        start = end


def _by_words(data: bytes, sample: bytes, name: str) -> str:
    hinted = _hinted(sample)
    scores: dict[str, int] = {}
    for codec in (*_LATIN, *_OTHER):
        text = sample.decode(codec, "replace")
        if not _IMPOSSIBLE.search(text) and decodes(data, codec):
            scores[codec] = _score(text, _judge(codec, hinted))
    best = max(scores.values(), default=-1)
    level = [codec for codec, score in scores.items() if score == best]
    found = _break_tie(level, sample.splitlines()) if best >= 0 else None
    if found is None:
        raise IntakeError(_cannot_tell(name, sample, level if best >= 0 else None))
    return found


def _break_tie(level: list[str], lines: list[bytes]) -> str | None:
    """The one of these equally good encodings that the lines speak for on which they differ, or None."""
    differing = [line for line in lines if len({line.decode(codec) for codec in level}) > 1]
    if not differing:
        return level[0]
    votes = Counter(codec for line in differing for codec in _hinted(line) if codec in level).most_common(2)
    if not votes:
        # Nothing beside the words says where they are from. Western Europe is likely, and the rest is not known.
        return level[0] if level[0] == "cp1252" else None
    return votes[0][0] if len(votes) == 1 or votes[0][1] > votes[1][1] else None


def _hinted(sample: bytes) -> set[str]:
    codes = {(cell or domain).decode().lower() for cell, domain in _HINT.findall(sample)}
    return {_HINTS[code] for code in codes if code in _HINTS} | ({"is"} & codes)


def _judge(codec: str, hinted: set[str]) -> Callable[[str], bool]:
    """Tells whether a word can be one in the languages that `codec` is for."""
    if codec in _OTHER:
        letters = _OTHER[codec]
        return lambda word: all(char in letters for char in word.lower()) and "ς" not in word[:-1]
    alphabets = [frozenset(alphabet) for alphabet in _LATIN[codec]]
    if codec == "cp1252" and "is" in hinted:
        alphabets.append(frozenset(_ICELANDIC))

    def latin(word: str) -> bool:
        # İ alone does not become one small letter.
        foreign = {char if char == "İ" else char.lower() for char in word if not char.isascii()}
        return any(char.isascii() for char in word) and any(foreign <= alphabet for alphabet in alphabets)

    return latin


def _score(text: str, fits: Callable[[str], bool]) -> int:
    """Words that fit less words that do not; short ones, and signs such as € or №, say nothing."""
    score = 0
    for found in _WORD.finditer(text):
        word = _trim(found[0])
        if len(word) < _SHORTEST_WORD or word.isascii():
            continue
        score += 1 if fits(word) and _sane_case(word) else -1
    return score


def _trim(word: str) -> str:
    """Without the punctuation around it. Other signs stay, such as the line drawings of a wrong encoding, and tell."""
    start, end = 0, len(word)
    while start < end and _is_punctuation(word[start]):
        start += 1
    while end > start and _is_punctuation(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_punctuation(char: str) -> bool:
    return char in _BESIDE_WORDS or unicodedata.category(char)[0] in "PZ" or unicodedata.category(char) in {"Sc", "No"}


def _sane_case(word: str) -> bool:
    """Small letters do not go before foreign capitals: `иБЮМНБ` is Ivanov in the wrong encoding."""
    return not any(left.islower() and right.isupper() and not right.isascii() for left, right in pairwise(word))


def _cannot_tell(name: str, sample: bytes, level: list[str] | None = None) -> str:
    names = level or [match.encoding for match in from_bytes(sample[:_SUGGEST_BYTES])][:3]
    line = next(iter(sample.splitlines()), b"")
    readings = "".join(f"; {codec}: {line.decode(codec, 'replace').strip()[:80]!r}" for codec in names)
    return (
        f"{name}: cannot tell the encoding of its letters. Save the file as CSV in UTF-8, "
        f'or set encoding = "cp1252" (or another) in the mapping (--mapping){readings}'
    )
