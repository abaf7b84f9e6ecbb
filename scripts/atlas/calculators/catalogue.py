"""All calculators, by id."""

from __future__ import annotations

from collections.abc import Mapping

from atlas.calculators import evaluation_error, inference_memory, training_memory
from atlas.calculators.declaration import Calculator

CALCULATORS: Mapping[str, Calculator] = {
    module.CALCULATOR.id: module.CALCULATOR for module in (training_memory, inference_memory, evaluation_error)
}
"""In the order of the book."""
