"""The gallery: one page that shows every letter in every language, as phones and desktops show it, light and dark."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from dunwell.desk import rendering
from dunwell.desk.rendering import Rendered
from dunwell.letters.templates import Library
from dunwell.terms.letter import LETTERS
from dunwell.terms.moment import Moment

_DARK = "@media (prefers-color-scheme: dark)"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Letters</title>
<style>
  :root { color-scheme: light; }
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: #e9ecef; color: #1d2329; }
  header { position: sticky; top: 0; z-index: 1; padding: 12px 24px; border-bottom: 1px solid #d5dadf;
    background: #ffffff; display: flex; flex-wrap: wrap; gap: 16px; align-items: center; }
  h1 { margin: 0; font-size: 17px; }
  select { font: inherit; padding: 4px 8px; }
  main { display: flex; flex-wrap: wrap; gap: 24px; padding: 24px; align-items: flex-start; }
  figure { margin: 0; }
  figcaption { margin: 0 0 8px; font-size: 13px; color: #5c6771; }
  iframe { border: 1px solid #d5dadf; border-radius: 6px; background: #ffffff; height: 1500px; }
</style>
</head>
<body>
<header>
  <h1>Letters</h1>
  <label>Language <select id="language">LANGUAGES</select></label>
  <label>Letter <select id="letter">LETTERS</select></label>
  <label>Light <select id="light"><option value="">light</option><option value="-dark">dark</option></select></label>
  <a id="pdf" href="#">Statement (PDF)</a>
  <strong id="subject" dir="auto"></strong>
</header>
<main>
  <figure><figcaption>390 px</figcaption><iframe id="phone" width="390" title="on a phone"></iframe></figure>
  <figure><figcaption>800 px</figcaption><iframe id="desktop" width="800" title="on a desktop"></iframe></figure>
  <figure><figcaption>text</figcaption><iframe id="text" width="620" title="as text"></iframe></figure>
</main>
<script>
  const subjects = SUBJECTS;
  const at = (id) => document.getElementById(id);
  function turn() {
    const [language, letter] = [at("language").value, at("letter").value];
    const base = language + "/" + letter;
    at("phone").src = at("desktop").src = base + at("light").value + ".html";
    at("text").src = base + ".txt.html";
    at("pdf").href = base + ".pdf";
    at("subject").textContent = subjects[base];
    location.hash = base + at("light").value;
  }
  const [language, letter] = location.hash.slice(1).replace(/-dark$/, "").split("/");
  if (letter) { at("language").value = language; at("letter").value = letter; }
  if (location.hash.endsWith("-dark")) at("light").value = "-dark";
  for (const id of ["language", "letter", "light"]) at(id).onchange = turn;
  turn();
</script>
</body>
</html>
"""


def write_gallery(
    library: Library, languages: Sequence[str], folder: Path, moment: Moment, step: Callable[[], None]
) -> Path:
    """Write the gallery into `folder`; returns its page. Raises LetterError where a letter is unsound."""
    subjects: dict[str, str] = {}
    for language in languages:
        place = folder / language
        place.mkdir(parents=True, exist_ok=True)
        for letter in LETTERS:
            rendered = rendering.with_samples(library, letter, language, moment)
            _write(place, letter, rendered)
            subjects[f"{language}/{letter}"] = rendered.letter.subject
            step()
    page = folder / "index.html"
    page.write_text(_filled(languages, subjects), "utf-8")
    return page


def _write(place: Path, letter: str, rendered: Rendered) -> None:
    html = rendered.letter.html
    for picture in rendered.pictures:
        data = base64.b64encode(picture.content).decode()
        html = html.replace(f"cid:{picture.name}", f"data:image/{picture.kind};base64,{data}")
    # Forced either way: a page cannot tell a frame which of the two it prefers.
    (place / f"{letter}.html").write_text(html.replace(_DARK, "@media not all"), "utf-8")
    (place / f"{letter}-dark.html").write_text(html.replace(_DARK, "@media all"), "utf-8")
    look = '<pre dir="auto" style="font:13px/1.45 monospace">'
    text = f'<!doctype html><meta charset="utf-8">{look}{escape(rendered.letter.text)}</pre>'
    (place / f"{letter}.txt.html").write_text(text, "utf-8")
    (place / f"{letter}.pdf").write_bytes(rendered.pdf)


def _filled(languages: Sequence[str], subjects: dict[str, str]) -> str:
    options = {"LANGUAGES": languages, "LETTERS": LETTERS}
    page = _PAGE
    for blank, names in options.items():
        page = page.replace(blank, "".join(f"<option>{escape(name)}</option>" for name in names))
    # A subject in a script must not end it.
    return page.replace("SUBJECTS", json.dumps(subjects, ensure_ascii=False).replace("</", "<\\/"))
