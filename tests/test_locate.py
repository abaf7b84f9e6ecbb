"""Finding a place in the source again: best effort, and right where it matters."""

from __future__ import annotations

import pytest

from atlas.locate import find_anywhere, find_block, find_text, link_needles

SOURCE = """\
# 标题

`[例](a.md)` 与 [真](a.md)，再一次 [真](a.md)。

```markdown
[围栏](b.md)
```

[围栏外](b.md)

````markdown
```mermaid
[里层](c.md)
```
````

> ~~~text
> [引用块](d.md)
> ~~~

```mermaid
click A "e.md"
```
"""


@pytest.mark.parametrize(
    ("needle", "nth", "place"),
    [
        pytest.param("a.md", 0, (3, 19), id="code span is skipped"),
        pytest.param("](a.md", 0, (3, 19), id="the bracket is not part of the place"),
        pytest.param("](a.md", 1, (3, 33), id="second occurrence"),
        pytest.param("](a.md", 9, (3, 33), id="beyond the last is the last"),
        pytest.param("](b.md", 0, (9, 7), id="fence is skipped"),
        pytest.param("c.md", 0, (None, None), id="diagram inside a longer fence is an example"),
        pytest.param("d.md", 0, (None, None), id="fence in a quotation is skipped"),
        pytest.param('"e.md', 0, (22, 10), id="a diagram is no code"),
        pytest.param("没有", 0, (None, None), id="absent"),
        pytest.param("", 0, (None, None), id="empty"),
    ],
)
def test_find_text(needle: str, nth: int, place: tuple[int | None, int | None]) -> None:
    """Lines and columns count characters from 1; code is not searched."""
    assert find_text(SOURCE, (needle,), nth=nth) == place


def test_first_needle_that_occurs_wins() -> None:
    """Needles are tried in order."""
    assert find_text("甲乙丙", ("丁", "丙", "甲")) == (1, 3)


def test_find_anywhere_includes_code() -> None:
    """A text that the page loads may stand in raw HTML or code alike."""
    assert find_anywhere(SOURCE, "围栏](b.md") == (6, 2)
    assert find_anywhere(SOURCE, "没有") == (None, None)


@pytest.mark.parametrize(
    ("source", "block", "nth", "place"),
    [
        pytest.param("a\n\n```mermaid\npie\n  x\n```\n", "pie\n  x\n", 0, (4, 0), id="plain"),
        pytest.param("!!! note\n\n    ```mermaid\n    pie\n      x\n    ```\n", "pie\n  x\n", 0, (4, 4), id="indented"),
        pytest.param("> ```mermaid\n> pie\n>   x\n> ```\n", "pie\n  x\n", 0, (2, 0), id="quoted"),
        pytest.param("pie\n\npie\n", "pie", 1, (3, 0), id="second"),
        pytest.param("pie\n", "没有", 0, (None, 0), id="absent"),
        pytest.param("pie\n", "", 0, (None, 0), id="empty"),
    ],
)
def test_find_block(source: str, block: str, nth: int, place: tuple[int | None, int]) -> None:
    """A block is found wherever it is nested, with its extra indentation."""
    assert find_block(source, block, nth=nth) == place


@pytest.mark.parametrize(
    ("written", "rendered"),
    [
        pytest.param("[甲](../a.md#节)", "../a.md#%E8%8A%82", id="Chinese anchor"),
        pytest.param("[甲](../a.md#%E8%8A%82)", "../a.md#%E8%8A%82", id="percent-encoded anchor"),
        pytest.param('<a href="a/b.html">', "a/b.html", id="raw HTML"),
        pytest.param("[甲](<a b.md>)", "a%20b.md", id="angle brackets"),
        pytest.param("[甲](a.md#x)", "../a/#x", id="rewritten path, same anchor"),
    ],
)
def test_link_needles(written: str, rendered: str) -> None:
    """An address is found as the author may have written it."""
    assert find_text(f"一行\n{written}\n", link_needles(rendered))[0] == 2
