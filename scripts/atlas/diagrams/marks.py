"""A line of a diagram → its punctuation: what is full-width, what is open, and the same line with half-width marks."""

from __future__ import annotations

import re

WIDE_MARKS = str.maketrans("（）：，；－＞＜［］｛｝｜＝＃％＊＋．／＠＂＇＆　、", "():,;-><[]{}|=#%*+./@\"'& ,")
_CURLY = str.maketrans("“”„‘’", '"""\'\'')
ARROWS = (
    ("——>", "-->"),
    ("—>", "-->"),
    ("——", "--"),
    ("→", "-->"),
    ("－－＞", "-->"),
    ("－＞", "->"),
    ("⇒", "==>"),
    ("＝＝＞", "==>"),
)
CJK = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’"


def open_mark(line: str) -> int:
    """The column, from 1, of the first quote or bracket of a line that nothing on it closes; 0 if there is none."""
    stack: list[tuple[str, int]] = []
    for column, character in enumerate(line, 1):
        if stack and stack[-1][0] == '"':
            if character == '"':
                stack.pop()
        elif character in '([{"':
            stack.append((character, column))
        elif character in ")]}" and stack and stack[-1][0] == "([{"[")]}".index(character)]:
            stack.pop()
    if stack and stack[-1][0] == '"':
        return stack[-1][1]
    return stack[0][1] if stack else 0


def open_pipe(line: str) -> int:
    """The column, from 1, of the bar that opens the text of an edge and that nothing on the line closes; 0 if none does."""
    bare = re.sub(r'"[^"]*"|[\[({][^\])}]*[\])}]', lambda found: " " * len(found[0]), line)
    bars = [found.end() for found in re.finditer(r"\|", bare)]
    return bars[-1] if len(bars) % 2 else 0


def wrong_mark(line: str, mended: str) -> int | None:
    """The column, from 1, of the character that made a line wrong, seen from its correction; nothing where it is none."""
    at = next((at for at, (one, other) in enumerate(zip(line, mended, strict=False)) if one != other), len(line))
    if (at < len(line) and ord(line[at]) in WIDE_MARKS | _CURLY) or line[at : at + 1] in (";", "%"):
        return at + 1
    inserted = mended[at : at + 1]
    if inserted == "%" and at:
        return at
    if inserted == '"' and line[:at].count('"') % 2:
        return line.rindex('"', 0, at) + 1
    if inserted == "|" and line[:at].count("|") % 2:
        return line.rindex("|", 0, at) + 1
    return (open_mark(line[:at]) or None) if inserted and inserted in "])}" else None


def to_ascii(line: str) -> str:
    return re.sub("[“”]", '"', line).translate(WIDE_MARKS)


def outside_labels(line: str) -> str:
    """The same line with half-width punctuation where it is no text: not in quotes, brackets or after a colon."""
    parts = re.split(r'("[^"]*"|[\[({|｛［｜][^\[\](){}|］｝｜]*[\])}|］｝｜]|[:：].*$)', line)
    return "".join(
        (
            part[0].translate(WIDE_MARKS) + part[1:-1] + part[-1].translate(WIDE_MARKS)
            if part[:1] not in ":："
            else part[0].translate(WIDE_MARKS) + part[1:]
        )
        if number % 2 and len(part) > 1
        else part.translate(WIDE_MARKS)
        for number, part in enumerate(parts)
    )


def quoted(text: str) -> str:
    text = text.strip().strip('"“”')
    return f'"{text}"' if re.search(r"[^\w.+-]|[^\x00-\x7f]", text) else text


def quote_words(line: str) -> str:
    kept = re.split(r'("[^"]*")', re.sub("[“”]", '"', line))
    word = re.compile(rf"[\w{CJK}-]*[{CJK}][\w{CJK}-]*")
    return "".join(part if number % 2 else word.sub(lambda m: f'"{m[0]}"', part) for number, part in enumerate(kept))
