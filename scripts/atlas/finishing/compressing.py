"""A finished site → the same site with a ``.br`` and a ``.gz`` beside each text, for a server to hand out as they lie.

Compressed once with the greatest effort, instead of for each reader with little: smaller, and no work for the server.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from atlas.findings import CannotCheckError

_TEXTS = frozenset([".html", ".css", ".js", ".mjs", ".json", ".svg", ".xml", ".txt", ".csv", ".wasm", ".webmanifest"])
_LEAST = 512
"""Bytes below which a packet is a packet."""


def compress(folder: Path) -> int:
    """Write the compressed files where they are smaller, and say how many texts have them.

    Raises:
        CannotCheckError: if the library for brotli is not installed.
    """
    try:
        import brotli
    except ImportError as error:
        raise CannotCheckError("预先压缩要用 Python 包 brotli：运行 `make install`，或 `pip install brotli`。") from error
    ways: dict[str, Callable[[bytes], bytes]] = {
        ".br": lambda data: bytes(brotli.compress(data, mode=brotli.MODE_TEXT, quality=11)),
        ".gz": lambda data: gzip.compress(data, 9, mtime=0),
    }

    def write(file: Path) -> None:
        data = file.read_bytes()
        for ending, way in ways.items():
            if len(packed := way(data)) < len(data):
                file.with_name(file.name + ending).write_bytes(packed)

    texts = [path for path in folder.rglob("*") if path.suffix in _TEXTS and path.is_file()]
    texts = [path for path in texts if path.stat().st_size >= _LEAST]
    with ThreadPoolExecutor() as pool:  # both libraries let go of the interpreter while they work
        list(pool.map(write, texts))
    return len(texts)
