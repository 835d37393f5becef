"""JupyterLab on this machine and a Chromium that looks at it: nothing leaves the machine."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import websocket

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WAIT_S = 60.0


def browser() -> str | None:
    """Return the browser of this machine."""
    return next((place for place in map(shutil.which, BROWSERS) if place), None)


class Page:
    """A page of a headless browser, driven through its DevTools."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, suppress_origin=True, timeout=_WAIT_S)
        self._number = 0
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def value(self, script: str) -> Any:
        """Return what a script comes to."""
        told = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait(self, script: str, *, seconds: float = _WAIT_S) -> Any:
        """Wait until a script comes to something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.value(f"(() => {{ const v = {script}; return v instanceof Element ? true : v }})()"):
                return found
            time.sleep(0.1)
        raise AssertionError(f"not seen within {seconds} s: {script}")

    def click(self, selector: str) -> None:
        """Click where an element is, as a mouse does."""
        where = self.value(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)

    def fill(self, selector: str, text: str) -> None:
        """Type a text in the place of what stands in a field."""
        self.click(selector)
        self.value(f"document.querySelector({selector!r}).select()")
        self.ask("Input.insertText", text=text)

    def picture(self, file: Path) -> None:
        """Write what is seen."""
        file.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        self._socket.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(look: Any, process: subprocess.Popen[bytes]) -> Any:
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args[0]} ended"  # type: ignore[index]
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{process.args[0]} did not start")  # type: ignore[index]


@contextmanager
def lab(folder: Path, source: str) -> Iterator[str]:
    """Serve JupyterLab with a notebook of one cell; give the notebook's address."""
    home, root = folder / "home", folder / "so-tay"
    root.mkdir()
    kernel = home / "data" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "Python 3", "language": "python", "metadata": {"debugger": False}})
    )
    config = home / "config" / "labconfig"
    config.mkdir(parents=True)
    silent = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (config / "page_config.json").write_text(json.dumps(silent))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, root / "thu.ipynb")
    own = {
        name: str(home / name.split("_")[1].lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
                "--ServerApp.port=0", f"--ServerApp.root_dir={root}", "--IdentityProvider.token=",
                "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            cwd=root, env={**os.environ, **own, "HOME": str(home), "PYTHONWARNINGS": "ignore"}, stdout=log, stderr=log,
        )  # fmt: skip
        try:

            def told() -> str | None:
                files = sorted((home / "runtime").glob("jpserver-*.json"))
                return json.loads(files[0].read_text())["url"] if files else None

            yield _until(told, server) + "lab/tree/thu.ipynb"
        finally:
            _stop(server)


@contextmanager
def page(folder: Path, *, width: int = 1366, height: int = 768) -> Iterator[Page]:
    """Open a headless browser that knows no name of any other machine."""
    profile = folder / "browser"
    name = browser()
    assert name is not None
    process = subprocess.Popen(
        [
            name, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}",
            f"--window-size={width},{height}", "--lang=vi", "about:blank",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = _until(lambda: (p := profile / "DevToolsActivePort").exists() and p.read_text().split()[:1], process)[0]
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            found = next(one for one in json.load(answer) if one["type"] == "page")
        opened = Page(found["webSocketDebuggerUrl"])
        try:
            opened.ask(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
            )
            yield opened
        finally:
            opened.close()
    finally:
        _stop(process)
