"""A project → a preview at an address of this machine: each page is made when somebody asks for it.

A save makes only what it changes due: a page's own file that page, a new title or another file all pages, of which again
only those are made that are asked for. So a saved page is on the screen in the time that one page takes, on a site of any
size. Whatever is wrong with a page, the data or the configuration is said, and the preview goes on.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from mkdocs.commands.build import _build_page, _build_theme_template
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer, _serve_url
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage

from atlas.findings import CannotCheckError, Finding
from atlas.model import Inspect, Page, Site
from atlas.render import _prepare, _Project
from atlas.render.loading import blaming_plugins, explain, load, one_line, quiet, working_folder

_SECONDS_BETWEEN_LOOKS = 0.15
_PANEL = (
    "position:fixed;right:1rem;bottom:1rem;z-index:9;max-width:min(40rem,90vw);max-height:40vh;overflow:auto;padding:1rem;"
    "border:2px solid #c62828;border-radius:4px;background:#fff;color:#222;font:14px/1.6 system-ui,sans-serif"
)
_UNMADE = "<h1>{}</h1><p>这一页做不出来，原因见右下角和终端。改好存盘，这里会自动刷新。</p>"
_BROKEN = "<!doctype html><meta charset=utf-8><title>预览</title><body><p>页面模板出错：{}</p></body>"

Findings = Mapping[str, Sequence[Finding]]
"""By the path of the file in which they stand."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom the preview tells: what is wrong with a site, with single pages while the site is unknown, and sentences."""

    judge: Callable[[Site], Findings]
    judge_pages: Callable[[Sequence[Page]], Findings]
    find: Callable[[], Site | None]
    """The whole site as checked, which may take its time; ``None`` if there is no telling."""
    say: Callable[[str], None]


def serve(configuration: Path, address: str, inspect: Inspect, listener: Listener) -> None:
    """Preview until interrupted.

    Raises:
        CannotCheckError: if the configuration can't be read, to begin with, or the address is taken.
    """
    configuration = configuration.absolute()
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        raise CannotCheckError(f"地址 `{address}` 不成样子：写成 `127.0.0.1:8000` 那样。")
    folder = Path(tempfile.mkdtemp(prefix="atlas-preview-"))
    with working_folder(configuration):
        try:
            preview = Preview(configuration, folder, (host, int(port)), inspect, listener)
            server = _Server(preview, host, int(port), folder)
            _run(server, preview, listener)
        except (OSError, OverflowError) as error:
            raise CannotCheckError(f"预览无法在 {address} 启动：{one_line(error)}") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _run(server: _Server, preview: Preview, listener: Listener) -> None:
    for place in preview.watched():
        server.watch(str(place))
    listener.say(f"预览在 {preview.address}，存盘后自动刷新；按 Ctrl+C 结束。")
    threading.Thread(target=preview.learn, daemon=True).start()
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        listener.say("已结束预览。")
    finally:
        with contextlib.suppress(OSError):
            server.shutdown()


@dataclass(slots=True)
class _Prepared:
    """What the engine knows before the first page is made, and which pages are due, by their files in the site."""

    project: _Project
    env: Any
    files: dict[str, File]
    copied: frozenset[str]
    due: set[str] = field(default_factory=set)


class Preview:
    """The pages of one project in a folder, made on demand; its methods may be called from several threads."""

    def __init__(
        self, configuration: Path, folder: Path, host: tuple[str, int], inspect: Inspect, listener: Listener
    ) -> None:
        self.address = ""
        self._configuration, self._folder, self._host = configuration, folder, host
        self._inspect, self._listener = inspect, listener
        self._lock = threading.RLock()
        self._site: Site | None = None
        self._made: dict[str, Page] = {}
        """Pages looked at since the site was, by path."""
        self._findings: dict[str, Sequence[Finding]] = {}
        self._version = 0
        self._is_finished = False
        self._prepared = self._prepare()
        self._seen = self._snapshot()

    def watched(self) -> Iterator[Path]:
        """Where a change of a file matters."""
        config = self._prepared.project.config
        yield Path(config.docs_dir)
        yield self._configuration
        yield from (Path(one) for one in config.theme.dirs if self._is_own(Path(one)))
        yield from (Path(one) for one in config.watch if Path(one).exists())

    def make(self, url: str) -> list[Finding] | None:
        """Make the page whose file in the site this is, if it is due; what is wrong with it, ``None`` if it is no page."""
        with self._lock:
            file = self._prepared.files.get(url)
            if file is None:
                return None
            if url in self._prepared.due:
                self._remake(file)
            return list(self._findings.get(self._path(file), ()))

    def finish(self, url: str) -> None:
        """What plugins write once all pages are there, such as a search index: anew if pages were made since."""
        with self._lock:
            config = self._prepared.project.config
            if url in self._prepared.files or url in self._prepared.copied or self._is_finished:
                return
            with contextlib.suppress(Exception):  # plugins raise whatever they like, and a preview does without
                config.plugins.on_post_build(config=config)
            self._is_finished = True

    def refresh(self) -> None:
        """Find out which files have changed, and make what is due because of it."""
        with self._lock:
            before, self._seen = self._seen, self._snapshot()
            changed = {path for path in before.keys() | self._seen.keys() if before.get(path) != self._seen.get(path)}
            known = {Path(str(one.abs_src_path)): one for one in self._prepared.project.files if one.abs_src_path}
            files = [known.get(path) if path in self._seen and path in before else None for path in changed]
            with quiet() as said:
                try:
                    if None in files or any(self._excluded(one) for one in files if one):
                        self._start_again()
                    else:
                        self._replace([one for one in files if one])
                except (Abort, MkDocsException, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                    self._listener.say(explain(error, said))
                except CannotCheckError as error:
                    self._listener.say(str(error))

    def learn(self) -> None:
        """Have the whole site checked, and say what is wrong with it."""
        version = self._version
        try:
            site = self._listener.find()
        except CannotCheckError as error:
            self._listener.say(f"无法检查：{error}")
            return
        with self._lock:
            if site is not None and version == self._version:
                self._site = site
                self._judge()

    def _prepare(self) -> _Prepared:
        with quiet() as said, blaming_plugins():
            config = load(self._configuration, said, self._folder)
            self.address = config.site_url = _serve_url(*self._host, urlsplit(config.site_url or "/").path)
            try:
                project = _prepare(self._configuration.resolve(), config, self._inspect, "serve")
                config, files = project.config, project.files
                shown = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
                for file in shown:
                    page = file.page or MkDocsPage(None, file, config)
                    with contextlib.suppress(OSError, UnicodeDecodeError, MkDocsException, yaml.YAMLError):
                        page.read_source(config)  # for its title, which other pages show
                env = config.plugins.on_env(config.theme.get_env(), config=config, files=files)
                files.copy_static_files(inclusion=InclusionLevel.is_in_serve)
                for template in config.theme.static_templates:
                    _build_theme_template(template, env, files, config, project.navigation)
            except (Abort, MkDocsException, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                raise CannotCheckError(explain(error, said)) from error
        pages = {file.dest_uri: file for file in shown}
        copied = frozenset(file.dest_uri for file in files) - pages.keys()
        return _Prepared(project, env, pages, copied, set(pages))

    def _start_again(self) -> None:
        """Something that all pages may depend on has changed."""
        self._prepared = self._prepare()
        self._site, self._made, self._version = None, {}, self._version + 1
        self._listener.say("全部页面都要重做：打开哪一页，就做哪一页。")
        threading.Thread(target=self.learn, daemon=True).start()

    def _replace(self, files: Sequence[File]) -> None:
        """Make these files' pages again, and copy those that are none."""
        pages = [file for file in files if file.dest_uri in self._prepared.files]
        for file in files:
            if file not in pages:
                file.copy_file()
        titles = [_title(file) for file in pages]
        for file in pages:
            self._remake(file)
        if [_title(file) for file in pages] != titles:
            self._prepared.due |= self._prepared.files.keys() - {file.dest_uri for file in pages}
        if pages:
            self._judge(files=pages)

    def _remake(self, file: File) -> None:
        prepared = self._prepared
        project, page = prepared.project, file.page
        assert page is not None
        page.content = None
        seen = project.render(file)
        self._made[seen.path] = seen
        if page.content is None:
            page.content = (
                f"<h1>{escape(file.src_uri)}</h1><p>这一页做不出来，原因见右下角和终端。改好存盘，这里会自动刷新。</p>"
            )
        shown = list(prepared.files.values())
        try:
            _build_page(page, project.config, shown, project.navigation, prepared.env)
        except Exception as error:  # templates and plugins raise whatever they like
            target = Path(file.abs_dest_path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_BROKEN.format(escape(one_line(error))), "utf-8")
        prepared.due.discard(file.dest_uri)
        self._is_finished = False
        if self._site is None:
            self._findings[seen.path] = seen.findings

    def _judge(self, files: Iterable[File] = ()) -> None:
        """Say what is wrong: with the whole site where it is known (with its pages, if some were saved), else with these."""
        if self._site is None:
            self._findings.update(self._listener.judge_pages([self._made[self._path(file)] for file in files]))
            return
        pages = tuple(self._made.get(page.path, page) for page in self._site.pages)
        # A saved page may break links of any other; what is unused or wrong in the data takes longer, and waits for the next
        # look at everything.
        asked = [name for page in pages for name in (page.path, *page.snippets)] if files else ()
        self._findings = dict(self._listener.judge(replace(self._site, pages=pages, asked=tuple(asked))))

    def _path(self, file: File) -> str:
        return f"{self._prepared.project.documents}/{file.src_uri}"

    def _is_own(self, folder: Path) -> bool:
        """Whether a folder of the theme is the project's: an installed one does not change."""
        return folder.is_relative_to(self._configuration.parent) and "site-packages" not in folder.parts

    def _excluded(self, file: File) -> bool:
        """Whether a file is read for the sake of others only, as data are, or changes all pages, as templates do."""
        return file.inclusion is InclusionLevel.EXCLUDED or not Path(str(file.abs_src_path)).is_relative_to(
            self._prepared.project.config.docs_dir
        )

    def _snapshot(self) -> dict[Path, tuple[int, int]]:
        found: dict[Path, tuple[int, int]] = {}
        for place in self.watched():
            for path in [place] if place.is_file() else _files(place):
                with contextlib.suppress(OSError):
                    status = path.stat()
                    found[path] = (status.st_mtime_ns, status.st_size)
        return found


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith(".") and not name.endswith("~"))


def _title(file: File) -> tuple[str, str]:
    """What other pages show of a page."""
    page = file.page
    return (str(page.title), str(page.meta.get("description"))) if page else ("", "")


class _Server(LiveReloadServer):
    """MkDocs' server, which reloads browsers; before it hands out a page the preview makes it."""

    def __init__(self, preview: Preview, host: str, port: int, folder: Path) -> None:
        mount = urlsplit(preview.address).path
        super().__init__(preview.refresh, host, port, str(folder), mount, polling_interval=_SECONDS_BETWEEN_LOOKS)
        self.build_delay = 0.05
        self._preview = preview
        self._asked = threading.local()
        self.error_handler = lambda code: _missing(folder) if code == 404 else None

    def _serve_request(self, environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        self._asked.findings = None
        if path.startswith(self.mount_path):
            url = path[len(self.mount_path) :]
            url = f"{url}index.html" if not url or url.endswith("/") else url
            self._asked.findings = self._preview.make(url)
            if self._asked.findings is None:
                self._preview.finish(url)
        return super()._serve_request(environ, start_response)

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        content = super()._inject_js_into_html(content, epoch)  # type: ignore[no-untyped-call]
        before, mark, after = content.rpartition(b"</body>")
        return before + _panel(self._asked.findings or []).encode() + mark + after


def _missing(folder: Path) -> bytes | None:
    page = folder / "404.html"
    return page.read_bytes() if page.is_file() else None


def _panel(findings: Sequence[Finding]) -> str:
    """What is wrong with a page, on the page."""
    if not findings:
        return ""
    lines = "".join(_line(one) for one in findings)
    head = f"<strong>这一页有 {len(findings)} 处问题</strong>"
    return f'<aside id="atlas-findings" aria-label="检查结果" style="{_PANEL}">{head}<ol>{lines}</ol></aside>'


def _line(finding: Finding) -> str:
    place = finding.location
    at = (f"第 {place.line} 行" if place.line else "") + (f"第 {place.column} 列" if place.column else "")
    hint = f"<br>提示：{escape(finding.hint)}" if finding.hint else ""
    return f"<li>{at} <code>{escape(finding.rule.id)}</code> {escape(finding.message)}{hint}</li>"
