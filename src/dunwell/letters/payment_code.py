"""Payment codes: a QR code that a banking app reads into a transfer. Pure.

Source: European Payments Council, EPC069-12 v3.1, 'Quick Response Code: Guidelines to enable data capture for the
initiation of a SEPA credit transfer': service tag BCD, version 002 (BIC not needed), UTF-8, euro only, error
correction M, at most QR version 13. In Germany and Austria the code is known as GiroCode or Stuzza.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import lru_cache

import segno

from dunwell.terms.iban import is_iban_shaped, is_sound
from dunwell.terms.money import Money

_MOST = 99_999_999_999  # cents: 999,999,999.99
_NAME, _TEXT, _BYTES = 70, 140, 331
# The countries of SEPA whose accounts a credit transfer reaches (EPC409-09, list of SEPA scheme countries).
_SEPA_COUNTRIES = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO "
    "RS SE SI SK SM VA"
)
_SEPA = frozenset(_SEPA_COUNTRIES.split())
_RF = re.compile(r"^RF\d{2}[A-Z0-9]{1,21}$")


def content(payee: str, bank_account: str, amount: Money, reference: str) -> str | None:
    """What the code says; None where there is no such code: another currency, no IBAN of SEPA, no sum that it takes.

    A creditor reference (ISO 11649, RF…) goes into its own field, anything else into the text for the payee.
    """
    iban = re.sub(r"\s+", "", bank_account).upper()
    if amount.currency != "EUR" or not 0 < amount.minor <= _MOST:
        return None
    if not is_iban_shaped(iban) or not is_sound(iban) or iban[:2] not in _SEPA:
        return None
    name = _field(payee, _NAME)
    bare = re.sub(r"\s+", "", reference).upper()
    structured = bare if _RF.match(bare) and is_sound(bare) else ""
    text = "" if structured else _field(reference, _TEXT)
    fields = ["BCD", "002", "1", "SCT", "", name, iban, f"EUR{amount.amount:.2f}", "", structured, text]
    written = "\n".join(fields).rstrip("\n")
    return written if name and len(written.encode()) <= _BYTES else None


def _field(value: str, most: int) -> str:
    return re.sub(r"\s+", " ", value).strip()[:most].strip()


def picture(code: str) -> bytes:
    """The code as a PNG, dark on white with its quiet zone; about 190 pixels wide."""
    return _png(_modules(code), 4)


def drawing(code: str) -> bytes:
    """The code as a small PNG for print: as an SVG it would cost a page as much as all its tables."""
    return _png(_modules(code), 2)


_QUIET = 4  # modules of white on each side, as ISO/IEC 18004 wants it
_SHADES = bytes.maketrans(b"\0\1", b"\xff\0")


# A letter and the statement in it show the same code.
@lru_cache(maxsize=64)
def _modules(code: str) -> tuple[bytes, ...]:
    """The code's rows with their quiet zone, a byte a module: 0 is dark, 255 is light."""
    # Any mask makes a valid code; finding the best one costs four times as much as the rest.
    drawn = segno.make_qr(code, error="m", mask=2, boost_error=False, encoding="utf-8", eci=False)
    aside = b"\xff" * _QUIET
    rows = [aside + bytes(row).translate(_SHADES) + aside for row in drawn.matrix]
    empty = [b"\xff" * len(rows[0])] * _QUIET
    return (*empty, *rows, *empty)


def _png(rows: tuple[bytes, ...], scale: int) -> bytes:
    """A PNG of grey levels, `scale` pixels a module (ISO/IEC 15948): about three times as fast as segno's."""
    width, height = len(rows[0]) * scale, len(rows) * scale
    pixel = (b"\0" * scale, b"\xff" * scale)
    lines = (b"\0" + b"".join(pixel[level > 0] for level in row) for row in rows)
    content = zlib.compress(b"".join(line * scale for line in lines))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
