"""What of a source is prose: the rest is masked, character for character, so that places stay what they are."""

from __future__ import annotations

import pytest

from atlas.scan import scan


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("```\nX\n```", id="fence"),
        pytest.param("~~~ python title='X'\nX\n~~~", id="fence of tildes, its head too"),
        pytest.param("````\n```\nX\n```\nX\n````", id="fence inside a longer fence"),
        pytest.param("- 一\n\n    ```\n    X\n    ```", id="fence in a list"),
        pytest.param("> ```\n> X\n> ```", id="fence in a quote"),
        pytest.param("正文 `X` 正文", id="code span"),
        pytest.param("正文 ``X ` X`` 正文", id="code span with a back-tick in it"),
        pytest.param("正文 `X\nX` 正文", id="code span over two lines"),
        pytest.param("<!-- X -->", id="comment"),
        pytest.param("正文<!-- X\n\nX -->正文", id="comment over paragraphs"),
        pytest.param("---\ntitle: X\n---\n正文", id="front matter"),
        pytest.param("正文\n\n    X\n    X\n", id="indented code"),
        pytest.param('=== "甲"\n\n    一\n\n```\n二\n```\n\n    X', id="indented code after a fence that ends a tab"),
        pytest.param("<pre>\nX\n</pre>", id="preformatted"),
        pytest.param('<script>\nconst a = "X"\n</script>', id="script"),
        pytest.param("<STYLE>X</STYLE>", id="style"),
    ],
)
def test_code_and_comments_are_masked(source: str) -> None:
    """What readers don't meet as prose is not found in the masked text, which is as long as the source."""
    one = scan(source)
    assert "X" not in one.masked
    assert len(one.masked) == len(source)
    assert [len(line) for line in one.masked.split("\n")] == [len(line) for line in source.split("\n")]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("```\nX", id="unclosed fence"),
        pytest.param("> ```\n> 一\n\nX", id="fence that ends with its quote"),
        pytest.param("正文 ` X", id="a single back-tick"),
        pytest.param("正文 `一\n\n二` X", id="back-ticks in two paragraphs"),
        pytest.param("\\`X\\`", id="escaped back-ticks"),
        pytest.param("<!-- X", id="unclosed comment"),
        pytest.param("- 一\n\n    X", id="paragraph of a list item"),
        pytest.param("!!! note\n\n    X", id="admonition"),
        pytest.param('=== "甲"\n\n    X', id="tab"),
        pytest.param('=== "甲"\n\n    ```\n    一\n    ```\n\n    X', id="after a fence in a tab"),
        pytest.param("词\n:   说明\n\n    X", id="definition list"),
        pytest.param("[^1]: 注\n\n    X", id="footnote"),
        pytest.param("正文\n    X", id="lazy indentation"),
        pytest.param("正文 <pre>X</pre>", id="inline tag around Markdown"),
        pytest.param('<script src="X"></script>', id="attribute of a script"),
        pytest.param("---\n\nX", id="rule, not front matter"),
    ],
)
def test_prose_is_not_masked(source: str) -> None:
    """What the renderer takes for prose stays."""
    assert "X" in scan(source).masked


def test_fences_are_told_with_their_heads() -> None:
    """Lines, marks, language and whether it is closed."""
    one = scan('# 题\n\n> ```{.python title="a"}\n> x\n> ```\n\n~~~~ mermaid\nx\n~~~~\n\n```yaml\nx\n')
    assert [(f.line, f.end, f.marks, f.language, f.column, f.closed) for f in one.fences] == [
        (3, 5, "```", "python", 3, True),
        (7, 9, "~~~~", "mermaid", 1, True),
        (11, 13, "```", "yaml", 1, False),
    ]


def test_front_matter_is_counted() -> None:
    """Its lines, both rules with it."""
    assert scan("---\ntitle: 一\n---\n\n正文").front_matter == 3
    assert scan("正文\n---\n").front_matter == 0


@pytest.mark.parametrize("text", ["", "一", "一\n", "一\n二\n\n三", "\n\n", "𠮷a\nİ<!-- İ -->b"])
def test_places_and_offsets_are_inverse(text: str) -> None:
    """Every offset has a line and a column, from 1, and the other way round."""
    one = scan(text)
    for offset in range(len(text) + 1):
        line, column = one.place(offset)
        assert one.offset(line, column) == offset
        assert line == text.count("\n", 0, offset) + 1
        assert text[offset - column + 1 : offset] == one.lines[line - 1][: column - 1]
    assert one.offset(len(one.lines) + 1) == len(text)
