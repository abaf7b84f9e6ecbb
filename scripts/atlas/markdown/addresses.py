"""The Markdown instance → which page is being rendered, so that what we generate can point to other files of the site."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown import Markdown


def page_path(md: Markdown) -> str | None:
    """The page's path in the documents' folder, as MkDocs or Zensical tell it to their own processors."""
    file = _registered(md.treeprocessors, "relpath")  # MkDocs
    if file is not None and hasattr(file, "file"):
        return str(file.file.src_uri)
    context = _registered(md.preprocessors, "rendering_context")  # Zensical
    return str(context.page.path).replace("\\", "/") if context is not None else None


def page_metadata(md: Markdown) -> dict[str, Any] | None:
    """The page's front matter as the engine keeps it for its templates; ``None`` if it is unknown here."""
    file = _registered(md.treeprocessors, "relpath")
    if file is not None and hasattr(file, "file"):
        return getattr(file.file.page, "meta", None)
    context = _registered(md.preprocessors, "rendering_context")
    return context.page.meta if context is not None else None


def output_folder(md: Markdown) -> str | None:
    """Zensical's output folder; ``None`` with MkDocs, whose hook adds generated files to the site."""
    context = _registered(md.preprocessors, "rendering_context")
    return str(context.config.get("site_dir") or "site") if context is not None else None


def documents_folder(md: Markdown) -> Path | None:
    """The folder with the pages."""
    file = _registered(md.treeprocessors, "relpath")
    if file is not None and hasattr(file, "config"):
        return Path(file.config.docs_dir)
    context = _registered(md.preprocessors, "rendering_context")
    return Path(str(context.config.get("docs_dir") or "docs")) if context is not None else None


def navigation(md: Markdown) -> Sequence[Any]:
    """The navigation as its author wrote it: lists, and mappings from a name to a page or a list; empty if there is none."""
    file = _registered(md.treeprocessors, "relpath")
    if file is not None and hasattr(file, "config"):
        return file.config.nav or ()
    context = _registered(md.preprocessors, "rendering_context")
    return [_as_written(one) for one in context.config.get("nav") or ()] if context is not None else ()


def _as_written(item: Mapping[str, Any]) -> Any:
    """An entry of the navigation as Zensical keeps it → as it was written."""
    value = [_as_written(one) for one in item.get("children") or ()] or str(item.get("url") or "")
    return {item["title"]: value} if item.get("title") else value


def relative(md: Markdown, target: str) -> str | None:
    """How an author would write the address of a file of the documents' folder on this page; ``None`` if unknown."""
    path = page_path(md)
    return None if path is None else posixpath.relpath(target, posixpath.dirname(path) or ".")


def published(md: Markdown) -> tuple[str, bool]:
    """Zensical's address of the site, and whether each page has a folder; with MkDocs, whose hook knows, it is not asked."""
    context = _registered(md.preprocessors, "rendering_context")
    config = context.config if context is not None else {}
    return str(config.get("site_url") or ""), bool(config.get("use_directory_urls", True))


def _registered(registry: Any, name: str) -> Any:
    return registry[name] if name in registry else None  # noqa: SIM401 - a registry has no get
