"""Replies (pure): from a raw mail to its new words, what sent it, and the days and amounts in them."""
