#!/usr/bin/env python3
"""Measure readings of the corpus against its labels (standard library only).

    dunwell reply read --json tests/corpus/mails/*/*.eml > predictions.jsonl
    python tests/corpus/score.py predictions.jsonl [--split seen] [--language it] [--wrong 20]

The predictions hold one object a line, as `dunwell reply read --json` prints them; a mail is found by the end of its
`file` (`it/ok-pago-venerdi.eml`). A mail with no prediction counts as wrong everywhere. For each split and language:

    intent    share of mails whose intent is the label's
    F1        macro F1 over the intents that the labels of this row hold
    promise   promises found with date (or window), amount and condition right, of those labelled
    false     mails in which a promise is read that the label does not have, of all mails
    partial   of the promises found right, those with `partial` right, too
    text      new text right, of the mails whose label has one
    lang      language right
    acted     replies labelled 'act' that are acted on
    act ok    of what is acted on, what is right: see `acting_is_right`

What is wrong is shown for the seen half only: held mails are never looked at while rules are written.
"""

import argparse
import collections
import datetime
import difflib
import json
import pathlib
import re
import sys
from decimal import Decimal, InvalidOperation

HERE = pathlib.Path(__file__).resolve().parent
LANGUAGES = ("en", "it", "fr", "ro", "ru", "fa", "de", "es")
HANDED = {"refusal", "wrong_contact", "question", "payment_details_request", "unsubscribe_or_complaint", "bounce"}
DIGITS = {ord(c): str(i % 10) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩")}
DAY = datetime.timedelta(days=1)
NEAR = 0.95


def squashed(text):
    """The text with white space, marks of quoting and invisible signs made the same."""
    return re.sub(r"[\s>]+", " ", re.sub("[\u200b\u200e\u200f\ufeff]", "", text or "")).strip()


def near(got, want):
    """Whether two texts are the same, white space aside, or nearly."""
    got, want = squashed(got), squashed(want)
    if got == want:
        return True
    if not got or not want or min(len(got), len(want)) / max(len(got), len(want)) < NEAR - 0.1:
        return False
    return difflib.SequenceMatcher(None, got, want, autojunk=False).ratio() >= NEAR


def text_right(got, label):
    """Whether the new text is the label's, or one of the others it allows (a typed closing left out)."""
    return any(near(got, want) for want in [label["new_text"], *label["new_text_also"]])


def day(text):
    """A date of the labels or predictions, or nothing."""
    try:
        return datetime.date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def span(promise):
    """First and last day of a promise's window, or nothing where it has none."""
    window = promise.get("window")
    if isinstance(window, dict):
        window = [window.get("start") or window.get("from"), window.get("end") or window.get("to")]
    if not window or len(window) != 2 or not all(day(end) for end in window):
        return None
    return day(window[0]), day(window[1])


def rest_days(language):
    """The days of the week on which nobody works, as Python counts them."""
    return (4,) if language == "fa" else (5, 6)


def inwards(window, language):
    """The window with its ends moved off days of rest, inwards."""
    first, last = window
    while first < last and first.weekday() in rest_days(language):
        first += DAY
    while last > first and last.weekday() in rest_days(language):
        last -= DAY
    return first, last


def when_right(got, want, language):
    """Whether a promise's day, or window, is the label's.

    A labelled day wants that day, or a window that ends on it. A labelled window wants the same window (its ends may
    be moved off days of rest), a window inside it that ends on the same working day, or the day on which it is due.
    """
    due, theirs = day(got.get("date")), span(got)
    wanted = span(want)
    if wanted is None:
        if due or not theirs:
            return due == day(want.get("date"))
        return theirs[1] == day(want.get("date"))
    wanted_first, wanted_last = inwards(wanted, language)
    if theirs:
        first, last = inwards(theirs, language)
        return last == wanted_last and first >= wanted_first
    return due in {wanted_last, day(want.get("date"))}


def number(text):
    """An amount as a decimal, or nothing."""
    try:
        return None if text is None else Decimal(str(text))
    except InvalidOperation:
        return None


def promise_right(got, want, language):
    """Date, amount and condition of one promise."""
    return (
        when_right(got, want, language)
        and number(got.get("amount")) == number(want["amount"])
        and bool(got.get("conditional")) == want["conditional"]
    )


def paired(got, want, language):
    """The promises of the label that are found, each with the one that answers it; and how many are left over."""
    left, pairs = list(got), []
    for one in want:
        match = next((other for other in left if promise_right(other, one, language)), None)
        if match is not None:
            left.remove(match)
            pairs.append((match, one))
    return pairs, len(left)


def acting_is_right(got, label, complete):
    """Whether acting on this reading would have done no wrong.

    The intent must be right and, where there are promises, all of them and no other. Where the label says that a
    person has to look, acting is right only for intents whose act is to hand the mail to a person.
    """
    if got.get("intent") != label["intent"] or not complete:
        return False
    return label["action"] == "act" or label["intent"] in HANDED


class Row:
    """The counts of one split and language."""

    def __init__(self):
        self.count = collections.Counter()
        self.true, self.guessed, self.hit = collections.Counter(), collections.Counter(), collections.Counter()

    def add(self, label, got):
        """Count one mail and say what is wrong with its reading."""
        count, wrong, language = self.count, [], label["language"]
        count["mails"] += 1
        self.true[label["intent"]] += 1
        self.guessed[got.get("intent")] += 1
        if got.get("intent") == label["intent"]:
            self.hit[label["intent"]] += 1
        else:
            wrong.append(f"intent {got.get('intent')}, not {label['intent']}")
        complete = self.add_promises(label, got, wrong)
        if label["new_text"] is not None:
            count["texts"] += 1
            if text_right(got.get("new_text"), label):
                count["text"] += 1
            else:
                wrong.append(f"new text {squashed(got.get('new_text'))[:160]!r}")
        if got.get("language") == language:
            count["language"] += 1
        else:
            wrong.append(f"language {got.get('language')}")
        if label["action"] == "act":
            count["to act"] += 1
            count["acted"] += got.get("action") == "act"
        if got.get("action") == "act":
            count["acts"] += 1
            if acting_is_right(got, label, complete):
                count["act right"] += 1
            else:
                wrong.append("ACTED ON")
        return wrong

    def add_promises(self, label, got, wrong):
        """Count the promises of one mail; whether they are all found and no other is."""
        count, read = self.count, got.get("promises") or []
        pairs, extra = paired(read, label["promises"], label["language"])
        count["promises"] += len(label["promises"])
        count["found"] += len(pairs)
        count["partial"] += sum(bool(theirs.get("partial")) == ours["partial"] for theirs, ours in pairs)
        if len(pairs) < len(label["promises"]):
            wrong.append(f"promises {brief(read)}, not {brief(label['promises'])}")
        if len(read) > len(label["promises"]):
            count["false"] += 1
            wrong.append(f"a promise too many: {brief(read)}")
        return len(pairs) == len(label["promises"]) and not extra

    def macro_f1(self):
        """The mean of the F1 of every intent that occurs in the labels."""
        scores = [2 * self.hit[one] / (self.true[one] + self.guessed[one]) for one in self.true]
        return sum(scores) / len(scores) if scores else 0.0

    def line(self, split, language):
        """The row as a line of the table."""
        count = self.count
        cells = [
            share(sum(self.hit.values()), count["mails"]),
            f"{100 * self.macro_f1():6.1f}",
            share(count["found"], count["promises"]),
            share(count["false"], count["mails"]),
            share(count["partial"], count["found"]),
            share(count["text"], count["texts"]),
            share(count["language"], count["mails"]),
            share(count["acted"], count["to act"]),
            share(count["act right"], count["acts"]),
        ]
        return f"{split:5} {language:4} {count['mails']:5}  " + "  ".join(f"{cell:>7}" for cell in cells)


def share(part, whole):
    """A percentage, or a dash where there is nothing to take it of."""
    return f"{100 * part / whole:6.1f}" if whole else "     -"


def brief(promises):
    """Promises in few words."""
    return [f"{one.get('date') or one.get('window')} {one.get('amount') or ''}".strip() for one in promises or []]


def read_lines(path):
    """The objects of a .jsonl file, or of standard input."""
    text = sys.stdin.read() if path == "-" else pathlib.Path(path).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def key(file):
    """The language's folder and the name of a mail, by which label and prediction meet."""
    return "/".join(pathlib.PurePath(file).parts[-2:])


def main():
    """Score the predictions named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("predictions", help="a .jsonl file, or - for standard input")
    parser.add_argument("--labels", default=HERE / "labels.jsonl")
    parser.add_argument("--split", choices=("seen", "held"), help="this half only")
    parser.add_argument("--language", choices=LANGUAGES, help="this language only")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong readings of the seen half")
    options = parser.parse_args()

    predicted = {key(one["file"]): one for one in read_lines(options.predictions)}
    rows, shown, missing = collections.defaultdict(Row), [], 0
    for label in read_lines(options.labels):
        if options.split not in (None, label["split"]) or options.language not in (None, label["language"]):
            continue
        got = predicted.get(key(label["file"]))
        missing += got is None
        wrong = rows[label["split"], label["language"]].add(label, got or {})
        rows[label["split"], "all"].add(label, got or {})
        if wrong and label["split"] == "seen":
            shown.append(f"{label['file']}: {'; '.join(wrong)}")

    for line in shown[: options.wrong]:
        print(line)
    print(
        f"{'split':5} {'':4} {'mails':>5}  "
        + "  ".join(
            f"{name:>7}" for name in ("intent", "F1", "promise", "false", "partial", "text", "lang", "acted", "act ok")
        )
    )
    for split in ("seen", "held"):
        for language in (*LANGUAGES, "all"):
            if (split, language) in rows:
                print(rows[split, language].line(split, language))
    if missing:
        print(f"{missing} mails have no prediction and count as wrong")


if __name__ == "__main__":
    main()
