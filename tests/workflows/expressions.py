"""GitHub's ``${{ }}`` → values: as much of the language as our workflows use, and an error for the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:(\|\||&&|==|!=|[!().,])|'((?:[^']|'')*)'|(\d+)|([A-Za-z_][\w-]*))")
_STATUS = re.compile(r"\b(?:always|success|failure|cancelled)\(\)")


class Expressions:
    """Evaluates with the contexts and the status of a job so far."""

    def __init__(self, contexts: Mapping[str, Any], *, failed: bool) -> None:
        self._contexts = contexts
        self._functions: Mapping[str, Callable[..., Any]] = {
            "always": lambda: True,
            "success": lambda: not failed,
            "failure": lambda: failed,
            "cancelled": lambda: False,
            "tojson": lambda value: json.dumps(value, indent=2),
        }

    def fill(self, text: Any) -> str:
        """A text with its expressions replaced by their values."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _text(self.value(found[1])), _text(text), flags=re.DOTALL)

    def holds(self, condition: Any) -> bool:
        """Whether an ``if:`` is met; one that asks for no status asks for success."""
        inner = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", str(condition), flags=re.DOTALL)
        asked = inner if _STATUS.search(inner) else f"success() && ({inner})"
        return bool(self.value(asked))

    def value(self, expression: str) -> Any:
        """The value of what stands between the braces."""
        self._tokens: list[tuple[str, Any]] = []
        at, text = 0, expression.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            assert found, f"not understood: {text[at:]}"
            sign, string, number, name = found.groups()
            kind = "sign" if sign else "name" if name else "value"
            plain = sign or name or (int(number) if number else (string or "").replace("''", "'"))
            self._tokens.append((kind, plain))
            at = found.end()
        value = self._either()
        assert not self._tokens, f"left over in {expression}: {self._tokens}"
        return value

    def _take(self, *signs: str) -> str:
        if self._tokens and self._tokens[0][0] == "sign" and self._tokens[0][1] in signs:
            return str(self._tokens.pop(0)[1])
        return ""

    def _either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._take("&&"):
            other = self._compared()
            value = other if value else value
        return value

    def _compared(self) -> Any:
        value = self._single()
        while sign := self._take("==", "!="):
            other = self._single()
            value = (_text(value) == _text(other)) == (sign == "==")
        return value

    def _single(self) -> Any:
        if self._take("!"):
            return not self._single()
        if self._take("("):
            value = self._either()
            assert self._take(")")
            return value
        kind, plain = self._tokens.pop(0)
        return self._named(plain) if kind == "name" else plain

    def _named(self, name: str) -> Any:
        if self._take("("):
            arguments = []
            while not self._take(")"):
                arguments.append(self._either())
                self._take(",")
            return self._functions[name.lower()](*arguments)
        assert name in self._contexts, f"no context {name}"
        value: Any = self._contexts[name]
        while self._take("."):
            part = str(self._tokens.pop(0)[1])
            value = value.get(part) if isinstance(value, Mapping) else None
        return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
