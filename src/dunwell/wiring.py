"""The wiring: joins the rooms into an office, and is the only reader of the clock."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from dunwell import settings as settings_room
from dunwell.desk.inbox import Mailbox
from dunwell.desk.office import Believing, Office, PrintRoom
from dunwell.desk.spreading import Spreading
from dunwell.ledger import due
from dunwell.ledger.books import Books
from dunwell.ledger.engine import migrate, open_engine, require_current
from dunwell.letters.paper import side_of
from dunwell.letters.printing import logo_for_mail
from dunwell.letters.templates import Library
from dunwell.liaison.documents import Source
from dunwell.liaison.language_model import Model
from dunwell.liaison.payment_links import Links
from dunwell.liaison.sms import Gateway
from dunwell.liaison.webhook import Target
from dunwell.mailroom.auth import OAuth
from dunwell.mailroom.mailbox import Account, mark_of
from dunwell.mailroom.sender import Route
from dunwell.mailroom.signing import SigningKey
from dunwell.mailroom.verifying import keys_in
from dunwell.rules.policy import Policy
from dunwell.rules.policy import load as load_policy
from dunwell.rules.tomltext import Problem, TomlProblems
from dunwell.settings import Located, sections, targets
from dunwell.settings import schedules as settings_schedules
from dunwell.terms.moment import Moment

_POLICIES = Path(__file__).parent / "rules" / "policies"
_override: dict[str, date | Path | None] = {}


def set_overrides(config: Path | None = None, today: date | None = None) -> None:
    """What was said before the command: the settings' file, and the day to act on."""
    _override.update(config=config, today=today)
    located.cache_clear()
    office.cache_clear()


@lru_cache(maxsize=1)
def located() -> Located:
    """The settings, and where they were found; raises TomlProblems."""
    environ = settings_room.process_environment()
    config = _override.get("config") or settings_room.config_override(environ)
    return settings_room.load(config if isinstance(config, Path) else None, environ)


def now() -> datetime:
    """The clock, in the creditor's time zone."""
    return datetime.now(UTC).astimezone(located().settings.zone)


def moment(on: date | None = None) -> Moment:
    """The time to act at: day `on`, else the day said before the command, else the clock.

    A day that was said means its cycle's hour in the creditor's time zone; it obeys days of rest, not hours.
    """
    said = on or said_today()
    if said is None:
        clock = now()
        return Moment(clock.astimezone(UTC), clock.date())
    located_settings = located().settings
    hour = time.fromisoformat(located_settings.cycle.hour)
    at = datetime.combine(said, hour, tzinfo=ZoneInfo(located_settings.creditor.timezone))
    return Moment(at.astimezone(UTC), said, keeps_hours=False)


def said_today() -> date | None:
    """The day said before the command or in DUNWELL_TODAY; None means the clock. Reads no settings."""
    said = _override.get("today")
    if isinstance(said, date):
        return said
    text = settings_room.today_override(settings_room.process_environment())
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = Problem(None, "DUNWELL_TODAY", f"{text!r} is no date; write YYYY-MM-DD")
        raise TomlProblems("environment", [problem]) from None


def policy_file() -> Path:
    """The policy's file: the settings' own, else the built-in default."""
    found = located()
    return found.path(found.settings.policy.file) if found.settings.policy.file else _POLICIES / "default.toml"


def read_policy(file: Path) -> Policy:
    """The policy in `file`; raises TomlProblems with every problem."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TomlProblems(str(file), [Problem(None, "", f"cannot be read: {error}")]) from None
    return load_policy(text, str(file))


def default_policy_text() -> str:
    """The built-in policy, with its comments."""
    return (_POLICIES / "default.toml").read_text(encoding="utf-8")


def open_books(*, current: bool = True) -> Books:
    """The books of the settings; raises LedgerError unless they have this version's tables (`current`)."""
    books = Books(open_engine(located().ledger_url))
    if current:
        require_current(books.engine)
    return books


def prepare(books: Books) -> None:
    """Bring the books to this version's tables, with all that they keep for good: looking writes nothing after that."""
    migrate(books.engine)
    _reply_key(books)


def library() -> Library:
    """The letters: the user's templates before the built-in ones."""
    found = located()
    folder = found.path(found.settings.templates.folder) if found.settings.templates.folder else None
    own = found.settings.creditor
    return Library(folder, own.language, color=own.color, logo=found.path(own.logo) if own.logo else None)


def documents(policy: Policy) -> Source:
    """Where the invoices' own documents come from: by default files below the settings' folder."""
    found = located()
    own = found.settings.documents
    return Source(
        folder=found.path(own.folder) if own.folder else found.folder,
        hosts=own.hosts,
        token=own.token.get_secret_value() if own.token else None,
        timeout=own.timeout,
        most=int(policy.attachments.document_mb * 1_000_000),
    )


def links() -> Links:
    """Where payment links come from."""
    pay = located().settings.pay
    token = pay.token.get_secret_value() if pay.token else None
    return Links(pay.link, pay.connector, token, pay.hosts, pay.timeout)


def gateway() -> Gateway | None:
    """The gateway of text messages; None where the settings name none."""
    own = located().settings.sms
    if own.url is None:
        return None
    token = own.token.get_secret_value() if own.token else ""
    return Gateway(Target(own.url, token, own.allow_private, own.timeout), own.sender)


def language_model() -> Model | None:
    """The model that is asked about unclear replies; None where the settings name none."""
    own = located().settings.opinion
    if own.url is None:
        return None
    return Model(own.url, own.model or "", own.key.get_secret_value() if own.key else "", own.timeout)


def print_room() -> PrintRoom:
    """Where letters on paper go."""
    own = located().settings
    return PrintRoom(located().path(own.post.folder), own.post.window or side_of(own.creditor.country))


def signing_key() -> SigningKey | None:
    """The key that letters are signed with; None where the mail server does it."""
    own = located().settings.dkim
    if own.domain is None or own.selector is None or own.key is None:
        return None
    return SigningKey(own.domain, own.selector, own.key.get_secret_value())


def route() -> Route:
    """The way to the mail server."""
    smtp = located().settings.smtp
    return Route(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=smtp.password.get_secret_value() if smtp.password else None,
        timeout=smtp.timeout,
        letters_per_minute=smtp.letters_per_minute,
        archive=smtp.archive,
        ca_file=str(located().path(smtp.ca_file)) if smtp.ca_file else None,
        oauth=_consent(smtp.oauth, smtp.timeout),
    )


def mailbox() -> Account | None:
    """The way to the collections mailbox; None where no login is set."""
    imap = located().settings.imap
    if not imap.username:
        return None
    return Account(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        username=imap.username,
        password=imap.password.get_secret_value() if imap.password else "",
        oauth=_consent(imap.oauth, imap.timeout),
        timeout=imap.timeout,
        ca_file=str(located().path(imap.ca_file)) if imap.ca_file else None,
    )


def inbox() -> Mailbox:
    """The mailbox with its folders and what is done with its mail; raises TomlProblems where no login is set."""
    imap = located().settings.imap
    account = mailbox()
    if account is None:
        problem = Problem(None, "imap.username", "is not set: the mailbox cannot be read without a login")
        raise TomlProblems(str(located().file or "environment"), [problem])
    return Mailbox(
        account=account,
        folder=imap.folder,
        mark=mark_of(imap.processed),
        junk=imap.junk,
        sent=imap.sent,
        archive=imap.archive,
        cap=imap.max_kilobytes * 1024,
    )


def believing() -> Believing:
    """Whose word on a mail's sender is believed, and who our own people are."""
    own = located().settings
    people = [own.people.collector, own.people.service, own.people.owner]
    return Believing(
        authserv_ids=own.imap.authserv_id,
        token=own.replies.trust == "token",
        staff=frozenset(one.lower() for one in people if one),
        keys=keys_in(located().path(own.replies.dkim_keys)) if own.replies.dkim_keys else {},
    )


def _consent(own: sections.OAuth, timeout: int) -> OAuth | None:
    if own.provider is None or own.client_id is None:
        return None
    return OAuth(
        provider=own.provider,
        client_id=own.client_id,
        client_secret=own.client_secret.get_secret_value() if own.client_secret else None,
        refresh_token=own.refresh_token.get_secret_value() if own.refresh_token else None,
        token_url=own.token_url,
        tenant=own.tenant,
        scope=own.scope,
        timeout=timeout,
    )


@lru_cache(maxsize=1)
def office() -> Office:
    """Everything that the desk works with, joined once a process."""
    found = located()
    books = open_books()
    policy = read_policy(policy_file())
    logo = found.settings.creditor.logo
    return Office(
        books=books,
        policy=policy,
        library=library(),
        creditor=found.settings.creditor,
        route=route(),
        key=_reply_key(books),
        redirect_to=found.settings.smtp.redirect_to,
        documents=documents(policy),
        links=links(),
        dkim=signing_key(),
        people=found.settings.people,
        service=targets.target(found, "service"),
        print_room=print_room(),
        sms=gateway(),
        model=language_model(),
        outsiders=targets.outsiders(found),
        desk_url=found.settings.frontdesk.url,
        clock=now,
        logo=logo_for_mail(found.path(logo)) if logo else None,
        replies=believing(),
    )


def flow_run_budget() -> tuple[int, int]:
    """Up to how many cases get a flow run each, and how many share a shard above that."""
    cycle = located().settings.cycle
    return cycle.flow_run_budget, cycle.shard


def spreading() -> Spreading | None:
    """How the shards of a large night are spread over workers; None where the cycle does them itself."""
    cycle = located().settings.cycle
    return Spreading(cycle.shards, cycle.shards_at_once, cycle.shard_seconds) if cycle.shards else None


def schedules() -> dict[str, str]:
    """When the cycle runs and in whose time zone: a step of deployments/prefect.yaml."""
    return settings_schedules.schedules(located())


def _reply_key(books: Books) -> str:
    """The key that signs reply addresses: made once, kept in the books."""
    with books.read() as work:
        key = due.note(work, "reply_key")
    if key is None:
        with books.write() as work:
            key = due.note(work, "reply_key")
            if key is None:
                key = secrets.token_hex(32)
                due.remember(work, "reply_key", key)
    return key


def runs_end_before(at: Moment) -> datetime | None:
    """Prefect's finished runs that ended before this are to go; None where the settings keep them for ever."""
    days = located().settings.prefect.keep_days
    return at.now - timedelta(days=days) if days else None
