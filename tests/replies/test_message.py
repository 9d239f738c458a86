"""A raw mail is read as its reader sees it, whatever it is made of."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, timedelta

import pytest

from dunwell.replies.charsets import decode
from dunwell.replies.headers import Address, addresses_of, moment_of, parameters_of, text_of
from dunwell.replies.message import read_message
from tests.replies.mails import HEAD, HTML, PLAIN, mail, parts, raw

RUSSIAN = "Добрый день, оплатим счёт в пятницу"


def test_the_head_is_read() -> None:
    message = read_message(
        b'From: =?koi8-r?B?8MXU0g==?= <P@Hill.example>\nTo: a@b.example, "Hill, Jane" <j@b.example>\nCc: c@b.example\n'
        b"Reply-To: r@b.example\nSubject: =?utf-8?q?Re:_caf=C3=A9?= =?utf-8?q?_bar?=\nIn-Reply-To: <1@x> <2@x>\n"
        b"References: <0@x>\n <1@x>\nDate: Mon, 4 May 2026 23:30:00 -0700 (PDT)\nMessage-ID: <m@hill.example>\n"
        b"Authentication-Results: one; dmarc=pass\nAuthentication-Results: two; dmarc=fail\n"
        b"Auto-Submitted: no\n\nhello\n"
    )
    assert message.sender == Address("p@hill.example", "Петр")
    assert message.to == (Address("a@b.example"), Address("j@b.example", "Hill, Jane"))
    assert (message.cc, message.reply_to) == ((Address("c@b.example"),), (Address("r@b.example"),))
    assert message.subject == "Re: café bar"
    assert (message.in_reply_to, message.references) == (("1@x", "2@x"), ("0@x", "1@x"))
    assert message.message_id == "m@hill.example"
    assert message.every("authentication-results") == ("one; dmarc=pass", "two; dmarc=fail")
    assert message.header("auto-submitted") == "no"
    assert message.problems == ()


def test_the_day_is_the_writers_own() -> None:
    message = read_message(raw("x").replace(b"10:00:00 +0200", b"23:30:00 -0700"))
    assert message.written_at is not None
    assert message.written_at.date() == date(2026, 5, 4)
    assert message.written_at.utcoffset() == timedelta(hours=-7)


@pytest.mark.parametrize("written", ["", "yesterday", "Mon, 99 May 2026 10:00:00 +0200", "4", "\x00", "1" * 500])
def test_a_date_that_is_none_is_none(written: str) -> None:
    assert moment_of(written) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Anna <a@b.example>", [Address("a@b.example", "Anna")]),
        ("a@b.example (Anna)", [Address("a@b.example", "Anna")]),
        ("<a@b.example", [Address("a@b.example", "")]),
        ("'A@b.example' <a@b.example>", [Address("a@b.example", "")]),
        ("Anna", [Address("", "Anna")]),
        ("undisclosed-recipients:;", []),
        ("", []),
    ],
)
def test_addresses(value: str, expected: list[Address]) -> None:
    assert list(addresses_of((value,))) == expected


def test_parameters_are_put_together() -> None:
    kind, parameters = parameters_of("application/pdf; name*0*=utf-8''na%C3%AF; name*1=ve.pdf; x=\"a;b\"")
    assert (kind, parameters) == ("application/pdf", {"name": "naïve.pdf", "x": "a;b"})


def test_a_field_is_one_line() -> None:
    assert text_of(b"=?utf-8?q?a=0D=0ABcc:_b?=") == "a  Bcc: b"


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "utf-8", None),
        (RUSSIAN, "utf-8", "iso-8859-1"),
        (RUSSIAN, "utf-8", "no-such-charset"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "cp1251", None),
        (RUSSIAN, "cp1251", "utf-8"),
        (RUSSIAN, "cp1251", "iso-8859-1"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "koi8-r", None),
        ("Wir überweisen am Freitag, schöne Grüße", "cp1252", "us-ascii"),
        ("Wir überweisen am Freitag, schöne Grüße", "cp1252", "utf-8"),
        ("réglé à l’échéance", "cp1252", "iso-8859-1"),
        ("Vă mulțumim, plătim vineri", "utf-8", "iso-8859-2"),
        ("お世話になっております", "iso2022_jp", "iso-2022-jp"),
        ("您好，我们会付款", "gb18030", "gb2312"),
        ("hello", "ascii", "x-unknown"),
    ],
)
def test_charsets_right_wrong_and_missing(text: str, charset: str, declared: str | None) -> None:
    assert decode(text.encode(charset), declared)[0] == text


def test_a_wrong_declaration_is_told() -> None:
    message = read_message(raw(RUSSIAN).replace(b"utf-8", b"iso-8859-1"))
    assert message.text.strip() == RUSSIAN
    assert message.problems == ("charset: says 'iso-8859-1', is utf-8",)


def test_the_plain_alternative_where_it_is_real() -> None:
    both = parts("multipart/alternative", PLAIN + "We pay on Friday.", HTML + "<p>We pay on <b>Friday</b>.</p>")
    assert read_message(both).part == "text/plain"


@pytest.mark.parametrize(
    "plain", ["", " \n", "Your e-mail client does not support HTML.", "<html><body>x</body></html>"]
)
def test_the_html_where_the_plain_alternative_is_an_excuse(plain: str) -> None:
    message = read_message(parts("multipart/alternative", PLAIN + plain, HTML + "<p>We pay on <b>Friday</b>.</p>"))
    assert (message.text.strip(), message.part) == ("We pay on Friday.", "text/html")


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">{}</div>',
        '<div style="display: none !important">{}</div>',
        '<span style="visibility:hidden">{}</span>',
        '<span style="font-size:0px">{}</span>',
        '<span style="font-size:1px;line-height:0">{}</span>',
        '<div style="max-height:0;overflow:hidden">{}</div>',
        '<div style="opacity:0">{}</div>',
        '<p style="color:#fff">{}</p>',
        '<font color="white">{}</font>',
        '<p style="color:rgb(254,255,255)">{}</p>',
        '<div style="background:#123456"><p style="color:#123457">{}</p></div>',
        "<p hidden>{}</p>",
        '<p style="mso-hide:all">{}</p>',
        "<!-- {} -->",
        '<p class="secret">{}</p>',
        '<p id="gone">{}</p>',
        "<script>{}</script>",
        "<title>{}</title>",
    ],
)
def test_hidden_words_are_no_text(hidden: str) -> None:
    sheet = "<style>.secret{display:none} p#gone,#gone{visibility:hidden} @media print{.seen{display:none}}</style>"
    page = f"<html><head>{sheet}</head><body>We pay {hidden.format('nothing')}<p class=seen>on Friday</p></body></html>"
    assert mail(page, kind="text/html").text.split() == ["We", "pay", "on", "Friday"]


@pytest.mark.parametrize(
    "seen",
    [
        '<table bgcolor="#000000"><td><font color="#ffffff">{}</font></td></table>',
        '<div style="background-color:navy;color:white">{}</div>',
        '<div style="font-size:0"><span style="font-size:13px">{}</span></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">{}</p></div>',
        '<p style="display:none">x<p>{}</p>',
        "<p style='color:#333'>{}",
        '<a href="a>b">{}</a>',
        "<!--[if !mso]><!-->{}<!--<![endif]-->",
    ],
)
def test_words_that_a_reader_sees_are_text(seen: str) -> None:
    assert "Friday" in mail(seen.format("Friday"), kind="text/html").text


def test_html_quotations_come_out_as_lines_behind_signs() -> None:
    page = "yes<blockquote type=cite>a<br>b<blockquote>c</blockquote></blockquote>no"
    lines = [line for line in mail(page, kind="text/html").text.split("\n") if line.strip("> ")]
    assert lines == ["yes", "> a", "> b", ">> c", "no"]


def test_format_flowed() -> None:
    message = read_message(
        raw("We will \npay on \nFriday.\n> you \n> asked\n-- \nPeter", kind="text/plain; format=flowed")
    )
    assert message.text.rstrip("\n") == "We will pay on Friday.\n> you asked\n-- \nPeter"


def test_attachments_are_listed_and_never_read() -> None:
    pdf = b"%PDF-1.7 proof of payment" * 1000
    encoded = base64.encodebytes(pdf).decode()
    message = read_message(
        parts(
            "multipart/mixed",
            PLAIN + "see attached",
            f'Content-Type: application/pdf; name="p.pdf"\nContent-Transfer-Encoding: base64\n\n{encoded}',
            'Content-Type: text/plain\nContent-Disposition: attachment; filename="promise.txt"\n\nwe pay never',
            "Content-Type: application/ms-tnef\nContent-Disposition: attachment; filename=winmail.dat\n\nx",
            "Content-Type: text/calendar\n\nBEGIN:VCALENDAR",
            "Content-Type: text/vcard\n\nBEGIN:VCARD",
            "Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: old\n\nwe pay in June",
        )
    )
    assert message.text.strip() == "see attached"
    first, *rest = message.attachments
    assert (first.name, first.type, first.size) == ("p.pdf", "application/pdf", len(pdf))
    assert first.sha256 == hashlib.sha256(pdf).hexdigest()
    assert [(part.name, part.type) for part in rest] == [
        ("promise.txt", "text/plain"),
        ("winmail.dat", "application/ms-tnef"),
        ("", "message/rfc822"),
    ]


def test_signed_mails_are_read() -> None:
    signature = "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----"
    message = read_message(parts("multipart/signed; protocol=x", PLAIN + "We pay on Friday.", signature))
    assert (message.text.strip(), message.attachments) == ("We pay on Friday.", ())


def test_texts_beside_each_other_follow_each_other_and_are_not_said_twice() -> None:
    message = read_message(parts("multipart/mixed", PLAIN + "one", PLAIN + "two", PLAIN + "one"))
    assert message.text.split() == ["one", "two"]


@pytest.mark.parametrize(
    ("broken", "text", "problem"),
    [
        (b"", "", "an empty mail"),
        (b"hello there\nagain", "hello there\nagain", "a mail or part without a head"),
        (
            HEAD.encode() + b'Content-Type: multipart/mixed; boundary="x"\n\nhello',
            "hello",
            "a multipart without its parts",
        ),
        (
            HEAD.encode() + b'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\nhello',
            "hello",
            "a multipart without its end",
        ),
        (
            HEAD.encode() + b"Content-Type: multipart/mixed\n\n--aaaaaaaaaaaa\n\nhello\n--aaaaaaaaaaaa--\n",
            "hello",
            "a multipart that does not name its boundary",
        ),
        (HEAD.encode() + b"Content-Type: text\n\nhello", "hello", "a part of no known type: 'text'"),
        (raw("hello").replace(b"Date: Mon, 4 May 2026 10:00:00 +0200\n", b""), "hello", "no date"),
        (raw("hello").replace(b"From: Peter Hill <peter@hill.example>\n", b""), "hello", "no sender"),
    ],
)
def test_what_is_broken_is_read_as_far_as_it_goes_and_told(broken: bytes, text: str, problem: str) -> None:
    message = read_message(broken)
    assert message.text.strip() == text
    assert problem in message.problems
