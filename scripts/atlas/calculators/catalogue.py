"""All calculators, by id."""

from __future__ import annotations

from collections.abc import Mapping

from atlas.calculators import evaluation_error
from atlas.calculators.declaration import Calculator

CALCULATORS: Mapping[str, Calculator] = {module.CALCULATOR.id: module.CALCULATOR for module in (evaluation_error,)}
"""In the order of the book."""
