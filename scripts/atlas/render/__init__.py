"""A MkDocs project → a :class:`~atlas.model.Site`. The only module that knows MkDocs.

MkDocs does the rendering with the project's own plugins and extensions. To check, pages are rendered and nothing is
written: by as many processes as there are processors, and only those whose content is not known from an earlier run.
To build, a plugin of ours, added for the run, looks at all rendered pages before a single file is written.
"""

from __future__ import annotations

import contextlib
import copy
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files, InclusionLevel, get_files, set_exclusions
from mkdocs.structure.nav import Link as NavigationLink
from mkdocs.structure.nav import Navigation, Section, get_navigation
from mkdocs.structure.pages import Page as MkDocsPage

from atlas import dependencies, html, recall, v8
from atlas.cache import Cache, digest
from atlas.findings import CannotCheckError
from atlas.locate import Places
from atlas.markdown import DATA
from atlas.markdown.safety import as_written
from atlas.markdown.state import collector
from atlas.model import Inclusion, Inspect, NavigationEntry, Page, PageView, Site, SiteFile, Surroundings, Written
from atlas.render.loading import blaming_plugins, explain, failed_plugin, load, one_line, quiet, working_folder
from atlas.render.observing import Observer, substitutes
from atlas.scan import scan

if TYPE_CHECKING:
    from atlas.search import Source

Look = Callable[[Site], None]

PURE_PLUGINS = frozenset(
    {
        "atlas-watcher",
        "glightbox",
        "material/offline",
        "material/search",
        "mermaid2",
        "minify",
        "offline",
        "redirects",
        "search",
    }
)
"""Plugins under which a page's content depends on its file, the configuration and the list of files alone.

Any other that has a say in a page's content makes us render every page, one after the other, as MkDocs would.
"""
_PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content")
_LIST_EVENTS = ("files", "nav")
"""In which a plugin may change which pages there are."""
_OWN_HOOKS = Path(__file__).resolve().parents[1] / "hooks.py"
_PAGES_A_TASK = 8


def render(configuration: Path, inspect: Inspect, *, cache: Cache | None = None) -> Site:
    """Render all pages, look at each, write nothing.

    Raises:
        CannotCheckError: if the configuration can't be read, or a plugin fails.
    """
    configuration = configuration.absolute()  # as given, it is meant from where the user stands
    with quiet() as said, working_folder(configuration):
        config = load(configuration, said)
        try:
            with blaming_plugins():
                project = _prepare(configuration.resolve(), config, inspect)
            return _known_or_rendered(project, cache or Cache.none())
        except (Abort, MkDocsException, OSError, yaml.YAMLError) as error:
            raise CannotCheckError(explain(error, said)) from error
        finally:
            collector.set(None)


def build(configuration: Path, output: Path, inspect: Inspect, look: Look) -> None:
    """Render all pages, show them to ``look``, which may raise to stop, and write the site to ``output``.

    Raises:
        CannotCheckError: if the configuration or a page can't be read, or a plugin fails.
    """
    configuration = configuration.absolute()
    with quiet() as said, working_folder(configuration):
        config = load(configuration, said, output)
        config.plugins["atlas-watcher"] = _Watcher(configuration.resolve(), inspect, look)
        try:
            with blaming_plugins():
                config.plugins.on_startup(command="build", dirty=False)
                mkdocs_build(config)
        except CannotCheckError:
            raise
        except (Abort, MkDocsException, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise CannotCheckError(explain(error, said)) from error
        finally:
            collector.set(None)


def add_file(files: Files, config: MkDocsConfig, path: str, text: str) -> None:
    """Called by the project's hook: add a generated file to the site, in place of one of the same name."""
    old = files.get_file_from_path(path)
    if old is not None:
        files.remove(old)
    files.append(File.generated(config, path, content=text))


def is_rendered(files: Files) -> bool:
    """Whether every page has been rendered; in a preview only those are that somebody has asked for."""
    return all(file.page and file.page.content is not None for file in files.documentation_pages())


def searched(files: Files) -> Iterator[Source]:
    """Called by the project's hook: the pages that a search may find, those outside the navigation counting half.

    In a page's front matter `search: {exclude: true}` leaves it out, and `search: {boost: 0.5}` says how much it counts. A
    page that is not rendered can be found by its title.
    """
    from atlas.search import Section, Source, sections

    for file in files.documentation_pages():
        page = file.page
        given = page.meta.get("search") if page else None
        wish = given if isinstance(given, dict) else {}
        if page and not wish.get("exclude"):
            boost = wish.get("boost")
            usual = 0.5 if file.inclusion is InclusionLevel.NOT_IN_NAV else 1.0
            weight = float(boost) if isinstance(boost, (int, float)) and 0 < boost < 100 else usual
            content, title = page.content or "", str(page.title or file.name)
            found = sections(content) or (Section("", title, ""),)
            if "<h1" in content and found[0].title:
                title = found[0].title  # what stands on the page says more than the navigation's short name
            yield Source(page.url, file.src_uri, title, found, weight)


class _Watcher(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
    """A MkDocs plugin for one run: notes what each page held and shows the whole site to ``look``."""

    def __init__(self, configuration: Path, inspect: Inspect, look: Look) -> None:
        self._configuration = configuration
        self._inspect = inspect
        self._look = look
        self._written: dict[str, Written] = {}
        self._navigation: Navigation | None = None
        self._displaced: tuple[File, ...] = ()

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        config.markdown_extensions.append(Observer())  # type: ignore[arg-type] # Python-Markdown takes instances, too
        return config

    @event_priority(100)  # before any plugin takes files away
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        self._displaced = _displaced(files, config)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self._navigation = nav
        return nav

    def on_pre_page(self, page: MkDocsPage, *, config: MkDocsConfig, files: Files) -> MkDocsPage:
        self._written[page.file.src_uri] = written = Written()
        collector.set(written)
        return page

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        collector.set(None)
        assert self._navigation is not None
        project = _Project(self._configuration, config, files, self._navigation, self._inspect, self._displaced)
        shown = [file for file in files.documentation_pages() if file.page]
        pages = [project.look(file, self._written.get(file.src_uri, Written())) for file in shown]
        self._look(project.site(pages))
        return env


@dataclass(slots=True)
class _Project:
    """A project between MkDocs' reading of its files and our looking at its pages."""

    configuration: Path
    config: MkDocsConfig
    files: Files
    navigation: Navigation
    inspect: Inspect
    displaced: tuple[File, ...] = ()
    surroundings: Surroundings = field(init=False)
    style_classes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.surroundings = _surroundings(self.configuration, self.config)
        self.style_classes = _style_classes(self.config, self.files)

    @property
    def root(self) -> Path:
        return self.configuration.parent

    @property
    def documents(self) -> str:
        return os.path.relpath(self.config.docs_dir, self.root).replace(os.sep, "/")

    def render(self, file: File) -> Page:
        """Render one page as MkDocs does and look at it; whatever goes wrong is said of this page alone."""
        written = Written()
        collector.set(written)
        failure = ""
        try:
            _populate(file.page or MkDocsPage(None, file, self.config), self.config, self.files)
        except CannotCheckError:
            raise
        except Exception as error:  # extensions and plugins raise whatever they like
            plugin = failed_plugin(error)
            failure = f"插件 `{plugin}`：{one_line(error)}" if plugin else one_line(error)
        finally:
            collector.set(None)
        return self.look(file, written, failure)

    def look(self, file: File, written: Written, failure: str = "") -> Page:
        """Look at a rendered page, or at one that could not be rendered."""
        page = file.page
        content = (written.html or page.content or "") if page and not failure else ""
        raw = _bytes(file)
        source = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        path = f"{self.documents}/{file.src_uri}"
        rendered = html.read(content)
        texts = {path: source} | {self._relative(name): text for name, text in written.snippets.items()}
        scans = {name: scan(text) for name, text in texts.items()}
        reread = None if failure or page is None else self._rereader(page, path, written)
        places = Places(path, scans, rendered, reread, written.rewritten)
        meta = dict(page.meta) if page and page.meta else {}
        classes = self.style_classes | html.style_classes(content)
        seen = (path, file.url, source, content, rendered, written, scans[path], places, meta, raw, failure)
        return self.inspect(PageView(*seen, self.surroundings, classes))

    def _relative(self, name: str) -> str:
        return os.path.relpath(name, self.root).replace(os.sep, "/")

    def _rereader(self, rendered: MkDocsPage, path: str, written: Written) -> Callable[[Mapping[str, str]], str]:
        absolute = {self._relative(name): name for name in written.snippets}

        def reread(texts: Mapping[str, str]) -> str:
            page = copy.copy(rendered)
            token = substitutes.set({absolute[name]: text for name, text in texts.items() if name in absolute})
            before = collector.get()
            collector.set(None)
            whole = as_written.set(True)
            try:
                page.markdown, page.meta = _split(texts[path])
                page.markdown = self.config.plugins.on_page_markdown(
                    page.markdown, page=page, config=self.config, files=self.files
                )
                page.render(self.config, self.files)
                return page.content or ""
            except Exception:  # a mark broke the page: then there is one doubt more, and no harm
                return ""
            finally:
                collector.set(before)
                as_written.reset(whole)
                substitutes.reset(token)

        return reread

    def site(self, pages: Sequence[Page]) -> Site:
        """All pages together."""
        listed = {page.file.src_uri for page in self.navigation.pages}
        of_source = {f"{self.documents}/{file.src_uri}": file for file in self.files.documentation_pages(inclusion=_any)}
        docs = Path(self.config.docs_dir).resolve()
        shown = []
        for page in pages:
            file = of_source.get(page.path)
            known = (
                file is None
                or file.src_uri in listed
                or file.inclusion is InclusionLevel.NOT_IN_NAV
                or not (docs / file.src_uri).is_file()  # a plugin made it, and leads readers to it in its own way
            )
            shown.append(page if known == page.in_navigation else replace(page, in_navigation=known))
        entries = tuple(_entry(file, docs) for file in self.files)
        lost = (SiteFile(file.src_uri, file.url, Inclusion.DISPLACED, is_page=True) for file in self.displaced)
        return Site(
            root=self.root,
            configuration=self.configuration.name,
            documents=self.documents,
            site_url=self.config.site_url or "",
            pages=tuple(shown),
            entries=(*entries, *lost),
            navigation=tuple(_flat(self.navigation.items)),
            use_directory_urls=self.config.use_directory_urls,
            data=_data_folder(self.config),
            theme=self.config.theme.name or "",
            theme_folders=tuple(Path(folder) for folder in self.config.theme.dirs),
            known_keys=(*sorted(self.config._schema_keys), "INHERIT"),
        )


def _prepare(
    configuration: Path, config: MkDocsConfig, inspect: Inspect, command: Literal["build", "serve"] = "build"
) -> _Project:
    """What MkDocs does before it reads the first page."""
    config.plugins.on_startup(command=command, dirty=False)
    config = config.plugins.on_config(config)
    config.markdown_extensions.append(Observer())  # type: ignore[arg-type] # Python-Markdown takes instances, too
    config.plugins.on_pre_build(config=config)
    files = get_files(config)
    displaced = _displaced(files, config)
    env = config.theme.get_env()
    files.add_files_from_theme(env, config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    navigation = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    return _Project(configuration, config, files, navigation, inspect, displaced)


def _displaced(files: Files, config: MkDocsConfig) -> tuple[File, ...]:
    """Files that MkDocs dropped, with a warning only, for another with the same address beside them."""
    known = set(files.src_uris)
    paths: list[str] = []
    for folder, _, names in os.walk(config.docs_dir, followlinks=True):
        relative = os.path.relpath(folder, config.docs_dir).replace(os.sep, "/")
        paths += (path for name in names if (path := name if relative == "." else f"{relative}/{name}") not in known)
    found = [File(path, config.docs_dir, config.site_dir, config.use_directory_urls) for path in paths]
    set_exclusions(found, config)
    addresses = {file.dest_uri for file in files if file.inclusion in _PUBLISHED}
    return tuple(file for file in found if file.inclusion in _PUBLISHED and file.dest_uri in addresses)


def _known_or_rendered(project: _Project, cache: Cache) -> Site:
    """Every page: from an earlier run where that is sure to be the same, else rendered now."""
    shown = list(project.files.documentation_pages())
    for file in shown:
        if file.page is None:
            MkDocsPage(None, file, project.config)
    if not _is_pure(project.config, _PAGE_EVENTS):
        pages = [project.render(file) for file in shown]
        with contextlib.suppress(Exception):  # some plugins finish pages here; what they need of a real build is not there
            project.config.plugins.on_env(project.config.theme.get_env(), config=project.config, files=project.files)
        return project.site(pages)
    if (common := _common_digest(project)) is None:
        return project.site(_in_parallel(project, shown))
    each = recall.page_keys(common, [(file.src_uri, file.url, _bytes(file)) for file in shown])
    keys = {file.src_uri: key for file, key in zip(shown, each, strict=True)}
    known = cache.pages(keys.values(), project.root)
    missing = [file for file in shown if keys[file.src_uri] not in known]
    rendered = dict(zip((keys[file.src_uri] for file in missing), _in_parallel(project, missing), strict=True))
    cache.keep(rendered, project.root)
    site = project.site([rendered.get(keys[file.src_uri]) or known[keys[file.src_uri]] for file in shown])
    if _is_pure(project.config, (*_PAGE_EVENTS, *_LIST_EVENTS)):
        sources = {f"{project.documents}/{file.src_uri}": file.src_uri for file in shown}
        recall.remember(site, project.configuration, cache, common, sources, _folders(project))
    return site


def _folders(project: _Project) -> Iterator[Path]:
    """The folders of the project from which the engine takes files."""
    yield Path(project.config.docs_dir)
    yield from (
        one
        for one in map(Path, project.config.theme.dirs)
        if one.is_relative_to(project.root) and not dependencies.has_version(one)
    )
    if folder := _data_folder(project.config):
        yield project.root / folder


def _is_pure(config: MkDocsConfig, events: Sequence[str]) -> bool:
    pure = {id(plugin) for name, plugin in config.plugins.items() if name.split("@")[0].strip() in PURE_PLUGINS}
    return all(
        id(getattr(handler, "__self__", None)) in pure or _is_own(handler)
        for event in events
        for handler in config.plugins.events[event]
    )


def _is_own(handler: object) -> bool:
    """Whether a handler is a hook of this package: what it does follows from the configuration and the data."""
    code = getattr(handler, "__code__", None)
    return code is not None and Path(code.co_filename).resolve() == _OWN_HOOKS


def _in_parallel(project: _Project, files: Sequence[File]) -> list[Page]:
    workers = min(os.cpu_count() or 1, (len(files) + 1) // 2)
    if workers < 2 or sys.platform != "linux" or v8.is_running() or multiprocessing.current_process().daemon:
        return [project.render(file) for file in files]
    _SHARED.append((project, files))
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            return list(
                pool.imap(_render_shared, range(len(files)), chunksize=max(1, min(_PAGES_A_TASK, len(files) // workers)))
            )
    finally:
        _SHARED.pop()


_SHARED: list[tuple[_Project, Sequence[File]]] = []
"""What a forked process finds already there; nothing of it can be sent."""


def _render_shared(number: int) -> Page:
    project, files = _SHARED[-1]
    return project.render(files[number])


def _common_digest(project: _Project) -> bytes | None:
    """What every page depends on besides its own file: configuration, programs, extensions, data and the list of files.

    ``None`` if that can't be told.
    """
    config = project.config
    parts = [*recall.configuration_parts(project.configuration)]
    parts.append(" ".join(sorted(project.surroundings.in_browser)).encode())
    extensions = [name for name in config.markdown_extensions if isinstance(name, str)]
    hooks: Any = config.hooks  # MkDocs keeps their modules by path, whatever its own types say
    used = dependencies.of(parts, extensions, hooks.values())
    if used is None or (config["mdx_configs"].get("pymdownx.snippets") or {}).get("url_download"):
        return None
    parts += used
    parts += [f"{file.src_uri}\0{file.url}\0{file.inclusion.name}".encode() for file in project.files]
    parts += [" ".join(sorted(project.style_classes)).encode()]
    if folder := _data_folder(config):
        parts += [file.read_bytes() for file in sorted((project.root / folder).glob("*.yml"))]
    return digest(*parts)


_DRAWN = {"mermaid": re.compile(r"mermaid", re.IGNORECASE), "math": re.compile(r"mathjax|katex|asciimath", re.IGNORECASE)}
_SCRIPT_BYTES = 100_000


def _surroundings(configuration: Path, config: MkDocsConfig) -> Surroundings:
    """What the project's plugins, scripts and templates may do to a page after it was rendered."""
    texts = [*map(str, config.plugins), *map(str, config.extra_javascript)]
    scripts = [Path(config.docs_dir) / str(one) for one in config.extra_javascript]
    folders = [Path(folder) for folder in config.theme.dirs if Path(folder).is_relative_to(configuration.parent)]
    templates = [file for folder in folders for kind in ("*.html", "*.js") for file in sorted(folder.rglob(kind))]
    files = [file for file in (*scripts, *templates) if file.is_file() and file.stat().st_size <= _SCRIPT_BYTES]
    texts += [file.read_text("utf-8", "replace") for file in files]
    drawn = frozenset(name for name, word in _DRAWN.items() if any(word.search(text) for text in texts))
    line_end = "\r\n" if b"\r\n" in configuration.read_bytes() else "\n"
    names = frozenset(name for name in config.markdown_extensions if isinstance(name, str))
    return Surroundings(names, drawn, line_end)


def _style_classes(config: MkDocsConfig, files: Files) -> frozenset[str]:
    """The class names in the project's own style sheets: among its documents, and in the folder that changes its theme."""
    folder = config.theme.custom_dir
    changes = [path for path in Path(folder).rglob("*") if path.suffix in {".css", ".html"}] if folder else []
    sheets = [Path(str(file.abs_src_path)) for file in files.css_files() if file.abs_src_path]
    theirs = Path(config.docs_dir).resolve()
    own = [path for path in sheets if path.resolve().is_relative_to(theirs)]
    classes: set[str] = set()
    for path in dict.fromkeys([*own, *changes]):
        with contextlib.suppress(OSError):
            text = path.read_text("utf-8", "replace")
            classes |= html.css_classes(text) if path.suffix == ".css" else html.style_classes(text)
    return frozenset(classes)


def _data_folder(config: MkDocsConfig) -> str:
    if "atlas.markdown" not in config.markdown_extensions:
        return ""
    return str((config["mdx_configs"].get("atlas.markdown") or {}).get("data", DATA))


def _populate(page: MkDocsPage, config: MkDocsConfig, files: Files) -> None:
    """MkDocs' own steps for one page, without its log."""
    page = config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    assert page.markdown is not None
    page.markdown = config.plugins.on_page_markdown(page.markdown, page=page, config=config, files=files)
    page.render(config, files)
    page.content = config.plugins.on_page_content(page.content or "", page=page, config=config, files=files)


def _split(text: str) -> tuple[str, dict[str, Any]]:
    from mkdocs.utils import meta

    content, data = meta.get_data(text)
    return content, dict(data)


_INCLUSIONS = {
    InclusionLevel.INCLUDED: Inclusion.INCLUDED,
    InclusionLevel.NOT_IN_NAV: Inclusion.NOT_IN_NAV,
    InclusionLevel.DRAFT: Inclusion.DRAFT,
    InclusionLevel.EXCLUDED: Inclusion.EXCLUDED,
}
_PUBLISHED = frozenset({InclusionLevel.INCLUDED, InclusionLevel.NOT_IN_NAV})


def _any(_: InclusionLevel) -> bool:
    return True


def _entry(file: File, documents: Path) -> SiteFile:
    inclusion = _INCLUSIONS.get(file.inclusion, Inclusion.INCLUDED)
    theirs = bool(file.abs_src_path) and not Path(str(file.abs_src_path)).is_relative_to(documents)
    return SiteFile(file.src_uri, file.url, inclusion, file.is_documentation_page(), theirs)


def _bytes(file: File) -> bytes:
    try:
        return file.content_bytes
    except (OSError, ValueError):
        return b""


def _flat(items: list[StructureItem]) -> Iterator[NavigationEntry]:
    for item in items:
        if isinstance(item, Section):
            yield from _flat(item.children)
        elif isinstance(item, NavigationLink):
            yield NavigationEntry(item.title or "", item.url)
        elif isinstance(item, MkDocsPage):
            yield NavigationEntry("", item.file.src_uri, is_page=True)
