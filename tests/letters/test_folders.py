"""Folders of templates: what `check` finds that no letter would ever be made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunwell.letters.templates import Library, builtin_folder


def told(folder: Path, only: tuple[str, ...] | None = None) -> str:
    return "\n".join(str(error) for error in Library(folder).check(only=only))


def letter(folder: Path, language: str, name: str = "late", change: tuple[str, str] = ("", "")) -> None:
    text = (builtin_folder() / language.partition("-")[0].lower() / "late.md.j2").read_text("utf-8")
    assert change[0] in text
    (folder / language).mkdir(exist_ok=True)
    (folder / language / f"{name}.md.j2").write_text(text.replace(*change), "utf-8")


def test_a_region_needs_no_labels_and_is_checked_all_the_same(tmp_path: Path) -> None:
    letter(tmp_path, "de-AT")
    assert Library(tmp_path).folders() == ("de", "de-AT", "en", "es", "fa", "fr", "it", "ro", "ru")
    assert told(tmp_path, ("de-AT",)) == ""
    letter(tmp_path, "de-AT", change=("{{ closing }}", "{{ closin }}"))
    assert "de-AT/late.md.j2:" in told(tmp_path, ("de-AT",))
    assert "unknown name 'closin'" in told(tmp_path, ("de-AT",))


def test_a_language_is_told_that_it_needs_labels(tmp_path: Path) -> None:
    (tmp_path / "pt").mkdir()
    (tmp_path / "pt" / "late.md.j2").write_text((builtin_folder() / "en" / "late.md.j2").read_text("utf-8"), "utf-8")
    said = told(tmp_path, ("pt",))
    assert f"{tmp_path / 'pt'}: labels.toml is missing" in said
    assert f"{tmp_path / 'pt'}: issued.md.j2 is missing" in said
    assert "pt" in Library(tmp_path).folders(), "the whole check looks at it too"


@pytest.mark.parametrize(("name", "proposed"), [("de_at", "de-AT"), ("DE", "de"), ("de-at", "de-AT")])
def test_a_folder_that_is_misnamed_is_told(name: str, proposed: str, tmp_path: Path) -> None:
    letter(tmp_path, "de")
    (tmp_path / "de").rename(tmp_path / name)
    assert f"{name}: no language is looked for here: call the folder {proposed}" in told(tmp_path, (proposed,))


def test_one_language_s_check_tells_of_files_that_no_letter_has_the_name_of(tmp_path: Path) -> None:
    letter(tmp_path, "de", "latee")
    assert "there is no letter 'latee': did you mean late.md.j2?" in told(tmp_path, ("de",))
    assert told(tmp_path, ("it",)) == ""
