"""What is new in a mail, in the forms that mail programs give it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dunwell.replies.headers import Address
from dunwell.replies.message import read_message
from dunwell.replies.quoting import new_text
from tests.replies.mails import mail

FORMS = Path(__file__).resolve().parents[1] / "corpus" / "forms"
EXPECTED: dict[str, str] = json.loads((FORMS / "new_text.json").read_text("utf-8"))


def squashed(text: str) -> str:
    return " ".join(text.split())


def new(body: str, subject: str = "Re: Payment reminder") -> str:
    return squashed(new_text(mail(body, subject)).text)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_forms_of_mail_programs(name: str) -> None:
    assert squashed(new_text(read_message((FORMS / name).read_bytes())).text) == squashed(EXPECTED[name])


def test_every_form_has_its_new_text() -> None:
    assert {path.name for path in FORMS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if name.startswith("forward-")])
def test_a_forward_is_read_as_the_first_writers(name: str) -> None:
    forwarded = new_text(read_message((FORMS / name).read_bytes())).forwarded
    assert forwarded is not None
    assert forwarded.sender == Address("accounts@creditor.example", forwarded.sender.name)
    assert forwarded.written
    assert squashed(forwarded.text) == squashed(EXPECTED[f"gmail-{name[-6:]}"])


# Attribution lines of many programs and languages, above a quotation with signs and one without.
ATTRIBUTIONS = [
    "On Mon, May 4, 2026 at 9:30 AM Anna Berg <a@b.example> wrote:",
    'On 5/4/26, 9:30 AM, "Anna Berg" <a@b.example> wrote:',
    "Am 4. Mai 2026 um 09:30:12 MESZ schrieb Anna Berg <a@b.example>:",
    "Anna Berg <a@b.example> hat am 04.05.2026 09:30 CEST geschrieben:",
    "Anna Berg <a@b.example> schrieb am Mo., 4. Mai 2026, 09:30:",
    "Il 04/05/2026 09:30, Anna Berg <a@b.example> ha scritto:",
    "Le lun. 4 mai 2026 à 09:30, Anna Berg <a@b.example> a écrit :",
    "În data de lun., 4 mai 2026 la 09:30, Anna Berg <a@b.example> a scris:",
    "пн, 4 мая 2026 г., 9:30 Анна Берг <a@b.example>:",
    "Понедельник, 4 мая 2026, 9:30 +03:00 от Анна Берг <a@b.example>:",
    '04.05.2026, 09:30, "Анна Берг" <a@b.example>:',
    "в тот день, 4 мая 2026 г. в 9:30, Анна Берг <a@b.example> написала:",
    "در دوشنبه ۱۴ اردیبهشت ۱۴۰۵ ساعت ۹:۳۰ آنا برگ <a@b.example> نوشت:",
    "El lun, 4 may 2026 a las 9:30, Anna Berg (a@b.example) escribió:",
    "Em seg., 4 de mai. de 2026 às 09:30, Anna Berg <a@b.example> escreveu:",
    "Op ma 4 mei 2026 om 09:30 schreef Anna Berg <a@b.example>:",
    "Den mån 4 maj 2026 kl 09:30 skrev Anna Berg <a@b.example>:",
    "man. 4. mai 2026 kl. 09:30 skrev Anna Berg <a@b.example>:",
    "pon., 4 maj 2026 o 09:30 Anna Berg <a@b.example> napisał(a):",
    "po 4. 5. 2026 v 9:30 odesílatel Anna Berg <a@b.example> napsal:",
    "Anna Berg <a@b.example> ezt írta (időpont: 2026. máj. 4., H, 9:30):",
    "ma 4. toukok. 2026 klo 9.30 Anna Berg (a@b.example) kirjoitti:",
    "Στις Δευ 4 Μαΐ 2026 στις 9:30 π.μ., ο χρήστης Anna Berg <a@b.example> έγραψε:",
    "2026年5月4日(月) 9:30 Anna Berg <a@b.example>:",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
@pytest.mark.parametrize("sign", ["> ", ""])
def test_attributions(line: str, sign: str) -> None:
    assert new(f"Paid today.\n\n{line}\n\n{sign}Please pay by 11 May.\n{sign}Anna") == "Paid today."


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_attributions_folded_over_lines(line: str) -> None:
    for place in (line.find("<") + 1, line.rfind(" ")):
        if place > 1:
            folded = f"{line[:place]}\n{line[place:].lstrip()}"
            assert new(f"Paid today.\n\n{folded}\n\n> Please pay by 11 May.") == "Paid today."


# What must stay, to the last word.
KEPT = [
    "We pay 3 May.\nTel. 055 123456 if questions.",
    "Hello,\n\nAmount: 500 EUR\nDate: 15.05.2026\nIBAN: DE02 1203 0000 0000 2020 51",
    "Our new details:\nJohn Smith\njohn@smith.example\n+44 20 7946 0000\n\nWe will pay on Friday.",
    "Please contact our accountant:\n\nMaria Rossi\nmaria@rossi.example\n+39 055 123456",
    "We'll pay.\n\nThanks in advance for your patience and please resend the invoice",
    "Die Rechnung haben wir am 3. Mai bezahlt. Mit freundlichen Grüßen Max Müller",
    "Paid.\n\nOn 3 May you wrote that it was due: that is wrong.",
    "Am 3. Mai schrieben Sie, dass die Rechnung offen ist. Das stimmt nicht.",
    "Le 3 mai vous avez écrit : la facture est due. C'est faux.",
    "Hi,\n\nfrom: 1 May\nto: 5 May\n\nwe are closed. We pay on 6 May.",
    "Paid, here is the slip:\n\nFrom: Hill Ltd\nTo: Creditor Ltd\nDate: 04/05/2026\nAmount: 1,200.00 GBP",
    "Voici les détails :\n\nBanque : BNP\nDate : 04/05/2026\nMontant : 500 €",
    "Thanks.\n\nBest regards\nPeter\n\nWe will pay the open 1,200.00 on 15 May.",
    "Kind regards to Anna, and we pay on Friday.",
    "Payment done.\n\nSent via bank transfer today",
    "We pay next week.\n--\nand the rest in June, as agreed with Anna on the phone.",
    "The invoice was received in error, we never ordered this.",
    "Please unsubscribe this address.",
    "Our terms:\n----\n1. 500 on Friday\n----\n2. 700 in June",
    "Grazie\nPago venerdi",
    "Thanks\nWill pay Friday",
    "Спасибо\nОплатим в пятницу",
    "با تشکر\nجمعه پرداخت می‌کنم",
    "Hallo\n\nDanke\n\nMax\n\nzahle morgen",
    "Sent from my iPhone\n\nWe pay Friday",
    "See >>> here <<< for the proof:\n>>> https://x.example <<<\nand pay us back.",
]


@pytest.mark.parametrize("body", KEPT)
def test_words_of_the_writer_are_kept(body: str) -> None:
    assert new(body) == squashed(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("> Pay now\n\nYes on Friday", "Yes on Friday"),
        ("Hi\n\nMy colleague wrote:\n\n> we pay Friday\n\nThat is right.", "Hi That is right."),
        ("reply On Mon, May 4, 2026 at 9:30 AM, a@b.example wrote:\n> old", "reply"),
        ("> see the page http://x.example/a\n_id=2026-114)\n> end\n\nYes", "Yes"),
        (
            "Grazie, paghiamo il 15.\n\nMario Rossi\nRossi Srl\nTel 055/123456\ninfo@rossi.example",
            "Grazie, paghiamo il 15.",
        ),
        (
            "We dispute it.\n\nRegards,\nJ. Smith\n\nThis e-mail is confidential.\n\nRegistered in England No. 1",
            "We dispute it.",
        ),
        ("Yes.\n\nVirus-free. www.avast.com", "Yes."),
        ("Ja.\n\nMfG\nMax\n\nMax GmbH\nMusterstr. 1\n12345 Ort\nAmtsgericht Ort HRB 1\nUSt-IdNr.: DE123456789", "Ja."),
        ("Yes.\n\n_____________________\nlist mailing list\nlist@lists.example\nhttp://lists.example/info", "Yes."),
        ("", ""),
    ],
)
def test_quotations_and_signatures_go(body: str, expected: str) -> None:
    assert new(body) == expected


def test_what_is_taken_away_is_told() -> None:
    quoted = new_text(mail("Yes.\n\n-- \nPeter\n\nOn 4 May 2026 at 09:30, A <a@b.example> wrote:\n> old"))
    assert (quoted.text, quoted.interleaved) == ("Yes.", False)
    assert "> old" in quoted.quoted
    assert "Peter" in quoted.signature


def test_answers_among_quoted_lines_are_told() -> None:
    assert new_text(mail("> Will you pay?\n\nYes.\n\n> When?\n\nFriday.")).interleaved


def test_an_answer_is_no_forward() -> None:
    body = "We pay.\n\nFrom: Anna <a@b.example>\nSent: Monday, 4 May 2026\nTo: P\nSubject: x\n\nold"
    assert new_text(mail(body)).forwarded is None
