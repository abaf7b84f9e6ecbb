"""MkDocs hooks of this project: put the pinned scripts that a finished site refers to beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from atlas.facts import data_folder, load, load_terms
from atlas.v8 import IFRAME_WORKER, MERMAID, library

VENDOR = {"assets/vendor/mermaid.min.js": MERMAID, "assets/vendor/iframe-worker.js": IFRAME_WORKER}


def on_config(config: Any) -> Any:
    """The polyfill is for the offline flavour alone."""
    plugins = config["plugins"]
    offline = plugins.get("offline") or plugins.get("material/offline")
    if not (offline and offline.config["enabled"]):
        kept = [path for path in config["extra"].get("polyfills", []) if path not in VENDOR]
        config["extra"]["polyfills"] = kept
    mermaid2 = plugins.get("mermaid2")
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
    """Copy each pinned script that some page loads; a site without such a page carries none of it."""
    ship(Path(config["site_dir"]))


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
