"""Every formula of the site: numbers → a number, named, documented and sourced.

Derived values in ``docs/_data``, worked examples in pages and calculators all compute with these, so that a formula has one
place to be wrong in. All take and give plain numbers in base units (bytes, FLOP/s, B/s, seconds) unless their text
says otherwise.
"""

from atlas.quantities import (
    applications,
    communication,
    compute,
    evaluation,
    finetuning,
    hardware,
    memory,
    models,
    parallelism,
    pipelines,
    serving,
    training,
)
from atlas.quantities.registry import FORMULAS, Formula

__all__ = [
    "FORMULAS",
    "Formula",
    "applications",
    "communication",
    "compute",
    "evaluation",
    "finetuning",
    "hardware",
    "memory",
    "models",
    "parallelism",
    "pipelines",
    "serving",
    "training",
]
