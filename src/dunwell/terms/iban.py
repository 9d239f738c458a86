"""IBANs: their shape and their check digits (ISO 13616, ISO 7064 mod 97-10)."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")


def is_iban_shaped(text: str) -> bool:
    """Whether `text`, without its spaces, looks like an IBAN."""
    return bool(_SHAPE.match(text.replace(" ", "").upper()))


def is_sound(iban: str) -> bool:
    """Whether the check digits of an IBAN-shaped text are right."""
    bare = iban.replace(" ", "").upper()
    digits = "".join(str(int(char, 36)) for char in bare[4:] + bare[:4])
    return int(digits) % 97 == 1
