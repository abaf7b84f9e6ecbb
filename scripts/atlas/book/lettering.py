"""What a printed text says when it is searched or copied → ordinary characters.

Chromium names each glyph by one of the characters that share it in the font. For Chinese fonts that is often the radical
(⽹, U+2F79) and not the character (网, U+7F51), or a ligature (ﬁ): on the page they look the same, and nobody finds them.
"""

from __future__ import annotations

import re
import unicodedata

_SECTION = re.compile(r"(begin(bfchar|bfrange)\n)(.*?)(end\2)", re.DOTALL)
_CHARACTER = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")


_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻌⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "母民虎西见角贝车辶长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
"""Those of the supplement that fonts draw as the character and Unicode does not decompose."""
_COMPATIBLE = re.compile(r"[\u2e80-\u2fdf\uf900-\ufb4f]")


def ordinary(text: str) -> str:
    """Radicals, presentation forms and ligatures as the characters that they stand for."""
    return _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.translate(_RADICALS))


def mend(cmap: str) -> str:
    """A font's table from glyphs to text (a ToUnicode CMap), with ordinary characters."""

    def section(found: re.Match[str]) -> str:
        body = _CHARACTER.sub(_character, found[3]) if found[2] == "bfchar" else _RANGE.sub(_range, found[3])
        return f"{found[1]}{body}{found[4]}"

    return _SECTION.sub(section, cmap)


def _character(found: re.Match[str]) -> str:
    return f"<{found[1]}> {_plain(found[2])}"


def _range(found: re.Match[str]) -> str:
    """A run of glyphs; where one of its characters is to change, all are written out."""
    if found[3] is None:
        texts = re.findall(r"<([0-9A-Fa-f]+)>", found[4])
    else:
        count = int(found[2], 16) - int(found[1], 16) + 1
        first, last = found[3][:-4], int(found[3][-4:], 16)
        texts = [f"{first}{last + at:04X}" for at in range(count)]
    plain = [_plain(one) for one in texts]
    if plain == [f"<{one.upper()}>" for one in texts]:
        return found[0]
    return f"<{found[1]}> <{found[2]}> [{' '.join(plain)}]"


def _plain(digits: str) -> str:
    text = bytes.fromhex(digits).decode("utf-16-be", "surrogatepass")
    return f"<{ordinary(text).encode('utf-16-be', 'surrogatepass').hex().upper()}>"
