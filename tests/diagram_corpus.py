"""The diagrams of ``tests/diagrams/*.mmd`` → one text for each, and spoilt copies of them.

A file holds blocks ``#### name`` + text; ``#### ! name`` says that no browser draws it; ``#### name § = a | b`` stands for
one diagram for each value, which takes the place of ``§``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "diagrams"
INSERTED = "[]{}()<>|\"'`:;,.-=~@#%&*/\\ \n甲（）：、，；“”－＞［］｛｝｜aX19_"
FULL_WIDTH = str.maketrans('():,;->[]{}|"', "（）：，；－＞［］｛｝｜“")


@dataclass(frozen=True, slots=True)
class Sample:
    """A diagram of the corpus; ``drawn`` says whether a browser draws it."""

    name: str
    source: str
    drawn: bool


def samples() -> list[Sample]:
    """All diagrams of the corpus, in the order of the files."""
    return [sample for file in sorted(FOLDER.glob("*.mmd")) for sample in _read(file)]


def _read(file: Path) -> Iterator[Sample]:
    for block in re.split(r"^#### ", file.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        drawn = not head.startswith("! ")
        name, _, values = head.removeprefix("! ").partition(" § = ")
        for value in values.split(" | ") if values else [""]:
            yield Sample(f"{file.stem}/{name}/{value}", body.rstrip("\n").replace("§", value) + "\n", drawn)


def mutants(number: int, seed: int) -> list[str]:
    """``number`` different spoilt copies of drawn diagrams; the same for the same seed."""
    chance = random.Random(seed)
    originals = [sample.source for sample in samples() if sample.drawn]
    known = set(originals)
    spoilt: list[str] = []
    while len(spoilt) < number:
        mutant = chance.choice(_WAYS)(chance.choice(originals), chance)
        if mutant not in known:
            known.add(mutant)
            spoilt.append(mutant)
    return spoilt


def _delete(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _insert(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(INSERTED) + text[at:]


def _swap(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _delete_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def _repeat_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return "".join(lines)


def _replace_token(text: str, chance: random.Random) -> str:
    tokens = list(re.finditer(r"\w+|[^\w\s]+", text))
    gone, other = chance.choice(tokens), chance.choice(tokens)
    return text[: gone.start()] + other[0] + text[gone.end() :]


def _widen(text: str, chance: random.Random) -> str:
    places = [at for at, character in enumerate(text) if ord(character) in FULL_WIDTH]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + text[at].translate(FULL_WIDTH) + text[at + 1 :]


_WAYS = (_delete, _insert, _swap, _delete_line, _repeat_line, _replace_token, _widen)
