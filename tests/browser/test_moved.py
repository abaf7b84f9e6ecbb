"""Whoever comes by an old address lands where it leads now, with the anchor; without JavaScript, too."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import CONFIGURATION, REPOSITORY, call_atlas, write_project

pytestmark = pytest.mark.browser

FILES = {
    "mkdocs.yml": f"{CONFIGURATION}hooks: [{REPOSITORY / 'scripts' / 'atlas' / 'hooks.py'}]\n",
    "docs/assets/moved.js": (REPOSITORY / "docs" / "assets" / "moved.js").read_text("utf-8"),
    "docs/index.md": "# 首页\n",
    "docs/a.md": "# A\n\n## X {#x}\n\n## Q {#q}\n",
    "docs/_data/redirects.yml": "old/b.md: a.md\nold/b.md#y: a.md#x\nold/c.md: a.md#q\nindex.md#z: a.md#x\n",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small site with its finished pages, on the loopback."""
    root = write_project(tmp_path_factory.mktemp("moved"), FILES).parent
    done = call_atlas(root, "build")
    assert done.returncode == 0, done.stdout
    handler = functools.partial(_Quiet, directory=str(root / "site"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""


def test_old_addresses_lead_on(served: str, browser: Browser) -> None:
    """A page, a page with an anchor it keeps, with one that moved elsewhere, one that moved into a section; a heading."""
    wanted = {
        "old/b/": "a/",
        "old/b/#q": "a/#q",
        "old/b/#y": "a/#x",
        "old/c/": "a/#q",
        "#z": "a/#x",
    }
    context = browser.new_context()
    for old, new in wanted.items():
        page = context.new_page()
        page.goto(served + old)
        page.wait_for_url(served + new)
        page.close()
    context.close()


def test_old_addresses_lead_on_without_javascript(served: str, browser: Browser) -> None:
    """The page by itself, the heading by a link at its old place."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}old/b/")
    page.wait_for_url(f"{served}a/")
    page.goto(f"{served}#z")
    expect(page.locator("#z a")).to_have_attribute("href", "a/#x")
    page.locator("#z a").click()
    page.wait_for_url(f"{served}a/#x")
    context.close()
