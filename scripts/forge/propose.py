"""``propose.py PATCH BRANCH TITLE BODY``: a patch made by untrusted code → a branch and its pull request.

The patch was made where freshly released packages ran; this runs where pushing is allowed. So it is data: only changes to
the text of the files named here are taken, and git applies them, nothing else.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ALLOWED = re.compile(r"requirements/[a-z]+\.txt|(scripts/bench/)?package-lock\.json|docs/_data/addresses\.txt")
NAME, MAIL = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"


class RefusedError(Exception):
    """The patch wants more than it may."""


def touched(patch: Path) -> list[str]:
    """The files that a patch changes.

    Raises:
        RefusedError: if it touches another file, or does more than change text.
    """
    listed = git("apply", "--numstat", "-z", str(patch)).split("\0")
    files = [entry.split("\t") for entry in listed if entry]
    for entry in files:
        if len(entry) != 3 or not ALLOWED.fullmatch(entry[2]) or entry[0] == "-":
            raise RefusedError(f"补丁不该改 `{entry[-1]}`")
    if said := git("apply", "--summary", str(patch)).strip():
        raise RefusedError(f"补丁只能改已有文件的文字：{said}")
    return [entry[2] for entry in files]


def propose(patch: Path, branch: str, title: str, body: Path) -> str:
    """Push the branch and open its pull request, or renew both; then start the checks, which a bot's push does not."""
    files = touched(patch)
    git("switch", "--quiet", "--force-create", branch)
    git("apply", "--index", str(patch))
    git("-c", f"user.name={NAME}", "-c", f"user.email={MAIL}", "commit", "--quiet", "-m", title)
    git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    wanted = ("--head", branch, "--state", "open", "--json", "number", "--jq", ".[].number")
    number = run("gh", "pr", "list", *wanted).strip()
    if number:
        run("gh", "pr", "edit", number, "--title", title, "--body-file", str(body))
    else:
        run("gh", "pr", "create", "--head", branch, "--title", title, "--body-file", str(body))
    run("gh", "workflow", "run", "check.yml", "--ref", branch)
    return f"{branch}：{'、'.join(files)}"


def git(*arguments: str) -> str:
    """What git answers."""
    return run("git", *arguments)


def run(*command: str) -> str:
    """What a command answers."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Propose, or say why not."""
    patch, branch, title, body = arguments
    try:
        print(propose(Path(patch).resolve(), branch, title, Path(body).resolve()))
    except RefusedError as error:
        print(f"::error::没有提出：{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
