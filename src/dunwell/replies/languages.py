"""The languages in which replies are read."""

from __future__ import annotations

LANGUAGES = ("de", "en", "es", "fa", "fr", "it", "ro", "ru")

COUNTRY = {"de": "DE", "en": "GB", "es": "ES", "fa": "IR", "fr": "FR", "it": "IT", "ro": "RO", "ru": "RU"}
"""The country of a text whose writer's is not known."""
