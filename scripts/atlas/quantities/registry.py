"""``@formula(...)`` → the formula is known by name, with what readers call it, its unit and where it was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the site: ``unit`` of its result, keys of its ``sources`` in ``sources.yml``, and the code."""

    name: str
    label: str
    unit: str
    tex: str
    sources: tuple[str, ...]
    function: Callable[..., float]

    def __call__(self, *values: float, **named: float) -> float:
        """Compute it."""
        return self.function(*values, **named)


FORMULAS: dict[str, Formula] = {}
"""Every formula of the site, by the name of its function."""


def formula(
    label: str, *, unit: str, tex: str, sources: tuple[str, ...]
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Declare a formula.

    Raises:
        ValueError: if the name is taken or the function has no docstring.
    """

    def declare(function: Callable[..., float]) -> Callable[..., float]:
        name = function.__name__
        if name in FORMULAS or not function.__doc__:
            raise ValueError(f"formula {name} is declared twice or not documented")
        FORMULAS[name] = Formula(name, label, unit, tex, sources, function)
        return function

    return declare
