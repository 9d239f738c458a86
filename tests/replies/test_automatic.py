"""Machines' mails are known as such, and people's are not."""

from __future__ import annotations

import pytest

from dunwell.replies.automatic import AutomaticKind, automatic
from dunwell.replies.bounces import bounce
from dunwell.replies.message import read_message
from tests.replies.mails import PLAIN, mail, parts

ABSENCES = [
    (
        "Automatic reply: Payment reminder",
        "I am out of the office until 18 May. For urgent matters please contact Jane Doe (jane@hill.example).",
        "until 18 May.",
        "jane@hill.example",
    ),
    (
        "Abwesenheitsnotiz: Mahnung",
        "Ich bin bis einschließlich 15.05.2026 nicht im Büro. Bitte wenden Sie sich an schmidt@hill.example.",
        "bis einschließlich 15.05.2026 nicht im Büro.",
        "schmidt@hill.example",
    ),
    (
        "Risposta automatica: Sollecito",
        "Sono in ferie fino al 18 maggio. Per urgenze: anna@hill.example",
        "fino al 18 maggio.",
        "anna@hill.example",
    ),
    (
        "Réponse automatique : Relance",
        "Je suis absente du bureau jusqu'au 18 mai. En cas d'urgence : paul@hill.example",
        "jusqu'au 18 mai.",
        "paul@hill.example",
    ),
    (
        "Răspuns automat: Notificare",
        "Sunt în concediu până pe 18 mai. Pentru urgențe: ana@hill.example",
        "până pe 18 mai.",
        "ana@hill.example",
    ),
    (
        "Автоматический ответ: Напоминание",
        "Я в отпуске до 18 мая. По срочным вопросам: anna@hill.example",
        "до 18 мая.",
        "anna@hill.example",
    ),
    (
        "پاسخ خودکار: یادآوری",
        "تا تاریخ ۲۸ اردیبهشت در مرخصی هستم. در موارد فوری: karimi@hill.example",
        "تا تاریخ ۲۸ اردیبهشت در مرخصی هستم.",
        "karimi@hill.example",
    ),
    (
        "Respuesta automática: Recordatorio",
        "Estoy fuera de la oficina hasta el 18 de mayo. Para asuntos urgentes: ana@hill.example",
        "hasta el 18 de mayo.",
        "ana@hill.example",
    ),
]


@pytest.mark.parametrize(("subject", "body", "until", "substitute"), ABSENCES)
def test_absences(subject: str, body: str, until: str, substitute: str) -> None:
    found = automatic(mail(body, subject))
    assert found is not None
    assert (found.kind, found.until, found.substitutes) == (AutomaticKind.ABSENCE, (until,), (substitute,))


@pytest.mark.parametrize(
    ("body", "subject", "headers", "kind"),
    [
        ("Gone.", "x", {"Auto_Submitted": "auto-replied"}, AutomaticKind.OTHER),
        ("Away until May 5", "x", {"X_Autoreply": "yes"}, AutomaticKind.OTHER),
        ("Ich bin bis zum 15.05. im Urlaub. Ihre E-Mail wird nicht gelesen.", "Re: x", {}, AutomaticKind.ABSENCE),
        ("I am on annual leave.", "Re: x", {"Return_Path": "<>"}, AutomaticKind.ABSENCE),
        ("Unser Büro ist geschlossen.", "Betriebsferien", {"Precedence": "auto_reply"}, AutomaticKind.ABSENCE),
        ("This is an automated message. Ticket number 5.", "Re: x", {}, AutomaticKind.ACKNOWLEDGEMENT),
        ("Please confirm that you are a human: https://x", "Re: x", {}, AutomaticKind.CHALLENGE),
        ("News", "May", {"List_Unsubscribe": "<https://x>"}, AutomaticKind.LIST),
    ],
)
def test_other_machines(body: str, subject: str, headers: dict[str, str], kind: AutomaticKind) -> None:
    found = automatic(mail(body, subject, **headers))
    assert found is not None
    assert found.kind is kind


def test_our_own_mail_come_back() -> None:
    found = automatic(mail("x"), ours={"1@hill.example"})
    assert found is not None
    assert found.kind is AutomaticKind.LOOP


@pytest.mark.parametrize(
    ("kind", "report", "expected"),
    [
        ("message/feedback-report", "Feedback-Type: abuse", AutomaticKind.COMPLAINT),
        ("message/disposition-notification", "Disposition: automatic-action/displayed", AutomaticKind.RECEIPT),
        ("message/delivery-status", "Final-Recipient: rfc822; a@b.example\nAction: delivered", AutomaticKind.DELIVERED),
    ],
)
def test_reports_to_machines(kind: str, report: str, expected: AutomaticKind) -> None:
    message = read_message(parts("multipart/report", PLAIN + "see below", f"Content-Type: {kind}\n\n{report}\n"))
    found = automatic(message)
    assert found is not None
    assert found.kind is expected
    assert bounce(message) is None


ANSWER = {"In_Reply_To": "<1@creditor.example>"}


@pytest.mark.parametrize(
    ("subject", "body", "headers"),
    [
        ("Re: x", "I am out of the office this week, but we will pay on Friday 15 May.", ANSWER),
        ("Re: x", "We pay on Friday.\n\n> I am out of the office until 18 May. In urgent cases ask Jane.", ANSWER),
        ("Re: Undelivered Mail Returned to Sender", "It bounced:\n\n> 550 5.1.1 user unknown <a@b.example>", ANSWER),
        ("Re: Delivery failed", "The parcel could not be delivered. We do not pay.", ANSWER),
        ("Delivery problem with order 123", "Your delivery failed: the parcel could not be delivered.", {}),
        ("Re: Zahlungserinnerung", "Frau Maier ist bis 15. Mai im Urlaub, danach zahlen wir.", ANSWER),
        ("RE: Relance", "Notre comptable est en congé, nous paierons à son retour le 18 mai.", ANSWER),
        ("Re: Sollecito", "Siamo in ferie fino al 18 agosto, paghiamo il 20.", ANSWER),
        ("Re: Напоминание", "Бухгалтер в отпуске до 18 мая, оплатим 19 мая.", ANSWER),
        ("Auto repair invoice", "We pay Friday.", {}),
        ("Urlaub", "Wir zahlen nach dem Urlaub.", {"X_Auto_Response_Suppress": "All", **ANSWER}),
        ("Re: x", "We pay on Friday.", {"List_Unsubscribe": "<https://x>", **ANSWER}),
        ("Re: x", "We pay on Friday.", {"Auto_Submitted": "no"}),
        ("FW: Undeliverable: x", "We moved.\n\nFrom: postmaster@hill.example\nSubject: x\n\nDelivery has failed", {}),
    ],
)
def test_people_are_no_machines(subject: str, body: str, headers: dict[str, str]) -> None:
    message = mail(body, subject, **headers)
    assert (automatic(message), bounce(message)) == (None, None)
