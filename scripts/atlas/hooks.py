"""MkDocs hooks of this project: put the pinned scripts that a finished site refers to beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from atlas.calculators import NAME, data_of, data_script
from atlas.facts import data_folder, load, load_terms
from atlas.finishing import finish
from atlas.v8 import IFRAME_WORKER, MERMAID, library

VENDOR = {"assets/vendor/mermaid.min.js": MERMAID, "assets/vendor/iframe-worker.js": IFRAME_WORKER}


def on_config(config: Any) -> Any:
    """The polyfill is for the offline flavour alone, and what follows moved headings for a book in which some moved."""
    from atlas import moved

    plugins = config["plugins"]
    if not _is_offline(config):
        kept = [path for path in config["extra"].get("polyfills", []) if path not in VENDOR]
        config["extra"]["polyfills"] = kept
    mermaid2 = plugins.get("mermaid2")
    if mermaid2 and mermaid2.config["javascript"]:
        # The plugin insists that a local script lies in docs/ already; ours joins the site when it is finished.
        mermaid2._javascript = mermaid2.config["javascript"]
    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    moves = moved.load(data_folder(str(options.get("data") or "docs/_data")))
    if len(moves.pages) < len(moves.targets) and moved.SCRIPT not in config["extra_javascript"]:
        config["extra_javascript"].append(moved.SCRIPT)
    return config


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
    """Give the glossary's words to jieba, which cuts the search index: it would cut 张量并行 in the wrong places.

    Only now, when pages are written: its dictionary takes a second to load, and whoever only looks needs no index.
    """
    import jieba

    jieba.setLogLevel(60)
    options = (config["mdx_configs"] or {}).get("atlas.markdown") or {}
    for term in load_terms(data_folder(str(options.get("data") or "docs/_data"))).values():
        for word in (term.zh, *term.also, *term.avoid):
            if word and not word.isascii():
                jieba.add_word(word, freq=2_000_000)
    return env


def on_post_build(config: Any) -> None:
    """Copy each pinned script that some page loads; then finish the site, unless it is a preview or `atlas` does so."""
    site = Path(config["site_dir"])
    ship(site)
    if _commands[-1:] in (["build"], ["gh-deploy"]) and "atlas-watcher" not in config["plugins"]:
        finish(site, offline=_is_offline(config))


on_post_build.mkdocs_priority = -200  # type: ignore[attr-defined] # after the offline plugin has written its index


def on_startup(command: str, dirty: bool) -> None:
    """Note whether this is a build or a preview."""
    _commands.append("preview" if dirty else command)


_commands: list[str] = []


def _is_offline(config: Any) -> bool:
    plugins = config["plugins"]
    offline = plugins.get("offline") or plugins.get("material/offline")
    return bool(offline and offline.config["enabled"])


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
