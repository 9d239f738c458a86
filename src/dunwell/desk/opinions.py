"""Second opinions: a language model asked about replies that the machine is unsure of, for the person who decides."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from dunwell.liaison import language_model
from dunwell.liaison.language_model import Model, NoAnswer
from dunwell.replies import opinion
from dunwell.replies.opinion import NotBorneOut
from dunwell.replies.reading import Reading

_log = logging.getLogger(__name__)


@dataclass
class Asking:
    """The language model of one round; None from its first failure on, so that no round waits for it twice."""

    model: Model | None

    def opinion_on(self, reading: Reading, written_on: date) -> Reading | None:
        """The model's reading; None where none is wanted, to be had, or borne out by the words."""
        if self.model is None or not opinion.asked_about(reading):
            return None
        try:
            answer = language_model.ask(self.model, opinion.messages(reading, written_on), opinion.SCHEMA)
            return opinion.with_opinion(reading, answer, written_on)
        except NotBorneOut as error:
            _log.warning("a second opinion on a reply was left out: %s", error)
        except NoAnswer as error:
            _log.warning("the language model is asked no more in this round: %s", error)
            self.model = None
        return None
