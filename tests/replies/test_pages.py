"""What is new in mails that are HTML only, and under heads and footers of many programs."""

# ruff: noqa: E501 (pages as they come, a line each)

from __future__ import annotations

import pytest

from dunwell.replies.quoting import new_text
from tests.replies.mails import mail


def squashed(text: str) -> str:
    return " ".join(text.split())


def new(body: str) -> str:
    return squashed(new_text(mail(body)).text)


# Pages as mail programs make them, and what is new in them.
PAGES = [
    (
        '<div>Reply</div><hr id="stopSpelling">Date: Tue, 4 May 2026 09:30:00 +0200<br>From: a@b.example<br>To: c@d.example<br>Subject: x<br><br>old',
        "Reply",
    ),
    (
        '<div>Reply</div><div style="padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; border-top-style: solid;"><div><font face="Calibri"><b>From:</b>&nbsp;<a href="mailto:a@b.example">A</a><br><b>Sent:</b>&nbsp;Monday, 4 May 2026 9:30<br><b>To:</b>&nbsp;c</font></div></div><div>old</div>',
        "Reply",
    ),
    (
        "<p>Reply</p><table><tr><td>From:</td><td>A &lt;a@b.example&gt;</td></tr><tr><td>Sent:</td><td>Monday</td></tr><tr><td>To:</td><td>c</td></tr><tr><td>Subject:</td><td>x</td></tr></table><p>old</p>",
        "Reply",
    ),
    (
        "<html><body><div>Reply</div><div><br></div><div>-----Original Message-----<br>From: A &lt;a@b.example&gt;<br>To: c<br>Sent: Mon, May 4, 2026 9:30 am<br>Subject: x<br></div><div>old</div></body></html>",
        "Reply",
    ),
    (
        '<div dir="auto">Reply<div dir="auto"><br></div><div data-smartmail="gmail_signature" dir="auto">Peter<br>Hill Ltd</div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 4 May 2026, 09:30 A, &lt;<a href="mailto:a@b.example">a@b.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote">old</blockquote></div>',
        "Reply",
    ),
    (
        '<div>Reply<span class="gmail_signature_prefix">-- </span><div class="gmail_signature">Peter</div></div>',
        "Reply",
    ),
    (
        '<div style="font-family:Calibri">Reply</div><div id="mail-editor-reference-message-container"><div class="ms-outlook-mobile-reference-message"><b>From:</b> A</div>old</div>',
        "Reply",
    ),
    (
        '<div>Answer 1</div><div class="gmail_quote"><div class="gmail_attr">On 4 May 2026 A wrote:</div><blockquote class="gmail_quote">q1</blockquote><div>inline answer</div><blockquote class="gmail_quote">q2</blockquote></div>',
        "Answer 1 inline answer",
    ),
    ("<p>Reply</p><p>Von: A &lt;a@b.example&gt; <br>Gesendet: Montag<br>An: B<br>Betreff: x</p><p>alt</p>", "Reply"),
    (
        "<p class=MsoNormal>Reply</p><div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>Od:</b> A<br></p></div></div><p>stare</p>",
        "Reply",
    ),
    ('<div class="protonmail_quote">On Monday A wrote:<blockquote>old</blockquote></div>', ""),
    (
        'Reply<br><br>Sent from <a href="https://go.onelink.me/">Yahoo Mail for iPhone</a><br><br><p>On Monday, May 4, 2026, 9:30 AM, A &lt;a@b.example&gt; wrote:</p><blockquote>old</blockquote>',
        "Reply",
    ),
    (
        "<body><p>Buongiorno,<br>pagato.</p><p>Saluti</p><div><table><tr><td><b>Mario Rossi</b><br>Amministrazione</td></tr><tr><td>Tel. +39 055 1234567</td><td>info@rossi.example</td></tr></table></div></body>",
        "Buongiorno, pagato.",
    ),
]


@pytest.mark.parametrize(("page", "expected"), PAGES)
def test_pages(page: str, expected: str) -> None:
    assert squashed(new_text(mail(page, kind="text/html")).text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'We looked into it: paid.\n\nOn Mon, May 4, 2026 at 9:30 AM -0700, "Berg Ltd" <a@b.example> wrote:\n\n   \n\n'
            "Dear Peter,\n\nplease pay.\n\nOn May 3, 2026, at 8:15 AM, Peter <p@hill.example> wrote:\n\nwhich one?",
            "We looked into it: paid.",
        ),
        ("Paid on Monday.\n\n2026-05-04 Anna Berg <a@b.example>\n\n> please pay", "Paid on Monday."),
        (
            "payé hier\n\nDe : Anna Berg [mailto:a@b.example]\nEnvoyé : lundi 4 mai 2026 09:30\nÀ : Luc\nObjet : Relance\n\nvieux",
            "payé hier",
        ),
        (
            "CAUTION: This email originated from outside the organisation. Do not click links.\n\nWe pay Friday.",
            "We pay Friday.",
        ),
        (
            "Hallo,\n\nbezahlt.\n\nAm Dienstag, den 05.05.2026, 10:11 +0200 schrieb Anna Berg:\n> alt\n> alt2",
            "Hallo, bezahlt.",
        ),
        (
            "ok\n\nEn date de : Lun 4.5.26, Anna Berg <a@b.example> a écrit :\n\n\nDe: Anna Berg <a@b.example>\nObjet: Relance\n",
            "ok",
        ),
        (
            "ok\n\n--- On Mon, 5/4/26, Anna Berg <a@b.example> wrote:\n\nFrom: Anna Berg <a@b.example>\nSubject: x\n\nold",
            "ok",
        ),
        ("ok\n________________________________\nFrom: Anna Berg <a@b.example>\nSent: Monday\n\nold", "ok"),
        ("paid\n\nAnna Berg\n04/05/2026 09:30\n\nTo\npeter@hill.example\ncc\n\nSubject\nReminder\n\nold text", "paid"),
        (
            "paid\n\nFrom:\tAnna Berg <a@b.example>\nTo:\tPeter\nDate:\t04/05/2026 09:30\nSubject:\tReminder\n\nold text",
            "paid",
        ),
        ("Ja.\n\n> Am 04.05.2026 um 09:30 schrieb Anna <a@b.example>:\n> \n> alt", "Ja."),
        (
            "Paid.\n\n\n\nThis message was sent from my Android mobile phone with K-9 Mail.\n\nAnna Berg <a@b.example> schrieb:\n>alt",
            "Paid.",
        ),
        (
            "Hi,\n\nok\n\n-------- Messaggio originale --------\nDa: Anna <a@b.example> \nData: 04/05/26 09:30 (GMT+01:00) \nA: x@y.example \nOggetto: Sollecito \n\nvecchio",
            "Hi, ok",
        ),
        (
            "ok\n\nWysłane z telefonu Samsung\n\n-------- Oryginalna wiadomość --------\nOd: A\nData: x\nDo: y\nTemat: z\n\nold",
            "ok",
        ),
    ],
)
def test_heads_and_footers_of_many_programs(body: str, expected: str) -> None:
    assert new(body) == expected
