"""A MkDocs project → a :class:`~atlas.model.Site`. The only module that knows MkDocs.

MkDocs does the rendering with the project's own plugins and extensions; a plugin of ours, added for the run,
watches it. The watcher can look at all rendered pages before a single file is written, and stop there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.plugins import BasePlugin
from mkdocs.structure import StructureItem
from mkdocs.structure.files import Files, InclusionLevel
from mkdocs.structure.nav import Link as NavigationLink
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page as MkDocsPage

from atlas import html
from atlas.findings import CannotCheckError
from atlas.markdown import DATA
from atlas.markdown.state import collector
from atlas.model import NavigationEntry, Page, Rendered, Site, Written

Look = Callable[[Site], None]


_SHOWN = (InclusionLevel.INCLUDED, InclusionLevel.NOT_IN_NAV)


class _Seen(Exception):  # noqa: N818 - no error: it ends a look
    """Everything was rendered and looked at; nothing shall be written."""


def render(configuration: Path) -> Site:
    """Render all pages, write nothing.

    Raises:
        CannotCheckError: if the configuration or a page can't be read, or a plugin fails.
    """
    sites: list[Site] = []

    def look(site: Site) -> None:
        sites.append(site)
        raise _Seen

    with tempfile.TemporaryDirectory(prefix="atlas-") as scratch, contextlib.suppress(_Seen):
        build(configuration, Path(scratch), look)
    return sites[0]


def build(configuration: Path, output: Path, look: Look) -> None:
    """Render all pages, show them to ``look``, which may raise to stop, and write the site to ``output``.

    Raises:
        CannotCheckError: if the configuration or a page can't be read, or a plugin fails.
    """
    configuration = configuration.absolute()  # as given, it is meant from where the user stands
    with _quiet() as said, _working_folder(configuration):
        config = _load(configuration, output)
        config.plugins["atlas-watcher"] = _Watcher(configuration.resolve(), look)
        try:
            mkdocs_build(config)
        except (_Seen, CannotCheckError):
            raise
        except (Abort, MkDocsException, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise CannotCheckError(_explain(error, said)) from error
        finally:
            collector.set(None)


def serve(configuration: Path, address: str, look: Look) -> None:
    """Preview with live reload; after each rendering ``look`` sees the site.

    Raises:
        CannotCheckError: if the configuration can't be read or the port is taken.
    """
    from mkdocs.commands.serve import serve as mkdocs_serve

    configuration = configuration.absolute()
    # The preview loads its configuration anew for each build; the watcher joins each through the project's hook.
    _PREVIEW.append(_Watcher(configuration.resolve(), look))
    with _working_folder(configuration):
        try:
            mkdocs_serve(str(configuration), dev_addr=address)
        except (Abort, MkDocsException, OSError) as error:
            raise CannotCheckError(f"预览无法启动：{error}") from error


_PREVIEW: list[_Watcher] = []


def join_preview(config: MkDocsConfig) -> None:
    """Called by the project's hook: lets the running preview's watcher, if any, see this build."""
    for watcher in _PREVIEW:
        config.plugins["atlas-watcher"] = watcher


class _Watcher(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
    """A MkDocs plugin for one run: notes what each page held and shows the whole site to ``look``."""

    def __init__(self, configuration: Path, look: Look) -> None:
        self._configuration = configuration
        self._look = look
        self._written: dict[str, Written] = {}
        self._navigation: Navigation | None = None

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self._navigation = nav
        return nav

    def on_pre_page(self, page: MkDocsPage, *, config: MkDocsConfig, files: Files) -> MkDocsPage:
        self._written[page.file.src_uri] = written = Written()
        collector.set(written)
        return page

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        collector.set(None)
        self._look(self._site(config, files))
        return env

    def _site(self, config: MkDocsConfig, files: Files) -> Site:
        root = self._configuration.parent
        docs = os.path.relpath(config.docs_dir, root).replace(os.sep, "/")
        navigation = self._navigation
        assert navigation is not None
        listed = {page.file.src_uri for page in navigation.pages}
        pages = tuple(
            Page(
                path=f"{docs}/{file.src_uri}",
                url=file.url,
                source=_source(file.page),
                rendered=html.read(file.page.content or "") if file.page else Rendered(),
                written=self._written.get(file.src_uri, Written()),
                in_navigation=file.src_uri in listed or file.inclusion is InclusionLevel.NOT_IN_NAV,
            )
            for file in files.documentation_pages()
        )
        included = [file for file in files if file.inclusion in _SHOWN]
        return Site(
            root=root,
            configuration=self._configuration.name,
            documents=docs,
            site_url=config.site_url or "",
            pages=pages,
            files=frozenset(file.url for file in included),
            paths=frozenset(file.src_uri for file in included),
            lost_entries=tuple(_lost(navigation.items, {file.url for file in included})),
            data=str(config.mdx_configs.get("atlas.markdown", {}).get("data", DATA))
            if "atlas.markdown" in config.markdown_extensions
            else "",
        )


def _source(page: MkDocsPage | None) -> str:
    try:
        return page.file.content_string if page else ""
    except (OSError, ValueError):
        return ""


def _lost(items: list[StructureItem], urls: set[str]) -> Iterator[NavigationEntry]:
    for item in items:
        if isinstance(item, Section):
            yield from _lost(item.children, urls)
        elif isinstance(item, NavigationLink):
            address = urlsplit(item.url)
            if not address.scheme and not address.netloc and address.path.lstrip("/") not in urls:
                yield NavigationEntry(item.title or "", item.url)


def _load(configuration: Path, output: Path) -> MkDocsConfig:
    if not configuration.is_file():
        raise CannotCheckError(f"找不到配置文件 `{configuration}`：请在项目根目录运行，或用 --config-file 指定。")
    try:
        return load_config(str(configuration), site_dir=str(output))
    except (MkDocsException, Abort, OSError, ValueError, ImportError) as error:
        raise CannotCheckError(f"配置文件 `{configuration.name}` 有错：{_one_line(error)}") from error
    except yaml.YAMLError as error:
        raise CannotCheckError(f"配置文件 `{configuration.name}` 不是合法的 YAML：{_one_line(error)}") from error


def _explain(error: BaseException, said: list[str]) -> str:
    reasons = [one for one in said if one] or [_one_line(error)]
    return f"MkDocs 无法渲染：{'；'.join(reasons[-2:])}"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


@contextlib.contextmanager
def _quiet() -> Iterator[list[str]]:
    """Keep MkDocs' own log off the terminal (our checks say it better) but remember its errors."""
    said: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(" ".join(record.getMessage().split()))

    logger, handler = logging.getLogger("mkdocs"), Keep(logging.ERROR)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


@contextlib.contextmanager
def _working_folder(configuration: Path) -> Iterator[None]:
    """Relative options of extensions are meant from the project's folder."""
    folder = configuration.resolve().parent
    if not folder.is_dir():
        yield
        return
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
