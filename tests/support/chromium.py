"""A real Chromium, headless, with an empty profile of its own, driven over the DevTools protocol."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-extensions", "--mute-audio", "--remote-debugging-port=0",
)  # fmt: skip
_PATIENCE = 20.0
_KEYS = {"Enter": ("\r", 13), "Tab": ("\t", 9), "Escape": ("", 27)}


class Browser:
    """One browser; each page has a profile of its own, so that no cookie goes from one to another."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dunwell-chromium-"))
        self._process = subprocess.Popen(
            [str(BINARY), *_FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wire = self._connected()
        self._number = 0
        self._events: list[dict[str, Any]] = []

    def _connected(self) -> ClientConnection:
        told, until = self._folder / "DevToolsActivePort", time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if told.exists() and len(lines := told.read_text().splitlines()) > 1:
                return connect(f"ws://127.0.0.1:{lines[0]}{lines[1]}", max_size=None, compression=None)
            time.sleep(0.05)
        raise TimeoutError("Chromium did not start")

    def close(self) -> None:
        self._wire.close()
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """One command, and its result."""
        self._number += 1
        own = {"sessionId": session} if session else {}
        self._wire.send(json.dumps({"id": self._number, "method": method, "params": parameters, **own}))
        while True:
            heard = json.loads(self._wire.recv(_PATIENCE))
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise RuntimeError(f"{method}: {heard['error']}")
                result: dict[str, Any] = heard["result"]
                return result
            self._events.append(heard)

    @contextmanager
    def page(self, width: int = 1280, height: int = 900, *, dark: bool = False) -> Iterator[Page]:
        """A new page in a new profile."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        found = Page(self, session)
        found.looks(width, height, dark=dark)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable", session)
        try:
            yield found
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=context)

    def heard(self, session: str, *methods: str) -> list[dict[str, Any]]:
        """What a page told of itself."""
        self.call("Runtime.evaluate", session, expression="1")
        return [one["params"] for one in self._events if one.get("sessionId") == session and one["method"] in methods]


class Page:
    """A page as a person uses it."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def looks(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """Set the size of the window and the colours that the person likes."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def go(self, url: str) -> None:
        """Open an address and wait until it is there."""
        before = self._stamp()
        self._call("Page.navigate", url=url)
        self._settle(before)

    def does(self, script: str) -> Any:
        """What a script on the page gives; the page's own policy does not bind it."""
        found = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise AssertionError(found["exceptionDetails"])
        return found["result"].get("value")

    def fill(self, selector: str, text: str) -> None:
        """Write into a field."""
        self.does(
            f"(() => {{ const el = document.querySelector({json.dumps(selector)}); el.value = {json.dumps(text)}; "
            "el.dispatchEvent(new Event('input', {bubbles: true})); "
            "el.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def click(self, selector: str, *, leaves: bool = False) -> None:
        """Click; `leaves`: and wait for the page that follows."""
        before = self._stamp()
        self.does(f"document.querySelector({json.dumps(selector)}).click()")
        if leaves:
            self._settle(before)

    def press(self, *keys: str, leaves: bool = False) -> None:
        """Press keys one after another."""
        before = self._stamp()
        for key in keys:
            text, code = _KEYS.get(key, (key, ord(key[0].upper())))
            common = {"key": key, "windowsVirtualKeyCode": code}
            self._call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
            self._call("Input.dispatchKeyEvent", type="keyUp", **common)
        if leaves:
            self._settle(before)

    def until(self, script: str) -> None:
        """Wait until a script gives something true."""
        end = time.monotonic() + _PATIENCE
        while not self.does(script):
            assert time.monotonic() < end, script
            time.sleep(0.02)

    @property
    def text(self) -> str:
        """What is to be read on the page."""
        return str(self.does("document.body.innerText"))

    @property
    def path(self) -> str:
        """Where the page is."""
        return str(self.does("location.pathname"))

    def complaints(self) -> list[str]:
        """What the browser complained of: scripts that failed, and what the policy forbade."""
        logged = [one["entry"]["text"] for one in self._browser.heard(self._session, "Log.entryAdded")
                  if one["entry"]["level"] == "error"]  # fmt: skip
        thrown = self._browser.heard(self._session, "Runtime.exceptionThrown")
        return logged + [str(one["exceptionDetails"]) for one in thrown]

    def asked(self) -> list[str]:
        """Every address that the page has asked for."""
        return [one["request"]["url"] for one in self._browser.heard(self._session, "Network.requestWillBeSent")]

    def picture(self, file: Path) -> None:
        """The whole page as a PNG."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        found = self._call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(found["data"]))

    def _stamp(self) -> Any:
        return self.does("performance.timeOrigin")

    def _settle(self, before: Any) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                if self.does(f"performance.timeOrigin !== {before} && document.readyState === 'complete'"):
                    return
            except (RuntimeError, AssertionError):
                pass  # the page is between two documents
            time.sleep(0.02)
        raise TimeoutError("the page did not come")
