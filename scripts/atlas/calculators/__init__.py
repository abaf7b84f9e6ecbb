"""The calculators: what a reader typed → what a page shows, with the formulas of :mod:`atlas.quantities`.

Each calculator exists twice, in Python and in JavaScript, and both give the same HTML to the last digit (see
``tests/test_calculators.py``). What a calculator asks and shows is declared once, here, and handed to the JavaScript with
the data, in the generated ``assets/calculators/data.js`` (:mod:`~atlas.calculators.script`).

To add one:

1. ``scripts/atlas/calculators/<id with _>.py``: a ``CALCULATOR = Calculator(...)`` whose ``compute(inputs, data)`` takes
   the values by name – a number, a chosen key, or ``None`` for an optional number left empty – and gives a
   :class:`Result`. It calls functions of ``atlas.quantities`` and raises :class:`BadInputError` with the input's name and a
   Chinese sentence for what makes no sense. Add it to :data:`~atlas.calculators.catalogue.CALCULATORS`.
2. ``docs/assets/calculators/<id>.js``: ``atlasCalculators.calculators["<id>"] = (inputs, data) => result`` with the same
   steps in the same order (so that both round alike), calling functions of the same names in ``quantities.js``, and
   ``throw new atlasCalculators.BadInput(name, sentence)``.
3. A page in ``docs/calculators/`` with a fence ``calculator`` that holds the id.

A result is ``values`` (by an output's name; one that is missing is not shown), ``tables`` (rows of cells by a table's name),
``bars`` (rows ``(label, parts, limit, note)``), ``schedules`` (lanes ``(label, cells)`` of cells ``(start, length, kind,
text)``), ``notes`` (sentences) and ``steps`` (two to six lines: the formulas with the numbers put in). A cell or value is a
number, a text, or ``None``, which shows as a dash. Numbers in sentences are printed by :func:`show` with a :class:`Form`, as
all others are. In JavaScript the same shapes are plain objects and arrays: ``{values, tables, bars, schedules, notes,
steps}``.
"""

from atlas.calculators.blocks import blocks_html, steps_html, summary_html
from atlas.calculators.catalogue import CALCULATORS
from atlas.calculators.data import GROUPS, KINDS, Data, data_of
from atlas.calculators.declaration import (
    BadInputError,
    Bar,
    Calculator,
    Column,
    Form,
    Input,
    Output,
    Result,
    Schedule,
    Table,
    Value,
    grouped,
)
from atlas.calculators.numbers import parse, show
from atlas.calculators.reading import choices_of, is_asked, read, run
from atlas.calculators.script import NAME, data_script

__all__ = [
    "CALCULATORS",
    "GROUPS",
    "KINDS",
    "NAME",
    "BadInputError",
    "Bar",
    "Calculator",
    "Column",
    "Data",
    "Form",
    "Input",
    "Output",
    "Result",
    "Schedule",
    "Table",
    "Value",
    "blocks_html",
    "choices_of",
    "data_of",
    "data_script",
    "grouped",
    "is_asked",
    "parse",
    "read",
    "run",
    "show",
    "steps_html",
    "summary_html",
]
