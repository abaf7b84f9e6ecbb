"""What Mermaid passes over in silence, and the forms in which links are written on nodes."""

from __future__ import annotations

import pytest

from atlas.diagrams import lint, written_links
from tests.diagram_corpus import samples

FLOW = "flowchart LR\n"


@pytest.mark.parametrize(
    ("source", "kind", "place"),
    [
        pytest.param(FLOW + "  A:::x --> B\n  classDef y fill:#fff\n", "class-undefined", (2, 7), id="class"),
        pytest.param(
            FLOW + "  A --> B\n  class A,B x\n  classDef y fill:#fff\n", "class-undefined", (3, 13), id="class statement"
        ),
        pytest.param(
            "stateDiagram-v2\n  A --> B\n  class A x\n  classDef y fill:#fff\n", "class-undefined", (3, 11), id="state class"
        ),
        pytest.param(
            'classDiagram\n  class A\n  cssClass "A" x\n  classDef y fill:#fff\n', "class-undefined", (3, 16), id="cssClass"
        ),
        pytest.param(FLOW + "  A --> B\n  style C fill:#fff\n", "style-unknown-node", (3, 9), id="style"),
        pytest.param(FLOW + '  A --> B\n  click C "#x"\n', "style-unknown-node", (3, 9), id="click"),
        pytest.param("erDiagram\n  A ||--|| B : r\n  style C fill:#fff\n", "style-unknown-node", (3, 9), id="entity"),
        pytest.param('gantt\n  甲 :a, 2026-01-01, 1d\n  click b href "#x"\n', "style-unknown-node", (3, 9), id="gantt"),
        pytest.param(FLOW + "  A[甲] --> B\n  A[乙] --> C\n", "node-relabelled", (3, 3), id="label"),
        pytest.param(FLOW + "  A[甲] --> B --> A(甲)\n", "node-relabelled", (2, 18), id="shape"),
        pytest.param(
            "sequenceDiagram\n  participant A as 甲\n  participant A as 乙\n  A->>A: x\n",
            "node-relabelled",
            (3, 15),
            id="alias",
        ),
        pytest.param(FLOW + "  model[模型] --> x\n  modle --> y\n", "node-phantom", (3, 3), id="swapped"),
        pytest.param(FLOW + "  Model[模型] --> x\n  x --> model\n", "node-phantom", (3, 9), id="case"),
        pytest.param(
            "sequenceDiagram\n  participant client\n  participant server\n  clieent->>server: x\n",
            "node-phantom",
            (4, 3),
            id="actor",
        ),
        pytest.param("%%{init: {theme: dark}}%%\n" + FLOW + "  A\n", "directive-invalid", (1, 11), id="json"),
        pytest.param('%%{int: {"theme": "dark"}}%%\n' + FLOW + "  A\n", "directive-invalid", (1, 4), id="directive"),
        pytest.param("---\ntheme: dark\n---\n" + FLOW + "  A\n", "directive-invalid", (2, 1), id="misplaced"),
        pytest.param("---\nconfig:\n  flowchrt: {}\n---\n" + FLOW + "  A\n", "directive-invalid", (3, 3), id="option"),
        pytest.param('%%{init: {"theme": "drak"}}%%\n' + FLOW + "  A\n", "theme-unknown", (1, 21), id="theme"),
        pytest.param("stateDiagram-v2\n  A --> B\n  }\n", "line-misread", (3, 3), id="a bracket as a state"),
        pytest.param("block-beta\n  columns 三\n  a b\n", "line-misread", (2, 11), id="columns"),
        pytest.param('C4Context\n  Person(a, "甲"\n  System(b, "乙")\n', "line-misread", (2, 9), id="C4 call"),
        pytest.param("gantt\n  甲 :a, 2026-01-01, 1d\n  乙 :b，2026-01-02，1d\n", "line-misread", (3, 7), id="comma"),
        pytest.param("timeline\n  2017 : 甲\n  2018：乙\n", "line-misread", (3, 7), id="colon"),
        pytest.param("journey\n  起床: 5: 我\n  早饭: 我\n", "line-misread", (3, 7), id="score"),
        pytest.param(FLOW + "  A:::x --> B\n", "class-undefined", (2, 7), id="class without any"),
        pytest.param("gantt\n  甲 :a, 2026-01-01, 1d\n  乙 :after b, 1d\n", "task-unknown", (3, 12), id="after"),
        pytest.param("gantt\n  甲 :a, 2026-01-01, 1d\n  乙 :2026-01-01, until a c\n", "task-unknown", (3, 26), id="until"),
    ],
)
def test_silent_faults(source: str, kind: str, place: tuple[int, int]) -> None:
    """One finding, of this rule, at this place, with a hint."""
    (problem,) = lint(source)
    assert (problem.kind, (problem.line, problem.column)) == (f"diagram-{kind}", place)
    assert problem.hint


def test_the_corpus_has_no_silent_faults_but_its_own() -> None:
    """Of more than 700 drawn diagrams only those that were written for it have any."""
    told = {sample.name for sample in samples() if sample.drawn and lint(sample.source)}
    assert {name.split("/")[1] for name in told} == {"指令的 JSON 坏了", "未知主题", "多余的右括号", "块", "旅程"}


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("flowchart LR", 'click A "x.md"'), ("flowchart LR", 'click A href "x.md"'), ("graph TD", 'click A "x.md" "提示"'),
        ("swimlane-beta LR", 'click A href "x.md" _blank'), ("stateDiagram-v2", 'click A "x.md" "提示" _blank'),
        ("gantt", 'click A href "x.md"'), ("flowchart LR", 'A --> B; click A "x.md"'),
        ("sequenceDiagram", "link A: 名 @ x.md"), ("sequenceDiagram", 'links A: {"名": "x.md"}'),
        ("sequenceDiagram", "links A: {'名': 'x.md'}"), ("classDiagram", 'link A "x.md"'),
        ("classDiagram", 'link A "x.md" "提示"'), ("mindmap", '%% click 甲 乙 "x.md"'),
    ],
)  # fmt: skip
def test_every_form_of_link_is_seen(head: str, line: str) -> None:
    """Each kind has its own; the comment is for kinds that have none."""
    assert written_links(f"{head}\n  {line}\n") == ("x.md",)


@pytest.mark.parametrize(
    "line",
    ["click A callback", 'click A call f("x.md")', 'click A callback "提示"', '%% link A "x.md"', 'A["click B x.md"]',
     '%% click A "x.md"'],
)  # fmt: skip
def test_what_is_no_link(line: str) -> None:
    """Callbacks, comments and labels."""
    assert written_links(f"flowchart LR\n  {line}\n") == ()


def test_a_class_of_the_site_is_defined() -> None:
    """What a style sheet has a rule for is no slip, with or without classes of the diagram's own."""
    source = FLOW + "  A:::key --> B:::kye\n"
    assert [(one.line, one.column) for one in lint(source, frozenset({"key"}))] == [(2, 19)]
    assert "`key`" in lint(source, frozenset({"key"}))[0].hint
