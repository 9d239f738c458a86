"""What is shipped to be deployed: every name in it leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.settings import Settings
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "deployments"
COMPOSE = yaml.safe_load((HERE / "compose.yaml").read_text("utf-8"))
SHIPPED = dict(re.findall(r"^([A-Z_]+)=(.*)$", (HERE / "prefect.env").read_text("utf-8"), re.M))


def known(model: type[BaseModel], prefix: str = "PREFECT") -> set[str]:
    """Prefect's settings by their variables."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        below = field.annotation
        if isinstance(below, type) and issubclass(below, BaseModel):
            found |= known(below, f"{prefix}_{name.upper()}")
        else:
            found.add(f"{prefix}_{name.upper()}")
    return found


def test_the_settings_shipped_are_prefects_own() -> None:
    """Prefect ignores a variable that it does not know, without a word."""
    assert set(SHIPPED) - {"DO_NOT_TRACK"} - known(Settings) == set()


def test_kubernetes_sets_what_one_machine_does() -> None:
    for file in ("server-values.yaml", "worker-values.yaml"):
        values = yaml.safe_load((HERE / "kubernetes" / file).read_text("utf-8"))
        part: dict[str, Any] = values.get("server") or values["worker"]
        for one in part.get("env", []) + part.get("extraEnvVars", []):
            assert one["value"] == SHIPPED.get(one["name"], one["value"]), one["name"]
    job = yaml.safe_load((HERE / "kubernetes" / "migrate.yaml").read_text("utf-8"))
    assert job["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_names_what_there_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
    for file in service.get("env_file", []):
        assert (HERE / file).exists()
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        there = source in COMPOSE["volumes"] or source == "./firm" or (HERE / source).exists()
        assert there, volume
    text = str(service)
    for secret in re.findall(r"/run/secrets/(\w+)", text):
        assert secret in service["secrets"], secret
    # No secret stands in the file or in the environment: each is read from a file.
    assert not re.search(r"PASSWORD'?: '(?!/run/secrets)", text)


def test_the_image_copies_what_there_is_and_is_not_root() -> None:
    text = (HERE / "Dockerfile").read_text("utf-8")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(one.startswith("!") and source.startswith(one[1:]) for one in ignored), source
    assert text.rindex("\nUSER 10001") > text.rindex("\nFROM")
    assert "--require-hashes" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in (HERE / "systemd").iterdir():
        text = re.sub(r"/srv/dunwell/bin/\w+", shutil.which("true") or "", unit.read_text("utf-8"))
        name = unit.name.replace("@", "@1")
        (tmp_path / name).write_text(text.replace("User=dunwell", "User=daemon"), encoding="utf-8")
    names = sorted(str(file) for file in tmp_path.iterdir())
    ended = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    said = [line for line in ended.stderr.splitlines() if "dunwell" in line]
    assert (ended.returncode, said) == (0, [])
