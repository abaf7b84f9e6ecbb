"""Verdicts on diagrams: every fault, at the author's place, with a correction that Mermaid accepts."""

from __future__ import annotations

import pickle

import pytest

from atlas.diagrams import UNDRAWABLE, judge
from atlas.diagrams.engine import forget
from tests.diagram_corpus import mutants, samples


def test_the_corpus_is_judged_as_recorded() -> None:
    """Exactly the diagrams that no browser draws have problems, and each problem has a place and a hint."""
    assert [sample.name for sample in samples() if bool(judge(sample.source)) is sample.drawn] == []
    for sample in samples():
        for problem in judge(sample.source):
            assert problem.line, sample.name
            assert problem.message, sample.name
            assert problem.hint, sample.name


@pytest.mark.parametrize(
    ("source", "places"),
    [
        pytest.param("flowchart LR\n  A[甲(一)] --> B\n  B --> C\n  C －－＞ D\n", [(2, 6), (4, 5)], id="two on their own"),
        pytest.param(
            "%% 注\n\n%%{init: {}}%%\nflowchart LR\n  %% 注\n  A[甲(一)] --> B\n", [(6, 6)], id="after what is stripped"
        ),
        pytest.param("---\ntitle: 题\n---\n\n%% 注\npie\n  甲 : 3\n  乙 : 4\n", [(7, 3), (8, 3)], id="after front matter"),
        pytest.param("%%{\n  init: {}\n}%%\nsequenceDiagram\n  A->>B 问\n", [(5, 10)], id="after a directive on lines"),
        pytest.param(
            "flowchart LR\n  subgraph 甲\n    subgraph 乙\n      a\n  end\n  b --> c\n", [(3, 5)], id="inner subgraph"
        ),
        pytest.param("sequenceDiagram\n  alt 一\n    A->>B: x\n  else 二\n    A->>B: y\n", [(2, 3)], id="alt"),
        pytest.param("stateDiagram-v2\n  A --> B\n  note right of A\n    字\n", [(3, 3)], id="note"),
        pytest.param("erDiagram\n  A {\n    int id\n  B ||--|| C : r\n", [(2, 3)], id="entity"),
        pytest.param('flowchart LR\n  A["甲 --> B\n  C --> D\n', [(2, 5)], id="quote"),
        pytest.param("flowchart LR\n  subgrph 甲\n    a --> b\n  end\n", [(2, 3)], id="echo of a misspelt opener"),
        pytest.param("classDiagram\n  clas A {\n    +x\n  }\n  A --> B\n", [(2, 3)], id="echo in a body"),
        pytest.param(
            "gitGraph\n  commit\n  branch 开发\n  checkout 开发\n  commit\n", [(3, 10), (4, 12)], id="branch names"
        ),
        pytest.param("gitGraph\n  commit\n  checkout a\n  commit\n  merge b\n", [(3, 3), (5, 9)], id="two of the model"),
        pytest.param("sequenceDiagram\n  A->>B: x\n  deactivate B\n", [(3, 14)], id="of the model"),
        pytest.param("gantt\n  dateFormat YYYY-MM-DD\n  甲 :a, 2026-13-01, 1d\n", [(3, 9)], id="of the drawing"),
        pytest.param("mermiad\n  A --> B\n", [(1, 1)], id="unknown kind"),
    ],
)
def test_places(source: str, places: list[tuple[int, int]]) -> None:
    """Each fault once, where its author can mend it; what only echoes an earlier fault is not told."""
    assert [(problem.line, problem.column) for problem in judge(source)] == places


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("flowchrt LR\n  A --> B\n", "flowchart LR", id="header"),
        pytest.param("流程图 LR\n  A --> B\n", "flowchart LR", id="Chinese header"),
        pytest.param("flowchart LX\n  A --> B\n", "flowchart LR", id="direction"),
        pytest.param("flowchart LR\n  A［甲］－－＞ B\n", "A[甲]--> B", id="full-width"),
        pytest.param("flowchart LR\n  A[甲（一）：二] －－＞ B\n", "A[甲（一）：二] --> B", id="full-width stays in labels"),
        pytest.param("flowchart LR\n  A[甲(一)] --> B\n", 'A["甲(一)"] --> B', id="brackets in a label"),
        pytest.param("flowchart LR\n  A --> end\n", "A --> finish", id="reserved"),
        pytest.param("flowchart LR\n  A([甲) --> B\n", "A([甲]) --> B", id="unpaired"),
        pytest.param('flowchart LR\n  A[甲(一)] --> B["乙"]\n', 'A["甲(一)"] --> B["乙"]', id="the first of two labels"),
        pytest.param("flowchart LR\n  A[甲 --> B\n", "A[甲] --> B", id="unclosed"),
        pytest.param("sequenceDiagram\n  A->>B：问\n", "A->>B:问", id="full-width colon"),
        pytest.param("sequenceDiagram\n  A->>B 问\n", "A->>B: 问", id="no colon"),
        pytest.param("sequenceDiagram\n  A->>B: 一; 二\n", "A->>B: 一； 二", id="semicolon"),
        pytest.param("sequenceDiagram\n  particpant A\n", "participant A", id="keyword"),
        pytest.param("stateDiagram-v2\n  A -> B\n", "A --> B", id="arrow of states"),
        pytest.param("erDiagram\n  A --> B : r\n", "A ||--o{ B : r", id="cardinality"),
        pytest.param("xychart\n  x-axis [一月、二月]\n  bar [1, 2]\n", 'x-axis ["一月", "二月"]', id="axis"),
        pytest.param("pie\n  甲 : 3\n", '"甲" : 3', id="pie"),
        pytest.param("gitGraph\n  commit\n  branch 开发\n", 'branch "开发"', id="branch"),
        pytest.param("requirementDiagram\n  requirement 需求 {\n    id: 1\n  }\n", 'requirement "需求" {', id="requirement"),
        pytest.param("packet\n  0-15： 甲\n", '0-15: "甲"', id="packet"),
        pytest.param("radar-beta\n  axis x, y\n  curve 甲{1,2}\n", 'curve a["甲"]{1,2}', id="radar"),
        pytest.param("gantt\n  dateFormat YYYY-MM-DD\n  甲：a, 2026-01-01, 1d\n", "甲:a, 2026-01-01, 1d", id="gantt"),
    ],
)
def test_hint_gives_the_line_to_write(source: str, line: str) -> None:
    """The corrected line, as Mermaid takes it."""
    (problem,) = judge(source)
    assert f"改成 `{line}`" in problem.hint


def test_sankey_has_no_chinese() -> None:
    """Quotes don't help there, so none are advised."""
    problem = judge("sankey\n\n网页,清洗,70\n")[0]
    assert "改成" not in problem.hint
    assert "拉丁" in problem.hint


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("sankey\n\na,b,1\nb,a,1\n", id="circle"),
        pytest.param("gantt\n  甲 :3d\n", id="no start"),
        pytest.param('C4Context\n  System(a, "甲")\n  Rel(a, b, "用")\n', id="relation to nothing"),
        pytest.param("flowchart LR\n  A:::1a --> B\n  classDef 1a fill:#fff\n", id="class name"),
        pytest.param('flowchart LR\n  A["$$x^^$$"]\n', id="formula"),
        pytest.param("stateDiagram-v2\n  state x {\n    x --> y\n  }\n", id="endless layout"),
        pytest.param("architecture-beta\n  service a[A]\n  service b[B]\n  a:R -- L:b\n  a:R -- L:b\n", id="edge twice"),
    ],
)
def test_what_parses_but_is_not_drawn(source: str) -> None:
    """The model is read as the renderer reads it."""
    (problem,) = judge(source)
    assert problem.kind == UNDRAWABLE
    assert problem.line


def test_the_verdict_does_not_depend_on_what_came_before() -> None:
    """Neither a configuration nor a model is left behind."""
    pie = 'pie\n  "甲" : 1\n'
    judge('%%{init: {"theme": "base", "themeVariables": {"primaryColor": "#123"}}}%%\nflowchart LR\n  A --> B\n')
    judge("gantt\n  dateFormat YYYY-MM-DD\n  甲 :a, 2026-01-01, 3d, x, y\n")
    forget()
    judge.cache_clear()
    assert judge(pie) == ()
    assert judge("gantt\n  dateFormat YYYY-MM-DD\n  乙 :3d\n") != ()


def test_spoilt_diagrams_have_sane_problems() -> None:
    """At most ten, inside the text, in order, each line once, and plain data that can be cached."""
    for source in mutants(120, 7):
        problems = judge(source)
        places = [(problem.line, problem.column) for problem in problems]
        assert len(problems) <= 10
        assert len({line for line, _ in places}) == len(places)
        for line, column in places:
            assert line is None or 1 <= line <= len(source.splitlines()), source
            assert column is None or column >= 1
        assert pickle.loads(pickle.dumps(problems)) == problems
