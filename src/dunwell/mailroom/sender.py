"""SMTP: one connection for many letters, and an answer for each that says what the server did.

An answer is a value. What the server put off may be tried again; what it refused may not; when the connection broke
after the message was handed over nobody knows, and the letter is in doubt.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dunwell.mailroom import auth
from dunwell.mailroom.auth import OAuth
from dunwell.mailroom.envelope import wire_address

_NO_SUCH_ADDRESS = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_NOT_THE_ADDRESS = re.compile(r"relay|auth|spam|block|policy|denied|reputation|blacklist|not permitted", re.I)
_ADDRESS_CODES = (550, 551, 553)


class MailServerAway(Exception):
    """The mail server cannot be reached or will not serve now: temporary. Nothing of the letter in hand has left."""


class MailServerRefuses(Exception):
    """The mail server will not serve us as we are set up (certificate, login): a person has to mend the settings."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the letter. `left_out` are copies that it would not take: the address, the answer, and
    whether it knows no such address."""

    answer: str
    left_out: tuple[tuple[str, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class PutOff:
    """The server did not take the letter now (4xx): it may be tried again."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not take the letter (5xx). `bad_address`: because it knows no such recipient."""

    answer: str
    bad_address: bool


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The connection broke after the letter was handed over: it may or may not have gone."""

    answer: str


Answer = Accepted | PutOff | Refused | InDoubt


@dataclass(frozen=True, slots=True)
class Route:
    """The way to the mail server. `security` is 'none' (loopback only), 'starttls' or 'tls'; certificates are verified.

    `letters_per_minute` 0 means as fast as it goes. `archive` gets every letter in the same transaction.
    `timeout` and `answer_timeout` are in seconds; the latter is for the answer to the letter itself, which may take a
    server ten minutes (RFC 5321, 4.5.3.2.6). `oauth`, where set, takes the password's place (XOAUTH2).
    """

    host: str
    port: int
    security: str
    username: str | None = None
    password: str | None = None
    timeout: int = 30
    answer_timeout: int = 600
    letters_per_minute: int = 0
    archive: str | None = None
    ca_file: str | None = None
    oauth: OAuth | None = None


class Sender:
    """A connection to the mail server, opened at the first letter and again when the server has closed it."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._smtp: smtplib.SMTP | None = None
        self._next_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if connected."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
            self._smtp = None

    def connect(self) -> None:
        """Be connected. Raises MailServerAway or MailServerRefuses; called before a letter is reserved."""
        if self._smtp is not None and self._alive(self._smtp):
            return
        try:
            self._smtp = self._open()
        except auth.TokenAway as error:
            raise MailServerAway(f"{self._where()}: {error}") from None
        except auth.TokenRefused as error:
            raise MailServerRefuses(f"{self._where()}: {error}") from None
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code // 100 == 4:  # login put off
                raise MailServerAway(f"{self._where()}: {_said(error)}") from error
            raise MailServerRefuses(f"{self._where()}: {_said(error)}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerAway(f"{self._where()}: {_said(error)}") from error

    def _where(self) -> str:
        return f"mail server {self._route.host}:{self._route.port}"

    @staticmethod
    def _alive(smtp: smtplib.SMTP) -> bool:
        try:
            return smtp.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _open(self) -> smtplib.SMTP:
        route = self._route
        if route.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(route.host, route.port, timeout=route.timeout, context=self._tls())
        else:
            smtp = smtplib.SMTP(route.host, route.port, timeout=route.timeout)
        if route.security == "starttls":
            smtp.starttls(context=self._tls())
        smtp.ehlo_or_helo_if_needed()
        if route.username and route.oauth:
            return self._with_token(smtp, route.username, route.oauth)
        if route.username:
            smtp.login(route.username, route.password or "")
        return smtp

    @staticmethod
    def _with_token(smtp: smtplib.SMTP, username: str, oauth: OAuth) -> smtplib.SMTP:
        """XOAUTH2; a token that is refused is asked for anew, once."""
        token = auth.access_token(oauth)
        for last in (False, True):
            said = auth.xoauth2(username, token)
            try:
                # A refusal comes as a challenge first, which is answered with nothing.
                smtp.auth("XOAUTH2", lambda challenge=None, said=said: said if challenge is None else "")
            except smtplib.SMTPAuthenticationError:
                if last:
                    raise
                token = auth.access_token(oauth, instead_of=token)
            else:
                break
        return smtp

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._route.ca_file)

    def send(self, envelope_from: str, recipient: str, raw: bytes, copies: Sequence[str] = ()) -> Answer:
        """Send one letter (with its copies and the archive's) in one transaction; `connect` must have been called.

        Every failure is an answer: after this call the letter is settled or in doubt.
        """
        self._pace()
        smtp = self._smtp
        if smtp is None:
            raise MailServerAway(f"{self._where()}: not connected")
        try:
            if put_off := self._envelope(smtp, wire_address(envelope_from), (wire_address(recipient),)):
                return put_off
            left_out = self._copies(smtp, copies)
            if self._route.archive:
                # The archive is a convenience: where it is refused the letter goes all the same.
                smtp.rcpt(wire_address(self._route.archive))
            code, said = smtp.docmd("DATA")
            if code != 354:
                return self._reset(smtp, _answer(code, said))
        except (smtplib.SMTPException, OSError) as error:
            self._smtp = None
            return PutOff(f"the connection broke before the letter was handed over: {_said(error)}")
        answer = self._hand_over(smtp, raw)
        return Accepted(answer.answer, left_out) if isinstance(answer, Accepted) else answer

    @staticmethod
    def _copies(smtp: smtplib.SMTP, copies: Sequence[str]) -> tuple[tuple[str, str, bool], ...]:
        """Name those who get a copy; the letter goes also where the server will not take one of them."""
        left_out = []
        for copy in copies:
            code, said = smtp.rcpt(wire_address(copy))
            if code not in (250, 251):
                answer = _answer(code, said)
                left_out.append((copy, answer.answer, isinstance(answer, Refused) and answer.bad_address))
        return tuple(left_out)

    def _hand_over(self, smtp: smtplib.SMTP, raw: bytes) -> Answer:
        try:
            smtp.send(_dotted(raw))
            if smtp.sock is not None:
                smtp.sock.settimeout(self._route.answer_timeout)
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._route.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self._smtp = None
            return InDoubt(f"the connection broke while the letter was handed over: {_said(error)}")
        if code // 100 not in (2, 4, 5):
            self._smtp = None
            return InDoubt(f"the server's answer to the letter was none: {code} {said!r}"[:500])
        answer = _answer(code, said)
        if code == 421:
            self._smtp = None
        # What is refused once the text is known is not about the address.
        return Refused(answer.answer, bad_address=False) if isinstance(answer, Refused) else answer

    def _envelope(self, smtp: smtplib.SMTP, envelope_from: str, recipients: Sequence[str]) -> Answer | None:
        """MAIL and RCPT; None where the server takes them."""
        code, said = smtp.mail(envelope_from, ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else [])
        if code != 250:
            answer = _answer(code, said)
            return self._reset(
                smtp, Refused(answer.answer, bad_address=False) if isinstance(answer, Refused) else answer
            )
        for recipient in recipients:
            code, said = smtp.rcpt(recipient)
            if code not in (250, 251):
                return self._reset(smtp, _answer(code, said))
        return None

    def _reset(self, smtp: smtplib.SMTP, answer: Answer) -> Answer:
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._smtp = None
        return answer

    def _pace(self) -> None:
        if self._route.letters_per_minute:
            wait = self._next_at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._next_at = time.monotonic() + 60 / self._route.letters_per_minute


def _answer(code: int, said: bytes | str) -> Answer:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    answer = f"{code} {' '.join(text.split())}"[:500]
    if 200 <= code < 300:
        return Accepted(answer)
    if 500 <= code < 600:
        return Refused(answer, bad_address=_is_bad_address(code, text))
    return PutOff(answer)


def _is_bad_address(code: int, text: str) -> bool:
    """By the enhanced status code (RFC 3463) where there is one, else by the reply code and its words."""
    if _ENHANCED.search(text):
        return bool(_NO_SUCH_ADDRESS.search(text))
    return code in _ADDRESS_CODES and not _NOT_THE_ADDRESS.search(text)


def _dotted(raw: bytes) -> bytes:
    """The message with CRLF line ends, dots doubled and the final dot (RFC 5321, 4.5.2)."""
    text = re.sub(rb"\r\n|\n|\r(?!\n)", b"\r\n", raw)
    text = re.sub(rb"(?m)^\.", b"..", text)
    return text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
