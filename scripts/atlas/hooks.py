"""MkDocs hooks of this project: put beside a finished site the scripts that it refers to, and the index of its search."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas.calculators import NAME, data_of, data_script
from atlas.facts import data_folder, load, load_terms
from atlas.finishing import finish
from atlas.v8 import MERMAID, library

VENDOR = {"assets/vendor/mermaid.min.js": MERMAID}
PREVIEW = "search/preview/"
_WAITING: list[Any] = []
"""The files of a preview, whose pages are rendered when somebody asks for them."""


def on_config(config: Any) -> Any:
    """A site that opens by double-click has no server that would look for the index page of a folder; what follows moved
    headings is for a book in which some moved.
    """
    from atlas import moved

    if config["extra"].get("offline"):
        config["use_directory_urls"] = False
    mermaid2 = config["plugins"].get("mermaid2")
    if mermaid2 and mermaid2.config["javascript"]:
        # The plugin insists that a local script lies in docs/ already; ours joins the site when it is finished.
        mermaid2._javascript = mermaid2.config["javascript"]
    config["extra"]["commit"] = config["extra"].get("commit") or _commit(config)
    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    moves = moved.load(data_folder(str(options.get("data") or "docs/_data")))
    if len(moves.pages) < len(moves.targets) and moved.SCRIPT not in config["extra_javascript"]:
        config["extra_javascript"].append(moved.SCRIPT)
    return config


def _commit(config: Any) -> str:
    """The commit that lies in the project's folder; nothing outside a repository."""
    folder = Path(config["docs_dir"]).parent
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout.strip()


def on_files(files: Any, config: Any) -> Any:
    """Add what is made from the data: the data as CSV and JSON and for the calculators, where the project names folders, a
    page for each that moved away, the feed of corrections and the licences of others. Nothing is written into docs/.
    """
    from atlas import feed, licences, moved
    from atlas.render import add_file
    from atlas.tables import export_files

    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    data = data_folder(str(options.get("data") or "docs/_data"))
    folder = str(options.get("downloads") or "").strip("/")
    if folder:
        for name, text in export_files(load(data)).items():
            add_file(files, config, f"{folder}/{name}", text)
    site_url = config["site_url"] or ""
    for path, text in moved.pages(moved.load(data), site_url, folders=config["use_directory_urls"]).items():
        add_file(files, config, path, text)
    if entries := feed.atom(load(data), site_url, folders=config["use_directory_urls"]):
        add_file(files, config, feed.FILE, entries)
    if notice := licences.notice(load(data)):
        add_file(files, config, licences.FILE, notice)
    scripts = str(options.get("calculators") or "").strip("/")
    if scripts:
        add_file(files, config, f"{scripts}/{NAME}", data_script(data_of(load(data))))
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
    """Copy each pinned script that some page loads, and finish the site, unless it is a preview or `atlas` does so."""
    site = Path(config["site_dir"])
    ship(site)
    for files in _WAITING:
        (site / PREVIEW).mkdir(parents=True, exist_ok=True)
        for path, text in _index(files, config).items():
            (site / PREVIEW / Path(path).name).write_text(text, "utf-8")
    if _commands[-1:] in (["build"], ["gh-deploy"]) and "atlas-watcher" not in config["plugins"]:
        finish(site, offline=bool(config["extra"].get("offline")), templates=map(Path, config["theme"].dirs))


on_post_build.mkdocs_priority = -200  # type: ignore[attr-defined] # after all plugins have written what they write


def on_startup(command: str, dirty: bool) -> None:
    """Note whether this is a build or a preview."""
    _commands.append("preview" if dirty else command)


_commands: list[str] = []


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
