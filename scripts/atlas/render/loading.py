"""Loading a project and running MkDocs: without its log on the terminal, every way to fail in words for its user."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.plugins import PluginCollection

from atlas.configuration import place_refusal
from atlas.findings import CannotCheckError


def load(configuration: Path, said: list[str], output: Path | None = None) -> MkDocsConfig:
    """A project's configuration; ``said`` is what MkDocs has complained of.

    Raises:
        CannotCheckError: if there is none, or it is wrong; with the place.
    """
    if not configuration.is_file():
        raise CannotCheckError(f"找不到配置文件 `{configuration}`：请在项目根目录运行，或用 --config-file 指定。")
    try:
        options = {"site_dir": str(output)} if output else {}
        return load_config(str(configuration), **options)
    except RecursionError:
        raise
    except (Exception, Abort) as error:  # hooks and plugins run here and raise whatever they like
        plain = isinstance(error, (MkDocsException, OSError, ValueError, ImportError, yaml.YAMLError)) and str(error).strip()
        reasons = said or [" ".join((str(error) if plain else f"{type(error).__name__} {error}").split())]
        place, reason = place_refusal(configuration, reasons[0])
        where = f" 第 {place.line} 行第 {place.column} 列" if place.line else " "
        more = f"（另有 {len(reasons) - 1} 处）" if len(reasons) > 1 else ""
        raise CannotCheckError(f"配置文件 `{place.path}`{where}有错：{reason[:300]}{more}") from error


@contextlib.contextmanager
def blaming_plugins() -> Iterator[None]:
    """Where a plugin of the project fails in a way of its own, say so."""
    try:
        yield
    except (Abort, CannotCheckError, MkDocsException, OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise
    except Exception as error:
        plugin = failed_plugin(error)
        if not plugin or plugin == "atlas-watcher":
            raise
        what = f"{type(error).__name__}：{one_line(error)}"
        raise CannotCheckError(f"插件 `{plugin}` 运行失败（{what}）。请更新或停用它，再检查一次。") from error


def failed_plugin(error: BaseException) -> str:
    """The plugin or hook in which something failed; empty if it was in none."""
    trace, name = error.__traceback__, ""
    while trace:
        frame, trace = trace.tb_frame, trace.tb_next
        if frame.f_code is PluginCollection.run_event.__code__:
            name = frame.f_locals["self"]._event_origins.get(frame.f_locals["method"], "")
    return name


def explain(error: BaseException, said: list[str]) -> str:
    """Why MkDocs gave up, in a sentence."""
    reasons = [one for one in said if one] or [one_line(error)]
    return f"MkDocs 无法渲染：{'；'.join(reasons[-2:])}"


def one_line(error: BaseException) -> str:
    """What an error says, or else its name."""
    return " ".join(str(error).split())[:300] or type(error).__name__


_TRACEBACK = re.compile(r'^ *(?:Traceback \(.*|File "[^"\n]*", line .*(?:\n {4,}.*)*)\n', re.MULTILINE)
"""Where in somebody's program something failed, which MkDocs tells along with what failed."""


@contextlib.contextmanager
def quiet() -> Iterator[list[str]]:
    """Keep MkDocs' own log off the terminal (our checks say it better) but remember its errors."""
    said: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(" ".join(_TRACEBACK.sub("", record.getMessage()).split()))

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
def working_folder(configuration: Path) -> Iterator[None]:
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
