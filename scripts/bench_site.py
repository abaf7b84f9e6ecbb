"""What checking a large site costs, as shares of ``mkdocs build --strict`` on the same tree in the same run.

``python scripts/bench_site.py [PAGES…]``: for each size a generated site (48 links and one diagram a page) is built once
by MkDocs and checked cold, with nothing changed, with one page changed, and one page alone; medians of five. Above 1,000
pages each is run once and MkDocs is left out: what is asked there is the time a page against that of a smaller site.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
LARGE = 1000
"""Pages above which one run has to do."""
LINKS = 48
WORDS = [
    "显存",
    "带宽",
    "张量并行",
    "流水线并行",
    "数据并行",
    "注意力",
    "梯度",
    "优化器",
    "激活",
    "检查点",
    "吞吐",
    "延迟",
    "批量",
    "词元",
    "上下文",
    "微调",
    "量化",
    "评估",
    "集合通信",
    "拓扑",
    "超节点",
    "互联",
    "编译",
    "算子",
    "权重",
    "缓存",
    "预填充",
    "解码",
    "调度",
    "容错",
]


def main(arguments: list[str]) -> int:
    """Print a table, a line a size."""
    sizes = [int(one) for one in arguments] or [500]
    columns = ("页", "mkdocs s", "全新 s", "比", "未变 s", "比", "改一页 s", "比", "只查一页 s", "毫秒/页", "内存 MiB")
    widths = (6, 10, 9, 7, 9, 7, 9, 7, 10, 9, 9)
    print("".join(f"{column:>{width}}" for column, width in zip(columns, widths, strict=True)))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(Path(folder), size), flush=True)
    return 0


def measure(folder: Path, pages: int) -> str:
    """One line of the table."""
    write_site(folder, pages)
    atlas = [sys.executable, "-m", "atlas", "validate"]
    runs = RUNS if pages < LARGE else 1
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q"]
    built = median(mkdocs, folder, runs) if pages <= LARGE else float("nan")
    cold = median(atlas, folder, runs, lambda run: shutil.rmtree(folder / ".cache", ignore_errors=True))
    same = median(atlas, folder, runs)
    page = folder / "docs" / "c00" / "p000.md"
    changed = median(
        atlas, folder, runs, lambda run: page.write_text(f"{page.read_text('utf-8')}\n又一段 {run}。\n", "utf-8")
    )
    one = median([*atlas, "docs/c00/p001.md"], folder, runs)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return (
        f"{pages:>6}{built:>10.2f}{cold:>9.2f}{cold / built:>7.3f}{same:>9.2f}{same / built:>7.3f}"
        f"{changed:>9.2f}{changed / built:>7.3f}{one:>10.2f}{cold / pages * 1000:>9.1f}{memory:>9.0f}"
    )


def median(command: list[str], folder: Path, runs: int, before: object = None) -> float:
    """Seconds that a command takes, the middle of so many runs after ``before`` was called with the run's number."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONUTF8": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second run finds the modules compiled
    seconds = []
    for run in range(runs):
        if callable(before):
            before(run)
        start = time.monotonic()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        seconds.append(time.monotonic() - start)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}：{done.stdout[-500:]}{done.stderr[-500:]}")
    return statistics.median(seconds)


def write_site(folder: Path, pages: int) -> None:
    """A site with Material, the extensions of this one, and pages of Chinese prose that refer to each other."""
    dice = random.Random(pages)
    configuration = (ROOT / "mkdocs.yml").read_text("utf-8")
    extensions = configuration[configuration.index("markdown_extensions:") : configuration.index("validation:")]
    extensions = extensions[: extensions.index("  - atlas.markdown:")] + "  - atlas.markdown\n"
    head = "site_name: 试验\nsite_url: https://example.invalid/\ntheme: {name: material, language: zh, font: false}\n"
    (folder / "mkdocs.yml").write_text(f"{head}plugins: [search]\n{extensions}", "utf-8")
    names = [f"c{number // 25:02}/p{number:03}" for number in range(pages)]
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(
        "# 首页\n\n" + "".join(f"- [{name}]({name}.md)\n" for name in names[:50]), "utf-8"
    )
    for number, name in enumerate(names):
        file = folder / "docs" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(page(number, names, dice), "utf-8")


def page(number: int, names: list[str], dice: random.Random) -> str:
    """A page: front matter, six sections with links, a note, a table, code, a formula and a diagram."""
    links = []
    for _ in range(LINKS - 3):
        other = dice.choice(names)
        links.append(f"[{dice.choice(WORDS)}](../{other}.md#part-{dice.randrange(6)})")
    text = [f"---\ntitle: 第 {number} 页\n---\n# 第 {number} 页\n\n[图](#figure)、[表](#table)与[首页](../index.md)。\n"]
    for part in range(6):
        chosen = [links.pop() for _ in range(min(len(links), 7 if part < 5 else 99))]
        prose = "".join(f"{sentence(dice)}见{one}。" for one in chosen)
        text.append(f"\n## {dice.choice(WORDS)}与{dice.choice(WORDS)} {{#part-{part}}}\n\n{prose}\n\n{sentence(dice)}\n")
    text.append(f'\n!!! note "注意"\n    {sentence(dice)}显存 $M = 2N + {number}$ 字节。\n')
    text.append("\n## 表 {#table}\n\n| 项 | 值 | 说明 |\n|---|---|---|\n")
    text += [f"| {dice.choice(WORDS)} | {dice.randrange(1000)} | {sentence(dice)} |\n" for _ in range(8)]
    text.append("\n```python\ndef step(batch):\n    return model(batch).loss\n```\n")
    nodes = [f'  n{one}["{dice.choice(WORDS)}（{number}）"] --> n{dice.randrange(one)}\n' for one in range(1, 9)]
    text.append(
        "\n## 图 {#figure}\n\n```mermaid\nflowchart LR\n  accTitle: 图\n  accDescr: 几样东西的关系\n"
        + "".join(nodes)
        + "```\n"
    )
    return "".join(text)


def sentence(dice: random.Random) -> str:
    """A sentence of a few words."""
    return "".join(dice.choice(WORDS) for _ in range(dice.randrange(5, 12))) + "。"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
