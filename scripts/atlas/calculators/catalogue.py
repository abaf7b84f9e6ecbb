"""All calculators, by id."""

from __future__ import annotations

from collections.abc import Mapping

from atlas.calculators import (
    communication,
    decoding,
    evaluation_error,
    inference_memory,
    parallelism,
    pipeline,
    training_memory,
    training_time,
)
from atlas.calculators.declaration import Calculator

_MODULES = (
    training_memory,
    inference_memory,
    training_time,
    communication,
    pipeline,
    parallelism,
    decoding,
    evaluation_error,
)
CALCULATORS: Mapping[str, Calculator] = {module.CALCULATOR.id: module.CALCULATOR for module in _MODULES}
"""In the order of the book."""
