"""``<chapter>/<page>`` → a page that already keeps every rule, filled in from the template, and its place in the navigation.

Whoever writes a page should meet the form as something to change, not as a list of demands.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from atlas.baseline import replace_file
from atlas.configuration import Configuration, Value
from atlas.facts import today
from atlas.findings import CannotCheckError, UsageError
from atlas.wording import nearest

TEMPLATE = Path(__file__).with_name("templates") / "page.md"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def draft(configuration: Path, name: str, title: str) -> Path:
    """Write ``<chapter>/<page>.md`` and list it at the end of its chapter; the file.

    Raises:
        UsageError: if the name is no good, the page is there already, or there is no such chapter.
        CannotCheckError: if a file can't be read or written; then nothing has changed.
    """
    chapter, _, page = name.removesuffix(".md").strip("/").rpartition("/")
    if not chapter or not all(_NAME.fullmatch(part) for part in [*chapter.split("/"), page]):
        raise UsageError(f"`{name}` 不像“章/页”：用小写英文、数字和连字符，例如 `training/data-mixing`。")
    documents = configuration.parent / _documents(configuration)
    file = documents / chapter / f"{page}.md"
    if file.exists():
        raise UsageError(f"`{file.relative_to(configuration.parent).as_posix()}` 已经有了，没有改动。")
    line = _last_line(configuration, chapter)
    try:
        text = configuration.read_bytes().decode("utf-8")
        lines = text.splitlines(keepends=True)
        last = lines[line - 1]
        indent = last[: len(last) - len(last.lstrip())]
        end = "\r\n" if last.endswith("\r\n") else "\n"
        lines[line - 1] = last if last.endswith(("\n", "\r")) else last + end
        lines.insert(line, f"{indent}- {_quoted(title)}: {chapter}/{page}.md{end}")
        replace_file(file, filled(title).encode("utf-8"))
        replace_file(configuration, "".join(lines).encode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotCheckError(f"写不了新的一页：{error}。") from error
    return file


def filled(title: str) -> str:
    """The template with a title and today's date."""
    return Template(TEMPLATE.read_text("utf-8")).substitute(title=title, quoted=_quoted(title), today=today().isoformat())


def _documents(configuration: Path) -> str:
    found = Configuration.of(configuration).find("docs_dir")
    return (found.text if found else None) or "docs"


def _last_line(configuration: Path, chapter: str) -> int:
    """The line, from 1, of the last page that the navigation lists for a chapter."""
    navigation = Configuration.of(configuration).find("nav")
    pages = [one for one in navigation.scalar_values() if one.path == configuration.name] if navigation else []
    inside = [one for one in pages if _folder(one) == chapter]
    if not inside:
        chapters = sorted(filter(None, map(_folder, pages)))
        close = nearest(chapter, chapters)
        known = "、".join(f"`{one}`" for one in dict.fromkeys(chapters))
        hint = f"最接近的是 `{close}`" if close else f"现有的章：{known}"
        raise UsageError(f"导航里没有 `{chapter}` 这一章；{hint}。新开一章，先在 mkdocs.yml 的 nav 里写上它的 index.md。")
    return max(one.location.line or 0 for one in inside)


def _folder(page: Value) -> str:
    return (page.text or "").rpartition("/")[0]


def _quoted(title: str) -> str:
    """A title as a YAML key."""
    plain = not re.search(r"[:#\[\]{},&*!|>'\"%@`]|^[-?\s]|\s$", title)
    return title if plain else '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
