"""Pinned JavaScript libraries in an embedded V8: a function name and JSON arguments → a JSON value.

Mermaid, Pele and KaTeX are the programs that draw this site, so they are also its judges. They run in this process,
without a browser and without Node.js; a call that takes too long or too much memory ends with :class:`EngineError`.
"""

from __future__ import annotations

import functools
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.findings import CannotCheckError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

SECONDS_PER_CALL = 10.0
BYTES_PER_CALL = 500_000_000  # well below the limit at which V8 itself ends the whole process
NODE_MODULES = Path(os.environ.get("ATLAS_NODE_MODULES") or Path(__file__).resolve().parents[2] / "node_modules")

MERMAID = "mermaid/dist/mermaid.min.js"
PELE = "pele/dist/pele.global.js"
KATEX = "katex/dist/katex.min.js"


_RUNNING: list[str] = []


@functools.cache
def _thread() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # a run that draws nothing does without

    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="atlas-v8")


def is_running() -> bool:
    """Whether this process runs V8; such a process must not be forked, since its threads would be missing in the copy."""
    return bool(_RUNNING)


class EngineError(CannotCheckError):
    """A JavaScript library crashed, ran away or is missing; the text is one sentence for the user."""


def library(path: str) -> Path:
    """The file of a pinned npm package, such as ``katex/dist/katex.min.js``.

    Raises:
        EngineError: if it is not installed.
    """
    file = NODE_MODULES / path
    if not file.is_file():
        raise EngineError(f"缺少 JavaScript 库 `{path}`：请在项目根目录运行 `make site` 安装依赖。")
    return file


class Engine:
    """One V8 context with some libraries and our own glue scripts loaded, on first use.

    ``faster`` holds, for a library, a pattern in its text and what stands for it here: the same result, sooner. Where a
    release no longer has what the pattern matches, the library runs as it is.
    """

    def __init__(
        self,
        name: str,
        libraries: Sequence[str],
        scripts: Sequence[str],
        faster: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.name = name
        self._faster = faster or {}
        self._libraries = tuple(libraries)
        self._scripts = tuple(scripts)
        self._context: Any = None
        self._lock = threading.Lock()

    def call(self, function: str, *arguments: object, seconds: float = SECONDS_PER_CALL) -> Any:
        """Call ``function(*arguments)``, which returns JSON text or a promise of it, and decode the answer.

        Raises:
            EngineError: if the library crashes, or exceeds ``seconds`` or the memory limit.
        """
        code = f"{function}({', '.join(json.dumps(argument) for argument in arguments)})"
        with self._lock:
            # A thread of its own: mini-racer refuses to wait in a thread where an event loop runs (a caller may have one).
            answer = _thread().submit(self._evaluate, code, seconds).result()
        return json.loads(answer)

    def _evaluate(self, code: str, seconds: float) -> str:
        try:
            answer = self._loaded().eval(code, timeout_sec=seconds, max_memory=BYTES_PER_CALL)
            return str(answer if isinstance(answer, str) else answer.get(timeout=seconds))
        except EngineError:
            raise
        except TimeoutError:
            self._context = None  # an interrupted context may hold half-finished state
            raise EngineError(f"{self.name} 运行超过 {seconds:g} 秒仍未结束，已中止。") from None
        except Exception as error:
            self._context = None
            raise EngineError(f"{self.name} 运行失败：{_first_line(error)}") from error

    def _loaded(self) -> Any:
        if self._context is None:
            self._context = self._load()
        return self._context

    def _load(self) -> Any:
        import ctypes

        try:
            from py_mini_racer import MiniRacer
        except (ImportError, OSError) as error:
            raise EngineError(f"无法载入 V8（mini-racer）：{_first_line(error)}") from error
        context = MiniRacer()
        _RUNNING.append(self.name)
        # V8 may take the process along when a context that has made promises is closed, so none ever is: not when it is
        # replaced, and not at the end of the process, which takes it back anyway.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(context))
        context.eval(_script("browser_stub.js"))
        for path in self._libraries:
            text = library(path).read_text("utf-8")
            context.eval(re.sub(*self._faster[path], text, count=1) if path in self._faster else text)
        for name in self._scripts:
            context.eval(_script(name))
        return context


def _script(name: str) -> str:
    return (Path(__file__).parent / "javascript" / name).read_text("utf-8")


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kind = type(error).__name__
    if "Memory" in kind or "OOM" in kind:
        return f"内存超过 {BYTES_PER_CALL // 1_000_000} MB 的上限"
    return lines[0] if lines else kind
