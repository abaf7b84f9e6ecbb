"""Words that the glossary forbids, in prose: one thing has one name on the whole site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from atlas.facts import Term, load_terms
from atlas.findings import RULES, Finding, Severity
from atlas.model import PageView

AVOIDED = RULES.add(
    "term-avoided",
    Severity.ERROR,
    "用了术语表不用的译法",
    "同一个意思换了叫法，读者会以为是两样东西，也搜不到。译名和不用的译法都写在数据文件夹的 glossary.yml 里；代码里的不算。",
)


def check(view: PageView) -> Iterator[Finding]:
    """Every forbidden word that readers meet, unless it is part of a longer word that is right."""
    words = _words(view.written.data)
    if words is None:
        return
    pattern, avoided = words
    seen: Counter[str] = Counter()
    for block in view.rendered.blocks:
        for found in pattern.finditer(block.text):
            word = found[0]
            if (term := avoided.get(word)) is None:
                continue
            place = view.places.text((word,), nth=seen[word])
            seen[word] += 1
            yield Finding(AVOIDED, place, f"本站不用“`{word}`”这个译法", f"写 `{term.zh}`（{term.en}）")


def _words(folder: Path | None) -> tuple[re.Pattern[str], Mapping[str, Term]] | None:
    terms = load_terms(folder)
    return _compiled(tuple(terms.values()))


@lru_cache(maxsize=4)
def _compiled(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], Mapping[str, Term]] | None:
    """All words, right and wrong, the longest first; Latin ones only as whole words."""
    right = {word for term in terms for word in (term.zh, *term.also)}
    avoided = {word: term for term in terms for word in term.avoid if word not in right}
    if not avoided:
        return None
    ordered = sorted({*right, *avoided}, key=len, reverse=True)
    parts = (rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])" if one.isascii() else re.escape(one) for one in ordered)
    return re.compile("|".join(parts)), avoided
