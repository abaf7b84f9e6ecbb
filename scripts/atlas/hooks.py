"""MkDocs hooks of this project: put beside a finished site the scripts that it refers to, and the index of its search."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas.facts import data_folder, load, load_terms
from atlas.v8 import MERMAID, library

VENDOR = {"assets/vendor/mermaid.min.js": MERMAID}
PREVIEW = "search/preview/"
_WAITING: list[Any] = []
"""The files of a preview, whose pages are rendered when somebody asks for them."""


def on_config(config: Any) -> Any:
    """A site that opens by double-click has no server that would look for the index page of a folder."""
    if config["extra"].get("offline"):
        config["use_directory_urls"] = False
    mermaid2 = config["plugins"].get("mermaid2")
    if mermaid2 and mermaid2.config["javascript"]:
        # The plugin insists that a local script lies in docs/ already; ours joins the site when it is finished.
        mermaid2._javascript = mermaid2.config["javascript"]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the data as CSV and JSON to the site, where the project names a folder for it; nothing is written into docs/."""
    from atlas.render import add_file
    from atlas.tables import export_files

    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    folder = str(options.get("downloads") or "").strip("/")
    if folder:
        for name, text in export_files(load(data_folder(str(options.get("data") or "docs/_data")))).items():
            add_file(files, config, f"{folder}/{name}", text)
    return files


def on_env(env: Any, config: Any, files: Any) -> Any:
    """Make the index of the readers' search from the pages as rendered, and tell the template where it lies.

    Only now, when pages are written: whoever only looks needs no index. A preview has rendered none yet; its index is made
    when a reader asks for it, from the pages that are there by then.
    """
    from atlas.render import add_file, is_rendered

    _WAITING.clear()
    if is_rendered(files):
        index = _index(files, config)
        for path, text in index.items():
            add_file(files, config, path, text)
        config["extra"]["search_index"] = next(iter(index)).rpartition("/")[0] + "/"
    else:
        _WAITING.append(files)
        config["extra"]["search_index"] = PREVIEW
    return env


def on_post_build(config: Any) -> None:
    """Copy each pinned script that some page loads; a site without such a page carries none of it."""
    site = Path(config["site_dir"])
    ship(site)
    for files in _WAITING:
        (site / PREVIEW).mkdir(parents=True, exist_ok=True)
        for path, text in _index(files, config).items():
            (site / PREVIEW / Path(path).name).write_text(text, "utf-8")


def _index(files: Any, config: Any) -> Mapping[str, str]:
    from atlas.render import searched
    from atlas.search import pieces

    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    return pieces(searched(files), load_terms(data_folder(str(options.get("data") or "docs/_data"))).values())


def ship(site: Path) -> None:
    """Copy the pinned scripts that the pages of a finished site refer to.

    Raises:
        EngineError: if one is needed and not installed.
    """
    missing = dict(VENDOR)
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for target in [target for target in missing if target in text]:
            file = site / target
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(library(missing.pop(target)), file)
        if not missing:
            return
