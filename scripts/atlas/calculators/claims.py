"""What a published number is: the question as typed into a calculator, the answer, and how close ours must be and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FAR = 15.0
"""Per cent off from which on a page must say so and why."""


@dataclass(frozen=True, slots=True)
class Published:
    """``calculator`` filled with ``typed`` should show ``value`` as ``output``, within ``tolerance`` per cent."""

    label: str
    calculator: str
    typed: Mapping[str, str] = field(hash=False)
    output: str
    value: float
    tolerance: float
    why: str
    sources: tuple[str, ...]
