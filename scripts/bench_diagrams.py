"""What a diagram costs: judged and drawn here, against one call of mermaid-cli for it, in one run on one machine.

Of both the usual way is timed: ours in a process in which some diagrams were drawn before, as on any but
the first page of a site; mermaid-cli by its command, as it is called. Medians of five. What the first diagram of a process
takes, with the libraries still to be loaded, is told as well and is no part of the ratio.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from atlas.diagrams import NARROW, WIDE, Problem, draw, judge, lint, outline, prepare
from atlas.diagrams.engine import forget
from bench_tools import CACHE, node, pinned

RUNS = 5
WANTED = 150
DIAGRAMS = {
    "flowchart": """flowchart LR
  accTitle: 训练流程
  accDescr: 数据经清洗与分词进入训练，评估不合格则重来
  data["数据（一）"] --> clean["清洗、去重"] --> token["分词"]
  token --> train["训练"] --> eval{"合格吗？"}
  eval -->|是| ship["部署"]
  eval -->|否| clean
  classDef hot fill:#f96,color:#000
  class train hot
""",
    "sequence": """sequenceDiagram
  accTitle: 一次请求
  accDescr: 用户提问，服务检索后回答
  actor U as 用户
  participant S as 服务
  participant M as 模型
  U->>S: 提问：一、二
  S->>M: 词元
  loop 每一步
    M-->>S: 下一个词元
  end
  S-->>U: 回答
""",
    "mindmap": """mindmap
  root((大模型))
    架构
      注意力
      前馈
    训练
      数据
      并行
    部署
""",
}
"""Kind → a diagram of the size that pages have."""


def main() -> int:
    """Time both, print the table; 1 if the least ratio is below what was promised."""
    command = mermaid_cli()
    ratios = []
    first = seconds(lambda: judge_and_draw(next(iter(DIAGRAMS.values()))))
    for source in [*DIAGRAMS.values()] * RUNS:
        judge_and_draw(source)
    print(f"{'图':<12}{'本工具 ms':>12}{'mermaid-cli ms':>18}{'倍':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, source in DIAGRAMS.items():
            ours = median(lambda source=source: judge_and_draw(source))  # type: ignore[misc]
            theirs = median(lambda source=source: call(command, source, Path(folder)))  # type: ignore[misc]
            ratios.append(theirs / ours)
            print(f"{name:<12}{ours * 1000:>12.1f}{theirs * 1000:>18.0f}{ratios[-1]:>8.0f}")
    print(f"进程里的第一张图，连同载入各库：{first * 1000:.0f} ms")
    print(f"最少 {min(ratios):.0f} 倍，要求 {WANTED} 倍")
    return 0 if min(ratios) >= WANTED else 1


def judge_and_draw(source: str) -> None:
    """All that a page asks of a diagram, nothing of it known: faults, what passes in silence, words, both layouts."""
    forget()
    judge.cache_clear()
    lint.cache_clear()
    prepare([source], (WIDE, NARROW))
    faults = [*judge(source), *lint(source)]
    drawn = [draw(source, "d1-", width) for width in (WIDE, NARROW)]
    if faults or any(isinstance(one, Problem) for one in drawn) or not outline(source).items:
        raise SystemExit(f"测的图本身有错：{faults or drawn}")


def call(command: list[str], source: str, folder: Path) -> None:
    """One call of mermaid-cli: a file in, an SVG out."""
    diagram, drawing = folder / "diagram.mmd", folder / "diagram.svg"
    diagram.write_text(source, "utf-8")
    drawing.unlink(missing_ok=True)
    subprocess.run([*command, "-q", "-i", str(diagram), "-o", str(drawing)], check=True, timeout=120)
    if "<svg" not in drawing.read_text("utf-8"):
        raise SystemExit("mermaid-cli 没有画出图")


def median(run: Callable[[], None]) -> float:
    """Seconds, the median of five runs after one that is not counted."""
    run()
    return statistics.median(seconds(run) for _ in range(RUNS))


def seconds(run: Callable[[], None]) -> float:
    """How long one run takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def mermaid_cli() -> list[str]:
    """The command of the pinned mermaid-cli, with the browser it is to use."""
    modules = pinned()
    browser = CACHE / "puppeteer.json"
    settings = {"executablePath": os.environ["ATLAS_CHROMIUM"], "args": ["--no-sandbox"]}
    browser.write_text(json.dumps(settings), "utf-8")
    return [node(), str(modules / "@mermaid-js/mermaid-cli/src/cli.js"), "-p", str(browser)]


if __name__ == "__main__":
    sys.exit(main())
