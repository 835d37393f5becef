"""One headless Chromium for many pages, driven through its DevTools: what a page shows, says, asks for and paints.

It talks over two pipes (``--remote-debugging-pipe``), so that no port is opened and nothing need be installed for it.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_S = 60.0


def installed() -> str | None:
    """Return the browser's program, None where there is none."""
    return next((place for place in map(shutil.which, BROWSERS) if place), None)


def _cut_off() -> list[str]:
    """Return the command that takes the network away, where that is allowed."""
    if shutil.which("unshare") and subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0:
        return ["unshare", "-rn"]
    return []


class Browser:
    """A running browser; close it when done."""

    def __init__(self, program: str, folder: Path) -> None:
        to_it, from_us = os.pipe()
        from_it, to_us = os.pipe()
        # High numbers first: what the pipes got by chance may be 3 or 4 itself.
        read_end, write_end = (os.dup(fd) for fd in (to_it, to_us))

        def settle() -> None:
            os.dup2(read_end, 3)
            os.dup2(write_end, 4)

        self._process = subprocess.Popen(
            [
                *_cut_off(), program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--hide-scrollbars", "--force-device-scale-factor=1", "--font-render-hinting=none",
                f"--user-data-dir={folder}", "--remote-debugging-pipe",
            ],
            preexec_fn=settle, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for fd in (to_it, to_us, read_end, write_end):
            os.close(fd)
        self._out, self._in = from_us, from_it
        self._number, self._rest = 0, b""
        self._pages: dict[str, Page] = {}

    def send(self, method: str, session: str = "", **params: Any) -> Any:
        """Send a command and return its result, taking in what happens meanwhile."""
        self._number += 1
        number = self._number
        told = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._out, json.dumps(told).encode() + b"\0")
        return self.until(lambda message: message.get("id") == number)["result"]

    def until(self, wanted: Any, patience_s: float = _PATIENCE_S) -> Any:
        """Take in messages until one is wanted, and return it."""
        end = time.monotonic() + patience_s
        while True:
            while b"\0" in self._rest:
                raw, self._rest = self._rest.split(b"\0", 1)
                message = json.loads(raw)
                page = self._pages.get(message.get("sessionId", ""))
                if page is not None and "method" in message:
                    page.take(message["method"], message["params"])
                if "error" in message and "id" in message:
                    raise AssertionError(message["error"])
                if wanted(message):
                    return message
            if not select.select([self._in], [], [], max(end - time.monotonic(), 0))[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self._in, 1 << 20)
            assert part, "the browser ended"
            self._rest += part

    @contextmanager
    def page(self, width: int = 1400, height: int = 900) -> Iterator[Page]:
        """Give an empty page of a size, for as long as the block lasts."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable", session)
        page.resize(width, height)
        try:
            yield page
        finally:
            del self._pages[session]
            self.send("Target.closeTarget", targetId=target)

    def close(self) -> None:
        """End the browser."""
        for fd in (self._out, self._in):
            os.close(fd)
        self._process.terminate()
        self._process.wait(20)


class Page:
    """A page: `said` holds complaints of console and scripts, `asked` every request beyond the page itself."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.said: list[str] = []
        self.asked: list[str] = []
        self._address = ""
        self._loaded = False

    def take(self, method: str, params: dict[str, Any]) -> None:
        """Remember what happens."""
        if method == "Page.javascriptDialogOpening":
            self.said.append(f"dialog: {params['message']}")
            told = {"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": False}}
            os.write(self._browser._out, json.dumps(told | {"sessionId": self._session}).encode() + b"\0")
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.said.append(f"exception: {details.get('exception', {}).get('description', details['text'])}")
        elif method == "Runtime.consoleAPICalled":
            self.said.append(f"console: {[each.get('value') for each in params['args']]}")
        elif method == "Log.entryAdded":
            self.said.append(f"log: {params['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            address = params["request"]["url"]
            if address != self._address and not address.startswith(("data:", "blob:", "about:")):
                self.asked.append(address)
        elif method == "Page.loadEventFired":
            self._loaded = True

    def resize(self, width: int, height: int) -> None:
        """Set the size of the window."""
        self._browser.send(
            "Emulation.setDeviceMetricsOverride", self._session, width=width, height=height, deviceScaleFactor=1,
            mobile=width < 500,
        )  # fmt: skip

    def open(self, content: str | Path, folder: Path | None = None) -> Page:
        """Open a file, or a page that is written into a folder first, and wait until it has loaded."""
        if isinstance(content, str):
            assert folder is not None
            place = folder / f"trang-{self._session[:8]}.html"
            place.write_text(content, encoding="utf-8", newline="\n")
        else:
            place = content
        self._address, self._loaded = place.as_uri(), False
        self.said.clear()
        self.asked.clear()
        self._browser.send("Page.navigate", self._session, url=self._address)
        if not self._loaded:
            self._browser.until(lambda _message: self._loaded)
        return self

    def run(self, script: str) -> Any:
        """Run a script in the page, wait for its promise, and return its value."""
        done = self._browser.send(
            "Runtime.evaluate", self._session, expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def text(self) -> str:
        """Return what a reader sees."""
        return str(self.run("document.body.innerText"))

    def picture(self) -> bytes:
        """Return a picture of the window as PNG."""
        shot = self._browser.send("Page.captureScreenshot", self._session, format="png")
        return base64.b64decode(shot["data"])

    def first_paint_ms(self) -> float:
        """Return after how many milliseconds the page showed its first content."""
        wait = (
            "new Promise((done) => { const look = () => { const paint = performance.getEntriesByType('paint')"
            ".find((e) => e.name === 'first-contentful-paint');"
            "if (paint) done(paint.startTime); else requestAnimationFrame(look); }; look(); })"
        )
        return float(self.run(wait))
