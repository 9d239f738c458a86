"""Ledger files in: from what somebody exported to typed rows, and rejects that say why.

Pure: bytes in, frozen rows out. Nothing here knows the ledger, so an unknown account is found by whoever books.
"""
