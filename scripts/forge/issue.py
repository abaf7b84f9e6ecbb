"""``issue.py LABEL TITLE REPORT``: keep one open issue with a label in step with a report, through GitHub's ``gh``.

A report with text opens the issue or replaces its text; an empty one closes it. However often it runs, there is one.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST = 60_000
"""Characters; an issue holds 65,536."""


def main(arguments: Sequence[str]) -> int:
    """Open, update or close the issue."""
    label, title, report = arguments
    text = Path(report).read_text("utf-8").strip()
    number = gh(
        "issue", "list", "--label", label, "--state", "open", "--limit", "1", "--json", "number", "--jq", ".[].number"
    )
    if not text:
        if number:
            gh("issue", "close", number, "--comment", "这一次什么也没有查到。")
        print(f"{title}：没有要报告的。")
        return 0
    body = shortened(text)
    if number:
        gh("issue", "edit", number, "--title", title, "--body", body)
        print(f"{title}：更新了 #{number}。")
    else:
        gh("label", "create", label, "--force")
        print(f"{title}：{gh('issue', 'create', '--title', title, '--label', label, '--body', body)}")
    return 0


def shortened(text: str) -> str:
    """The text, cut between two lines if an issue can't hold it."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition("\n")[0] + "\n\n（太长，后面的没有列出。）"


def gh(*arguments: str) -> str:
    """What GitHub's command line answers."""
    return subprocess.run(["gh", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
