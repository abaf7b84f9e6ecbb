"""The findings that a project started with, in a file → which of a report's findings are new.

A finding is known again by its rule, its file and the text of its line with the lines around it, never by a line number;
if only the lines around it have changed, by the rest. So edits elsewhere leave it known. Entries are counted and none is
used twice, so the same fault written once more is a new one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from atlas.findings import CannotCheckError, Finding, Report

DEFAULT = ".atlas-baseline.json"
_VERSION = 1
_SHOWN = 120
"""Characters of a line that the file shows; the digest beside them tells the rest."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What a finding is known by: file, rule, its line's text for people, and a digest of that line and its neighbours."""

    path: str
    rule: str
    text: str
    digest: str


class Fingerprints:
    """Findings of one report → entries; each file is read once."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lines: dict[str, tuple[str, ...]] = {}

    def of(self, finding: Finding) -> Entry:
        """What this finding is known by. One without a line is known by its message."""
        path = finding.location.path
        lines = self._lines.setdefault(path, self._report.lines(path))
        at = (finding.location.line or 0) - 1
        if not 0 <= at < len(lines):
            text = around = finding.message
        else:
            text = " ".join(lines[at].split())
            around = "\n".join(" ".join(line.split()) for line in ("", *lines, "")[at : at + 3])
        digest = hashlib.sha256(around.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return Entry(path, finding.rule.id, text[:_SHOWN], digest)


def read(file: Path) -> Counter[Entry]:
    """The entries of a file, with how often each is known.

    Raises:
        CannotCheckError: if there is no such file, or it is none of ours.
    """
    try:
        given = json.loads(file.read_text("utf-8"))
        if given["version"] != _VERSION:
            raise CannotCheckError(f"基线文件 `{file.name}` 是别的版本写的：用 `atlas validate --write-baseline` 重写一份。")
        return Counter({_entry(one): _count(one) for one in given["findings"]})
    except FileNotFoundError:
        raise CannotCheckError(f"没有基线文件 `{file}`：先用 `atlas validate --write-baseline` 写一份。") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CannotCheckError(f"基线文件 `{file.name}` 读不懂：用 `atlas validate --write-baseline` 重写一份。") from error


def write(file: Path, report: Report) -> int:
    """Write a report's findings to a file, which changes in one step; returns how many there are.

    Raises:
        CannotCheckError: if it can't be written.
    """
    prints = Fingerprints(report)
    counted = Counter(prints.of(finding) for finding in report.findings)
    entries = [
        {"path": one.path, "rule": one.rule, "text": one.text, "digest": one.digest, "count": count}
        for one, count in sorted(counted.items())
    ]
    text = json.dumps({"version": _VERSION, "findings": entries}, ensure_ascii=False, indent=2) + "\n"
    try:
        replace_file(file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise CannotCheckError(f"写不了基线文件 `{file}`：{error.strerror or error}。") from error
    return len(report.findings)


def subtract(report: Report, known: Mapping[Entry, int], is_looked_at: Callable[[Entry], bool]) -> Report:
    """The report without what is known; ``gone`` counts what was known and occurs no longer, among what was looked at."""
    prints = Fingerprints(report)
    left = Counter(known)
    unmatched: list[Finding] = []
    for finding in report.findings:
        if left[entry := prints.of(finding)] > 0:
            left[entry] -= 1
        else:
            unmatched.append(finding)
    new = [finding for finding in unmatched if not _take_alike(left, prints.of(finding))]
    gone = sum(count for entry, count in left.items() if count > 0 and is_looked_at(entry))
    return replace(report, findings=tuple(new), known=len(report.findings) - len(new), gone=gone)


def _take_alike(left: Counter[Entry], wanted: Entry) -> bool:
    """Use up an entry that differs in the lines around it alone, if there is one."""
    alike = next(
        (one for one, count in left.items() if count > 0 and replace(one, digest="") == replace(wanted, digest="")), None
    )
    if alike is None:
        return False
    left[alike] -= 1
    return True


def replace_file(file: Path, data: bytes) -> None:
    """Write a file in one step: whoever reads it meets the old content or the new, whole.

    Raises:
        OSError: if that is impossible.
    """
    import tempfile  # few runs write

    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def _entry(given: Mapping[str, Any]) -> Entry:
    values = [given[name] for name in ("path", "rule", "text", "digest")]
    if not all(isinstance(value, str) for value in values):
        raise ValueError("not text")
    return Entry(*values)


def _count(given: Mapping[str, Any]) -> int:
    count = given["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError("not a count")
    return count
