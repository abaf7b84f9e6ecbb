"""The files of a site against one another: two that want one address, and assets that nobody uses.

An asset is called unused only if nothing could mean it: no page links to it, and its name stands in no text of the project
(pages, styles, scripts, templates, hooks, configuration), nor in code that would put the name together.
"""

from __future__ import annotations

import os
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from atlas.checks.addresses import resolve
from atlas.configuration import Configuration, Value
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Inclusion, Site, SiteFile
from atlas.scan import scan

ADDRESS = RULES.add(
    "page-address-duplicate",
    Severity.ERROR,
    "两个文件抢同一个地址",
    """`a.md` 与 `a/index.md`、`README.md` 与 `index.md` 都会成为同一个网页，只有一个留下，另一个读者永远看不到。
    只差大小写的两个地址，在 Windows 和 macOS 上也是同一个文件。""",
)
UNUSED = RULES.add(
    "asset-unused",
    Severity.WARNING,
    "文档文件夹里有没人用的图片、样式或附件",
    "没有页面、样式、脚本、模板或配置提到它，读者却要跟着下载或打包。引用它，或删掉它；有意留给外部链接的，写进一页里。",
)
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")
_MEDIA = (".mp4", ".webm", ".ogv", ".mov", ".mp3", ".ogg", ".wav", ".m4a")
_FONTS = (".woff", ".woff2", ".ttf", ".otf", ".eot")
_PAPERS = (".pdf", ".zip", ".gz", ".tgz", ".7z", ".rar", ".docx", ".xlsx", ".pptx", ".csv")
_KINDS = frozenset((*_IMAGES, *_MEDIA, *_FONTS, *_PAPERS, ".css", ".js", ".mjs"))
"""What somebody must link to, or it is lost; data, texts and HTML may be asked for by their address from anywhere."""
_KNOWN = re.compile(
    r"^(favicon|apple-touch-icon|android-chrome|mstile|safari-pinned-tab|og-image|social|logo|icon)\b|^(sw|service-?worker)\.m?js$|\.min\.\w+$",
    re.IGNORECASE,
)
"""Names that browsers, search engines, hosts and themes ask for by themselves, or that come with others."""
_CODE = frozenset(
    {".py", ".js", ".mjs", ".ts", ".html", ".htm", ".jinja", ".j2", ".yml", ".yaml", ".json", ".toml", ".css", ".xml"}
)
_MARKDOWN = frozenset({".md", ".markdown"})
_PROSE = frozenset({".md", ".markdown", ".svg", ".txt", ".csv", ".webmanifest", ".tex", ".bib"})
_SKIPPED = frozenset({"node_modules", "site", "dist", "build", "venv", "__pycache__"})
_LONGEST = 4_000_000
"""Bytes of a text beyond which nobody wrote it by hand."""
_MANY = 200
"""Names with spaces or brackets are sought in whole texts; of more than these many nothing is said."""
_PREFIX = re.compile(r"""([\w\-]{3,})(?:\$?\{|%[sd]|["'`]\s*[+~])""")
"""The beginning of a name that code goes on with: ``page-${n}``, ``page-{n}``, ``page-%d``, ``"page-" + n``."""
_BUILT = ("/*", "/{", "/$", "/%", "/'", '/"', "'", '"')
"""What stands behind a folder's name in code that puts a file's name together."""
_SUFFIX = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(_KINDS)))})(?![0-9A-Za-z])", re.IGNORECASE)
_LONGEST_NAME = 255
_WORD = re.compile(r"[^\s\"'`()<>\[\]{}|,;=\\/?#&:!*，。；：、（）《》“”]+")


def check(site: Site) -> Iterator[Finding]:
    """Addresses that two files want, and assets that nobody uses."""
    if site.documents:
        yield from _addresses(site)
        yield from _unused(site)


def _addresses(site: Site) -> Iterator[Finding]:
    wanted: dict[str, list[SiteFile]] = defaultdict(list)
    for entry in site.entries:
        if not entry.from_theme and (entry.is_published or entry.inclusion is Inclusion.DISPLACED):
            wanted[unicodedata.normalize("NFC", _file_name(entry.url)).casefold()].append(entry)
    for rivals in wanted.values():
        # Static files are copied first, then pages are written in order: the last one stays.
        order = sorted(rivals, key=lambda one: (one.inclusion is not Inclusion.DISPLACED, one.is_page))
        for loser in order[:-1]:
            winner = order[-1]
            place = Location(f"{site.documents}/{loser.path}", 1, 1)
            if _file_name(loser.url) == _file_name(winner.url):
                message = f"`{loser.path}` 与 `{winner.path}` 的地址都是 `{_file_name(loser.url)}`，读者只看得到后者"
            else:
                message = f"`{loser.path}` 与 `{winner.path}` 的地址只差大小写，在 Windows 和 macOS 上是同一个文件"
            yield Finding(ADDRESS, place, message, "给其中一个改名，或合成一页")


def _file_name(url: str) -> str:
    plain = "" if url in {".", "./"} else unquote(url)
    return f"{plain}index.html" if not plain or plain.endswith("/") else plain


def _unused(site: Site) -> Iterator[Finding]:
    left = [
        entry for entry in site.entries if site.asks_for(f"{site.documents}/{entry.path}") and _may_be_unused(site, entry)
    ]
    if left:
        used = _linked(site)
        left = [entry for entry in left if unquote(entry.url) not in used]
    for entry in _unmentioned(site, left):
        place = Location(f"{site.documents}/{entry.path}")
        yield Finding(UNUSED, place, f"没有任何地方用到 `{entry.path}`", "引用它，或删掉它")


def _may_be_unused(site: Site, entry: SiteFile) -> bool:
    path = PurePosixPath(entry.path)
    if entry.is_page or entry.from_theme or not entry.is_published or path.suffix.lower() not in _KINDS:
        return False
    if _KNOWN.search(path.name) or any(part.startswith((".", "_")) for part in path.parts):
        return False
    if any((folder / entry.path).is_file() for folder in site.theme_folders):
        return False  # it stands in for the theme's own
    return (site.root / site.documents / entry.path).is_file()


def _linked(site: Site) -> set[str]:
    """The urls of everything that a page links to or loads."""
    used: set[str] = set()
    for page in site.pages:
        base = "" if page.url in {".", "./"} else page.url
        for target in {link.target for link in page.links}:
            destination = resolve(site, base, target)
            if destination is not None:
                used.add(destination.url)
    return used


def _unmentioned(site: Site, entries: Sequence[SiteFile]) -> list[SiteFile]:
    """Those that no text of the project names; texts are read one after the other until none is left."""
    wanted = _Wanted([entry.path for entry in entries])
    drawn = _drawn_fences(site) if entries else frozenset()
    for file in _texts(site) if entries else ():
        if not wanted.left:
            break
        try:
            text = file.read_text("utf-8", "replace") if file.stat().st_size <= _LONGEST else ""
        except OSError:
            continue
        suffix = file.suffix.lower()
        found = wanted.named(text, is_code=suffix in _CODE)
        if found and suffix in _MARKDOWN:
            found &= wanted.named(_shown(text, drawn), is_code=False)
        wanted.left -= found
    return [entry for entry in entries if entry.path in wanted.left]


class _Wanted:
    """Assets that are still to be found in some text, indexed by all that may stand for each."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.left = set(paths)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        self._folders: dict[str, set[str]] = defaultdict(set)
        for path in paths:
            pure = PurePosixPath(path)
            self._names[pure.name].add(path)
            self._stems[pure.stem].add(path)
            self._folders[pure.parent.as_posix()].add(path)
        self._sorted = sorted(self._names)
        self._odd = [name for name in self._names if not _WORD.fullmatch(name)]
        if len(self._odd) > _MANY:
            self.left -= {path for name in self._odd for path in self._names[name]}

    def named(self, text: str, *, is_code: bool) -> set[str]:
        """The assets that a text names; code may leave the suffix out, or put names together."""
        words = {word.rstrip(".") for word in _WORD.findall(text)}
        words |= {unquote(word) for word in words if "%" in word}
        names = words & self._names.keys()
        names |= {name for name in self._odd[:_MANY] if name in text}
        names |= {name for word in words if not word.isascii() for name in self._inside(word)}
        found = {path for name in names for path in self._names[name]}
        return found | self._built(text, words) if is_code else found

    def _inside(self, word: str) -> Iterator[str]:
        """Names within a word: Chinese around a name has no spaces."""
        for end in (found.end() for found in _SUFFIX.finditer(word)):
            yield from (word[at:end] for at in range(max(0, end - _LONGEST_NAME), end) if word[at:end] in self._names)

    def _built(self, text: str, words: set[str]) -> set[str]:
        found = {path for stem in words & self._stems.keys() for path in self._stems[stem]}
        for start in set(_PREFIX.findall(text)):
            for name in self._sorted[bisect_left(self._sorted, start) :]:
                if not name.startswith(start):
                    break
                found |= self._names[name]
        for folder, paths in self._folders.items():
            if folder != "." and folder in text and any(f"{folder}{end}" in text for end in _BUILT):
                found |= paths
        return found


def _shown(text: str, drawn: frozenset[str]) -> str:
    """What of a Markdown text may show an asset: neither comments nor code, unless something is drawn from it."""
    seen = scan(text.replace("\r\n", "\n"))
    head = seen.lines[: seen.front_matter]
    fences = (line for one in seen.fences if one.language in drawn for line in seen.lines[one.line : one.end])
    return "\n".join((*head, seen.masked, *fences))


def _drawn_fences(site: Site) -> frozenset[str]:
    """The languages of fences that are more to the project than code to be read: those with a ``name`` in its options."""
    extensions = Configuration.of(site.root / site.configuration).find("markdown_extensions")
    return frozenset({"mermaid", *(_names(extensions) if extensions else ())})


def _names(options: Value) -> Iterator[str]:
    for key, value in options.pairs():
        if key.text == "name" and value.text:
            yield value.text
        yield from _names(value)
    for one in options.values():
        yield from _names(one)


def _texts(site: Site) -> list[Path]:
    """Every text that may name a file: the project's own, the documents, snippets, the theme's overrides."""
    configuration = Configuration.of(site.root / site.configuration)
    files = {site.root / layer.path for layer in configuration.layers}
    files |= {site.root / name for page in site.pages for name in page.snippets}
    folders = {site.root, site.root / site.documents}
    theme, hooks = configuration.find("theme", "custom_dir"), configuration.find("hooks")
    folders |= {site.root / theme.text} if theme and theme.text else set()
    files |= {site.root / one.text for one in hooks.values() if one.text} if hooks else set()
    for folder in folders:
        files |= set(_texts_in(folder, top=folder == site.root))
    return sorted(files, key=lambda file: (file.suffix == ".md", file))  # the few that name much come first


def _texts_in(folder: Path, *, top: bool) -> Iterator[Path]:
    """Text files below a folder; of the project's own only code and Markdown, and nothing installed or built."""
    kinds = _CODE | ({".md"} if top else _PROSE)
    for path, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and not (top and one in _SKIPPED)]
        yield from (Path(path, name) for name in names if PurePosixPath(name).suffix.lower() in kinds)
