"""How days are read: words by their kind, a grammar in passes, and the arithmetic of two calendars."""
