"""Mail out and in: SMTP and IMAP. Does I/O and decides nothing."""
