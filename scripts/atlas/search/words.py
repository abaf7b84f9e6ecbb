"""Text → the words that an index knows it by; ``assets/search/engine.js`` cuts a query in the same way, and a test compares.

Chinese is cut into overlapping pairs of characters: no dictionary decides what a word is, so nothing is cut wrongly, and any
two characters in a row can be found. Latin words and numbers stand as they are, and once more joined to a number that
follows: `ZeRO-3`, `ZeRO 3` and `zero3` are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_IS_HAN = re.compile(f"[{_HAN}]")
_LONE = re.compile(f"(?<![{_HAN}])[{_HAN}](?![{_HAN}])")
_LATIN = re.compile(r"[a-z0-9\u00c0-\u024f\u0370-\u03ff]+(?:\.[0-9]+)*")
_JOINTS = frozenset(" -_/‑–")
_LOOSE = frozenset(" /")
"""What joins only a number or a version to the word before it."""
_NUMBERED = re.compile(r"v?[0-9]")
IDLE = frozenset("的了吗呢么")
"""Characters that say nothing by themselves; a pair with one of them is no word."""


def count(text: str) -> Counter[str]:
    """How often each word occurs in a text; words are in lower case."""
    text = text.lower()
    found = Counter(
        {
            pair: number
            for pair, number in Counter(map(str.__add__, text, text[1:])).items()
            if is_han(pair[0]) and is_han(pair[1]) and IDLE.isdisjoint(pair)
        }
    )
    found.update(_LONE.findall(text))
    found.update(_latin(text))
    return found


def _latin(text: str) -> Iterator[str]:
    before, end = "", -1
    for run in _LATIN.finditer(text):
        word = run[0]
        yield word
        if run.start() - end == 1 and (joint := text[end]) in _JOINTS and (joint not in _LOOSE or _NUMBERED.match(word)):
            yield before + word
        before, end = word, run.end()


def is_han(character: str) -> bool:
    """Whether a character, or the first of a word, is Chinese."""
    return bool(_IS_HAN.match(character))


def shard(word: str, shards: int) -> int:
    """In which of the index's pieces a word is: by how it begins, so that half a word is in the same one."""
    first = ord(word[0])
    return first % shards if is_han(word) else (first * 31 + ord(word[1:2] or "\0")) % shards
