"""Liaison: what is asked of other systems over HTTP."""
