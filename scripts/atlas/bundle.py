"""A finished offline site → a zip whose bytes depend on its contents alone."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOT_OFFLINE = frozenset({"404.html", "sitemap.xml", "sitemap.xml.gz"})
"""Files that only a server makes use of."""


def pack(site: Path, archive: Path, *, folder: str) -> None:
    """Write all files of ``site`` below ``folder`` into ``archive``, which appears in one step."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_name(f".{archive.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for file in sorted(path for path in site.rglob("*") if path.is_file()):
                name = file.relative_to(site).as_posix()
                if name not in _NOT_OFFLINE:
                    _add(packed, f"{folder}/{name}", file.read_bytes())
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)


def _add(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same on every system
    packed.writestr(entry, data)
