"""The preview: what a save changes is there, what is wrong is said, and nothing that an author writes ends it."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from atlas import checks
from atlas.findings import CannotCheckError
from atlas.model import Page, Site
from atlas.render.preview import Findings, Listener, Preview, serve
from tests.conftest import CONFIGURATION, Project, environment

NAVIGATION = "nav: [index.md, two.md]\n"
FILES = {
    "mkdocs.yml": CONFIGURATION + NAVIGATION,
    "docs/index.md": "# 首页\n\n见[二](two.md)。\n",
    "docs/two.md": "# 第二页\n\n正文。\n",
    "docs/style.css": "p { color: red }\n",
}


class Heard:
    """A listener that remembers; it knows the whole site at once."""

    def __init__(self, configuration: Path) -> None:
        self.configuration = configuration
        self.rules: list[str] = []
        self.said: list[str] = []

    def listener(self) -> Listener:
        return Listener(self.judge, self.judge_pages, self.find, self.said.append)

    def judge(self, site: Site) -> Findings:
        report = checks.run(site)
        self.rules = [one.rule.id for one in report.findings]
        return {
            path: [one for one in report.findings if one.location.path == path]
            for path in {page.path for page in site.pages}
        }

    def judge_pages(self, pages: Sequence[Page]) -> Findings:
        self.rules = [one.rule.id for page in pages for one in page.findings]
        return {page.path: page.findings for page in pages}

    def find(self) -> Site | None:
        return checks.read(self.configuration)


class Opened:
    """A preview of a small project, without the server: files are written, pages asked for."""

    def __init__(self, configuration: Path, folder: Path) -> None:
        self.docs = configuration.parent / "docs"
        self.folder = folder
        self.heard = Heard(configuration)
        self.preview = Preview(configuration, folder, ("127.0.0.1", 8000), checks.inspect, self.heard.listener())
        self.preview.learn()

    def save(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.docs / f"{name}.md").write_text(text, "utf-8")
        self.preview.refresh()

    def page(self, url: str) -> str:
        assert self.preview.make(url) is not None
        return (self.folder / url).read_text("utf-8")


@pytest.fixture
def opened(project: Project, tmp_path: Path) -> Iterator[Opened]:
    configuration = project(FILES)
    with contextlib.chdir(configuration.parent):
        yield Opened(configuration, tmp_path / "preview")


def test_only_what_is_asked_for_is_made(opened: Opened) -> None:
    """The first page does not wait for the others, whose titles it shows all the same."""
    assert "第二页" in opened.page("index.html")
    assert not (opened.folder / "two/index.html").exists()
    assert "正文" in opened.page("two/index.html")


def test_saved_page_is_made_at_once(opened: Opened) -> None:
    """Nobody has to ask first, so that what is wrong is said."""
    opened.save(two="# 第二页\n\n新的[坏](nowhere.md)。\n")
    assert "新的" in (opened.folder / "two/index.html").read_text("utf-8")
    assert opened.heard.rules == ["link-target-missing"]
    found = opened.preview.make("two/index.html")
    assert found
    assert [one.rule.id for one in found] == ["link-target-missing"]
    opened.save(two="# 第二页\n\n[好](index.md)。\n")
    assert not opened.heard.rules
    assert opened.preview.make("two/index.html") == []


def test_link_into_a_page_breaks_when_that_page_changes(opened: Opened) -> None:
    """The whole site is judged, not the saved page alone."""
    opened.save(index="# 首页\n\n见[二](two.md#part)。\n", two="# 第二页\n\n## 部分 {#part}\n")
    assert not opened.heard.rules
    opened.save(two="# 第二页\n")
    assert opened.heard.rules == ["link-anchor-missing"]
    assert [one.rule.id for one in opened.preview.make("index.html") or ()] == ["link-anchor-missing"]


def test_new_title_shows_on_other_pages(opened: Opened) -> None:
    """They are due again."""
    opened.page("index.html")
    opened.save(two="# 改了名\n")
    assert "改了名" in opened.page("index.html")


def test_page_that_comes_and_goes(opened: Opened) -> None:
    """The list of pages follows the files."""
    opened.save(three="# 第三页\n")
    assert "第三页" in opened.page("three/index.html")
    (opened.docs / "three.md").unlink()
    opened.preview.refresh()
    assert opened.preview.make("three/index.html") is None


def test_style_sheet_is_copied(opened: Opened) -> None:
    """Without any page being made for it."""
    (opened.docs / "style.css").write_text("p { color: green }\n", "utf-8")
    opened.preview.refresh()
    assert "green" in (opened.folder / "style.css").read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [\n---\n# 页\n",
        "# 页\n\n```mermaid\nflowchart LR\n  A[(\n```\n",
        "# 页\n\n![图](a.png\n\n[x](http://[)\n",
        "\ufeff# 页\r\n\r\n\x00\r\n",
    ],
)
def test_mistake_on_a_page_does_not_end_it(opened: Opened, text: str) -> None:
    """It is said, and the next save is shown."""
    opened.save(two=text)
    assert opened.heard.rules
    opened.page("two/index.html")
    opened.save(two="# 第二页\n\n又好了。\n")
    assert not opened.heard.rules
    assert "又好了" in opened.page("two/index.html")


def test_bytes_that_are_no_text_do_not_end_it(opened: Opened) -> None:
    """Nor does a file that is not UTF-8."""
    (opened.docs / "two.md").write_bytes("# 显存够不够".encode("gbk"))
    opened.preview.refresh()
    assert "two.md" in opened.page("two/index.html")
    opened.save(two="# 第二页\n\n又好了。\n")
    assert "又好了" in opened.page("two/index.html")


def test_broken_configuration_does_not_end_it(opened: Opened) -> None:
    """The pages stay as they were until it is mended."""
    configuration = opened.docs.parent / "mkdocs.yml"
    whole = configuration.read_text("utf-8")
    configuration.write_text(whole + "nav: [\n", "utf-8")
    opened.preview.refresh()
    assert "配置文件" in opened.heard.said[-1]
    assert "首页" in opened.page("index.html")
    configuration.write_text(whole.replace("two.md]", "two.md, 外: https://example.invalid/x]"), "utf-8")
    opened.preview.refresh()
    assert "example.invalid/x" in opened.page("index.html")


def test_address_that_makes_no_sense(project: Project) -> None:
    """One sentence says how to write it."""
    configuration = project(FILES)
    listener = Heard(configuration).listener()
    with pytest.raises(CannotCheckError, match=r"127\.0\.0\.1:8000"):
        serve(configuration, "localhost", checks.inspect, listener)


def test_address_that_is_taken(project: Project) -> None:
    """So does the sentence when the port is another program's."""
    configuration = project(FILES)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotCheckError, match=f"无法在 127.0.0.1:{port} 启动"):
            serve(configuration, f"127.0.0.1:{port}", checks.inspect, Heard(configuration).listener())


@pytest.mark.skipif(os.name == "nt", reason="Windows 没有 SIGINT 可发给别的进程")
def test_whole_command(project: Project, tmp_path: Path) -> None:
    """The command as a contributor runs it: a page, a save, what is wrong on the page and on the terminal, Ctrl+C."""
    folder = project(FILES).parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (tmp_path / "said").open("w") as said:
        command = [sys.executable, "-m", "atlas", "serve", "--address", address]
        # A shell that runs the tests in the background has them ignore Ctrl+C, and what is ignored is inherited.
        hear = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        running = subprocess.Popen(command, cwd=folder, env=environment(), stdout=said, stderr=said, preexec_fn=hear)
    try:
        assert "正文" in _get(f"http://{address}/two/", "正文")
        (folder / "docs" / "two.md").write_text("# 第二页\n\n改过了。\n\n```mermiad\nflowchart LR\n```\n", "utf-8")
        page = _get(f"http://{address}/two/", "改过了")
        assert "这一页有 1 处问题" in page
        assert "fence-keyword" in page or "mermaid" in page
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"http://{address}/nowhere/")
        assert missing.value.code == 404
    finally:
        running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
    assert "mermiad" in (tmp_path / "said").read_text("utf-8")


def _get(address: str, wanted: str) -> str:
    """The page, once it holds what is wanted."""
    page = ""
    for _ in range(600):
        with contextlib.suppress(OSError):
            page = urllib.request.urlopen(address).read().decode("utf-8")
        if wanted in page:
            return page
        time.sleep(0.1)
    return page
