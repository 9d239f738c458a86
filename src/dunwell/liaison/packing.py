"""Packing: files as one encrypted ZIP, which 7-Zip, WinZip and their like open with a passphrase.

AES-256 as WinZip defined it (AE-2). The names of files in a ZIP are not encrypted: the files are packed twice, and the
outer archive shows one name that says nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pyzipper

_DAY = (1980, 1, 1, 0, 0, 0)
"""The day that every file is given: the first that a ZIP can hold."""


def packed(name: str, files: Mapping[str, bytes], passphrase: str) -> bytes:
    """A ZIP encrypted with the passphrase, with one file in it: `name`.zip, which holds the files."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _DAY), content, zipfile.ZIP_DEFLATED)
    outer = io.BytesIO()
    with pyzipper.AESZipFile(outer, "w", compression=zipfile.ZIP_STORED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(pyzipper.zipfile_aes.AESZipInfo(f"{name}.zip", _DAY), inner.getvalue())
    return outer.getvalue()
