"""What a page asks for, and the site served on the loopback."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request


@dataclass
class Traffic:
    """What a page asked for, and what went wrong."""

    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every request and every error of the page; refuse what would leave the machine."""

        def asked(request: Request) -> None:
            if not request.url.startswith(("http://127.0.0.1", "file:", "data:", "blob:", "about:")):
                self.elsewhere.append(request.url)
            if request.resource_type == "script":
                self.scripts.append(request.url)

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # what the next page's opening cuts off is no failure
                self.failed.append(f"{request.url} {request.failure}")

        page.on("request", asked)
        page.on("requestfailed", failed)
        page.on("response", lambda answer: self.failed.append(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def assert_clean(self) -> None:
        """Nothing failed and nothing left the machine."""
        assert not self.elsewhere
        assert not self.failed
        assert not self.errors


@pytest.fixture
def traffic() -> Traffic:
    """A fresh record."""
    return Traffic()


@pytest.fixture(scope="session")
def hosted(site: Path) -> Iterator[str]:
    """The address of the built site on the loopback."""
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""
