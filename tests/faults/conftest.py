"""Mailboxes for the desk's tests, as the mailroom's have them."""

from tests.mailroom.conftest import box, dovecot

__all__ = ["box", "dovecot"]
