"""A real Dovecot as a private process on loopback: its own configuration, its own mail, gone with the test run."""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.support.certificates import self_signed

BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin")
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
ssl = yes
ssl_cert = <{folder}/mail.pem
ssl_key = <{folder}/mail.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_max_userip_connections = 100
auth_failure_delay = 0
mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  separator = {separator}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
protocol imap {{
  imap_capability = {capability}
}}
"""
OAUTH2 = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
tokeninfo_url =
force_introspection = yes
"""


class Dovecot:
    """A Dovecot server; any user is let in with `password`, or with a token that `oauth_port` on loopback vouches for.

    `without` are capabilities that it does not tell of; `separator` stands between the levels of folders.
    """

    password = "s3cret-of-the-box"

    def __init__(self, *, separator: str = "/", without: tuple[str, ...] = (), oauth_port: int = 9) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate, _ = self_signed(self.folder)
        # Dovecot's mail processes refuse to run as root.
        self._user = "nobody" if os.getuid() == 0 else getpass.getuser()
        self._group = group = "nogroup" if os.getuid() == 0 else _group()
        capabilities = [
            "IMAP4rev1",
            "SASL-IR",
            "LITERAL+",
            "ENABLE",
            "IDLE",
            "UIDPLUS",
            "MOVE",
            "NAMESPACE",
            "UNSELECT",
        ]
        told = " ".join(name for name in capabilities if name not in without) if without else ""
        text = CONFIGURATION.format(
            folder=self.folder, user=self._user, group=group, separator=separator, password=self.password,
            port=self.port, tls_port=self.tls_port, capability=told,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(text, "utf-8")
        (self.folder / "oauth2.conf").write_text(OAUTH2.format(port=oauth_port), "utf-8")
        (self.folder / "home").mkdir()
        if os.getuid() == 0:
            for one in (self.folder, *self.folder.rglob("*")):
                shutil.chown(one, self._user, group)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert BINARY is not None
        own = {"user": self._user, "group": self._group, "extra_groups": []} if os.getuid() == 0 else {}
        self._process = subprocess.Popen(
            [BINARY, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **own,
        )  # type: ignore[call-overload]  # fmt: skip
        for _ in range(200):
            if self._process.poll() is not None:
                raise AssertionError(f"dovecot ended: {self._process.stderr.read()!r} {self.log()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                    sock.settimeout(5)
                    if sock.recv(100).startswith(b"* OK"):
                        return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"dovecot does not answer: {self.log()}")

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What it wrote."""
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.exists() else ""


def _group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
