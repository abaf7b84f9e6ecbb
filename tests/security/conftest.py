"""Pages of contributors who mean harm, rendered as the site's are, and a Chromium that notices whatever runs in them."""

from __future__ import annotations

import base64
import contextlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, BrowserContext, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from atlas.markdown.state import collector
from atlas.model import Written
from tests.conftest import MARKDOWN_EXTENSIONS

__all__ = ["Chamber", "Payload", "payloads"]

HOME, ELSEWHERE = "http://site.invalid", "https://evil.invalid"
BATCH = 60
TEMPLATE = """<!doctype html><html><head><meta charset=utf-8><title>{{ page.title }}</title><link rel=icon href=data:,></head><body>
<nav>{% for item in page.toc %}<a href="{{ item.url }}">{{ item.title }}</a>{% endfor %}</nav>
<article>{{ page.content }}</article></body></html>"""
TRY = """() => {
  const types = ('abort animationend animationiteration animationstart auxclick beforeinput beforematch beforetoggle blur cancel '
    + 'canplay change click close contentvisibilityautostatechange contextmenu copy cut dblclick drag dragend dragenter dragover '
    + 'dragstart drop error focus focusin focusout formdata input invalid keydown keypress keyup load loadstart mousedown '
    + 'mouseenter mouseleave mousemove mouseout mouseover mouseup paste pointerdown pointerenter pointermove pointerout '
    + 'pointerover pointerup progress reset scroll scrollend search select slotchange submit toggle touchend touchstart '
    + 'transitionend transitionstart wheel beginEvent endEvent repeatEvent hashchange start finish bounce').split(' ');
  const attempt = act => { try { act(); } catch { } };
  for (const frame of document.querySelectorAll('iframe')) attempt(() => {
    const inside = frame.contentWindow, page = inside.document;
    page.addEventListener('click', event => {
      const link = event.target.closest?.('a, area');
      const address = String(link?.href?.animVal ?? link?.href ?? '');
      if (link && /^(https?|mailto):/.test(new URL(address, page.baseURI).protocol)) event.preventDefault();
    }, true);
    page.addEventListener('submit', event => attempt(() => /^https?:/.test(event.submitter?.formAction || event.target.action)
      && !event.target.action.includes('evil') && event.preventDefault()));
    for (const node of page.querySelectorAll('body, body *')) {
      for (const type of types) attempt(() => node.dispatchEvent(new inside.Event(type, {bubbles: false, cancelable: true})));
      attempt(() => node.focus());
      attempt(() => node.showPopover?.());
      if (node.matches('a, area, button, input, summary, label, svg *, math *')) {
        attempt(() => node.dispatchEvent(new inside.MouseEvent('click', {bubbles: true, cancelable: true})));
      }
    }
    for (const form of page.forms) attempt(() => form.requestSubmit());
  });
}"""


@dataclass(frozen=True, slots=True)
class Payload:
    """One entry of a list: its number, class and text, with ``X``, ``N`` and ``U`` filled in."""

    number: int
    family: str
    text: str

    @property
    def page(self) -> str:
        """The Markdown of a page that holds it."""
        if self.family == "mermaid":
            return f"# 甲\n\n```mermaid\n{self.text}\n```\n"
        if self.family == "front matter":
            return f"---\n{self.text}\n---\n\n# 甲\n"
        return f"{self.text}\n" if self.text.startswith("#") else f"前文\n\n{self.text}\n"


def payloads() -> list[Payload]:
    """All of the list."""
    listed = yaml.safe_load(Path(__file__).with_name("payloads.yml").read_text("utf-8"))
    flat = [(family, text) for family, texts in listed.items() for text in texts]
    return [Payload(number, family, _filled(text, number)) for number, (family, text) in enumerate(flat, 1)]


def _filled(text: str, number: int) -> str:
    text = text.replace("BASE64", base64.b64encode(f"<script>hit({number})</script>".encode()).decode())
    text = re.sub(r"(?<![A-Za-z])X(?![A-Za-z-])", f"hit({number})", text)
    text = re.sub(r"(?<![A-Za-z])U(?![A-Za-z-])", f"{ELSEWHERE}/{number}", text)
    return re.sub(r"(?<=[(/])N(?![A-Za-z])", str(number), text)


@dataclass(frozen=True, slots=True)
class Pages:
    """The finished pages of the payloads, by number: as their authors wrote them, and as the extension leaves them."""

    written: Mapping[int, str]
    cleaned: Mapping[int, str]


def rendered(folder: Path, many: list[Payload]) -> Pages:
    """What MkDocs makes of the payloads with our extension; the checks have no say in this."""
    (folder / "theme").mkdir(parents=True)
    (folder / "theme" / "main.html").write_text(TEMPLATE, "utf-8")
    (folder / "docs").mkdir()
    configuration = folder / "mkdocs.yml"
    head = "site_name: 试验\nplugins: []\nuse_directory_urls: false\ntheme: {name: null, custom_dir: theme}\n"
    configuration.write_text(head + MARKDOWN_EXTENSIONS, "utf-8")
    for one in many:
        (folder / "docs" / f"p{one.number}.md").write_text(one.page, "utf-8")
    config = load_config(str(configuration))
    written: dict[str, str] = {}

    def begin(markdown: str, page: Any, **_: object) -> str:
        collector.set(Written())
        return markdown

    def keep(html: str, page: Any, **_: object) -> str:
        written[page.file.name] = (collector.get() or Written()).html
        return html

    config.plugins.events["page_markdown"].append(begin)
    config.plugins.events["page_content"].append(keep)
    build(config)
    cleaned = {one.number: (folder / "site" / f"p{one.number}.html").read_text("utf-8") for one in many}
    as_written = {
        number: f"{page.partition('<article>')[0]}<article>{written[f'p{number}']}</article></body></html>"
        for number, page in cleaned.items()
    }
    return Pages(as_written, cleaned)


@dataclass
class Chamber:
    """A browser context in which pages are opened, clicked through and watched."""

    context: BrowserContext
    pages: dict[str, str] = field(default_factory=dict)
    """What the host of the site answers, by path."""
    folder: Path | None = None
    """A site's folder, from which it answers as well."""
    ran: set[int] = field(default_factory=set)
    """Payloads that ran something."""
    asked: set[tuple[int, str]] = field(default_factory=set)
    """Payloads that made the browser ask another host, and for what."""

    def __post_init__(self) -> None:
        self.context.expose_binding("hit", lambda source, number: self.ran.add(int(number)))
        self.context.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.url.startswith(ELSEWHERE):
            found = re.search(r"\d+", request.url)
            number = int(found[0]) if found else 0
            self.asked.add((number, "navigation" if request.is_navigation_request() else request.resource_type))
            headers = {"access-control-allow-origin": "*"}
            route.fulfill(body=f"hit({number})", content_type="text/javascript", headers=headers)
        elif (page := self.pages.get(request.url.removeprefix(HOME))) is not None:
            route.fulfill(body=page, content_type="text/html; charset=utf-8")
        elif (file := self._file(request.url)) is not None:
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        else:
            route.fulfill(status=404, body="", content_type="text/plain")

    def _file(self, url: str) -> Path | None:
        path = unquote(urlsplit(url).path).lstrip("/")
        if self.folder is None or not url.startswith(HOME):
            return None
        file = self.folder / path / "index.html" if path.endswith("/") or not path else self.folder / path
        return file if file.is_file() else None

    def forget(self) -> None:
        """Begin anew."""
        self.ran.clear()
        self.asked.clear()

    def try_all(self, pages: Mapping[int, str], *, until: str = "", at_once: int = BATCH) -> None:
        """Open every page, each in a frame of its own, wait for an element if one is named, and do all that a reader might do."""
        page = self.context.new_page()
        page.on("popup", lambda opened: opened.close())
        page.on("dialog", lambda dialog: dialog.dismiss())
        numbers = sorted(pages)
        for start in range(0, len(numbers), at_once):
            batch = numbers[start : start + at_once]
            self.pages |= {f"/{number}": pages[number] for number in batch}
            self.pages["/"] = "".join(f'<iframe src="/{number}"></iframe>' for number in batch)
            # A payload may make its frame load for ever; what it could do it has done by then.
            with contextlib.suppress(PlaywrightTimeoutError):
                page.goto(f"{HOME}/", wait_until="load", timeout=30_000)
            for frame in page.frames[1:] if until else ():
                frame.wait_for_selector(until, timeout=180_000)
            page.evaluate(TRY)
            page.wait_for_timeout(400)  # what a script or an animation does later
        page.close()


@pytest.fixture
def chamber(browser: Browser) -> Iterator[Chamber]:
    """A fresh one."""
    context = browser.new_context()
    yield Chamber(context)
    context.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Every payload's page but those of front matter, which does its harm in a theme's templates."""
    listed = [one for one in payloads() if one.family != "front matter"]
    return rendered(tmp_path_factory.mktemp("payloads") / "project", listed)


def told(many: set[Any]) -> str:
    """The payloads behind some numbers, to be read where a test fails."""
    texts = {one.number: one.text for one in payloads()}
    return "\n".join(f"{one}: {texts.get(one if isinstance(one, int) else one[0])!r}" for one in sorted(many))
