"""Files as bytes: their encoding and line ends, and characters that got lost or can't be seen.

A file that is not text is one finding; every other file is still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView

NOT_UTF8 = RULES.add(
    "file-not-utf8",
    Severity.ERROR,
    "文件不是 UTF-8",
    "MkDocs 只读 UTF-8，遇到别的编码整站都构建不了。其余页面照常检查。用编辑器“另存为 UTF-8”。",
)
BOM = RULES.add(
    "file-bom",
    Severity.WARNING,
    "文件开头有字节序标记",
    "看不见的字节序标记（BOM）让比较、拼接和别的工具出错。另存为“UTF-8（无 BOM）”。",
)
LINE_ENDS = RULES.add(
    "file-line-ends",
    Severity.WARNING,
    "换行与其余文件不同",
    "同一个项目里混着 LF 和 CRLF 时，改一行会显示成改全文。以 mkdocs.yml 的换行为准，在编辑器右下角改。",
)
LOST = RULES.add(
    "character-replacement",
    Severity.ERROR,
    "转码时丢了字",
    "读者看到的是黑菱形、“锟斤拷”一类的乱码或方框。找回原来的文字，从头以 UTF-8 保存。",
)

_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_LINE_END = re.compile(r"\r\n?|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOST = re.compile(r"\ufffd+|(?:锟斤拷)+锟?|锟斤")
_MISREAD = re.compile(
    r"(?:[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}){2,}"
)
_QUOTED = re.compile(r"[`“\"'‘「（(<《]\s*$")


def check(view: PageView) -> Iterator[Finding]:
    """The page's bytes, then its characters."""
    try:
        text = view.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        yield _not_text(view, error)
        return
    if text.startswith("\ufeff"):
        yield Finding(BOM, Location(view.path, 1, 1), "文件开头有看不见的字节序标记", "另存为 UTF-8（无 BOM）")
    yield from _line_ends(view, text.removeprefix("\ufeff"))
    for path, one in view.places.scans.items():
        for number, line in enumerate(one.lines, 1):
            if fault := _lost(line):
                yield Finding(LOST, Location(path, number, fault[1]), fault[0], "找回原来的文字，以 UTF-8 保存")


def _not_text(view: PageView, error: UnicodeDecodeError) -> Finding:
    name = next((name for mark, name in _BOMS if view.raw.startswith(mark)), "") or _guess(view.raw)
    if name:
        place, said = Location(view.path, 1, 1), f"看起来是 {name}"
    else:
        before = _LINE_END.split(view.raw[: error.start].decode("utf-8").removeprefix("\ufeff"))
        line = len(before)
        place = Location(view.path, line, len(before[-1]) + 1)
        said = f"第 {line} 行有字节 0x{view.raw[error.start]:02X}"
    return Finding(NOT_UTF8, place, f"文件不是 UTF-8（{said}），整站都构建不了", "用编辑器另存为 UTF-8")


def _guess(raw: bytes) -> str:
    """GBK, if all of the file is GBK and most of it that is not ASCII is everyday Chinese."""
    try:
        foreign = [one for one in raw.decode("gb18030") if ord(one) > 0x7F]
    except UnicodeDecodeError:
        return ""
    everyday = sum("\u4e00" <= one <= "\u9fff" or one in "，。、；：？！“”（）《》" for one in foreign)
    try:
        level_one = sum(0xB0 <= one.encode("gb2312")[0] <= 0xD7 for one in foreign if "\u4e00" <= one <= "\u9fff")
    except UnicodeEncodeError:
        return ""
    return "GBK" if foreign and everyday > 0.9 * len(foreign) and level_one > 0.6 * len(foreign) else ""


def _line_ends(view: PageView, text: str) -> Iterator[Finding]:
    """The first line that ends otherwise than the configuration's do."""
    wanted = view.surroundings.line_end
    strange = re.search(r"\r(?!\n)" if wanted == "\r\n" else r"\r\n?", text)
    if wanted == "\r\n" and not strange and "\r\n" in text:
        strange = re.search(r"(?<!\r)\n", text)
    if not strange:
        return
    before = _LINE_END.split(text[: strange.start()])
    has = {"\r\n": "CRLF", "\r": "CR", "\n": "LF"}[strange[0]]
    mixed = len(set(_LINE_END.findall(text))) > 1
    message = (
        f"这一行以 {has} 结束，文件里混着几种换行" if mixed else f"文件以 {has} 换行，mkdocs.yml 以 {_name(wanted)} 换行"
    )
    place = Location(view.path, len(before), len(before[-1]) + 1)
    yield Finding(LINE_ENDS, place, message, f"全文改成 {_name(wanted)} 换行")


def _name(end: str) -> str:
    return "CRLF" if end == "\r\n" else "LF"


def _lost(line: str) -> tuple[str, int] | None:
    """What is wrong with a line's characters and at which column; nothing of what is quoted as an example."""
    for found in _LOST.finditer(line):
        if not _is_quoted(line, found):
            return f"`{found[0][:12]}` 是转码时丢了的字，读者看到乱码", found.start() + 1
    for found in _MISREAD.finditer(line):
        try:
            meant = b"".join(_byte(one) for one in found[0]).decode("utf-8")
        except UnicodeError:
            continue
        if any(ord(one) > 0x2E7F for one in meant) and not _is_quoted(line, found):
            return f"`{found[0][:24]}` 是读错编码的 `{meant[:12]}`，读者看到乱码", found.start() + 1
    if control := _CONTROL.search(line):
        return f"控制字符 U+{ord(control[0]):04X}，读者看到方框或什么也看不到", control.start() + 1
    return None


def _byte(character: str) -> bytes:
    """The byte that was read as this character: by Windows' table, or, where that has none, by ISO's."""
    return character.encode("latin-1" if "\x80" <= character <= "\x9f" else "cp1252")


def _is_quoted(line: str, found: re.Match[str]) -> bool:
    """Whether it stands, once, between quotes or back-ticks, as something that is spoken of."""
    if found[0] not in {"\ufffd", "锟斤拷"} and not _MISREAD.match(found[0]):
        return False
    after = line[found.end() :].lstrip()
    return bool(_QUOTED.search(line[: found.start()])) and after[:1] in set("`”\"'’」）)>》")
