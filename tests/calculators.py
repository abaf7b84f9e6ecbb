"""Inputs for calculators, made up from their declarations, and what their JavaScript answers in the embedded V8."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas.calculators import (
    CALCULATORS,
    BadInputError,
    Calculator,
    Data,
    Input,
    blocks_html,
    choices_of,
    data_of,
    data_script,
    run,
    steps_html,
    summary_html,
)
from atlas.facts import load
from atlas.markdown.calculators import SCRIPTS
from atlas.v8 import Engine
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "docs" / "assets" / "calculators"
BLOCKS = 3
"""Tables of eighty devices cost most of the time: every third answer has them."""
GLUE = (
    f"const BLOCKS = {BLOCKS};"
    + """
globalThis.answers = (id, many) => JSON.stringify(many.map((texts, at) => {
  try {
    const result = atlasCalculators.run(id, texts);
    return [atlasCalculators.summaryHtml(id, result) + atlasCalculators.stepsHtml(result), at % BLOCKS ? "" : atlasCalculators.blocksHtml(id, result)];
  } catch (error) {
    if (!(error instanceof atlasCalculators.BadInput)) throw error;
    return [error.input, error.sentence];
  }
}));
globalThis.quantity = (name, values) => JSON.stringify(atlasCalculators.quantities[name](...values));
globalThis.quantityNames = () => JSON.stringify(Object.keys(atlasCalculators.quantities));
globalThis.parsed = (texts) => JSON.stringify(texts.map((text) => atlasCalculators.parse(text)));
globalThis.parsedWith = (text, unit) => JSON.stringify(atlasCalculators.parse(text, unit));
globalThis.shown = (pairs) => JSON.stringify(pairs.map(([value, form]) => atlasCalculators.show(value, form)));
"""
)
ODD = ("", " ", "abc", "NaN", "Infinity", "-1", "0", "1e400", "1e-300", "0.5", "-0", "1,000", "2Ki", "1.5 万", "３", "1e", "--1",
       "<b>", "1_000", "99999999999999999999", "+7", "1.0", "4.000000000000001", "1e308", "0,5", "1,2,3", "1 000", "40%", "1e 1", "70b",
       "１２", "−3", "1，000", "长" * 50, "x" * 41)  # fmt: skip
"""What readers and addresses may hold, sense or not."""


def data() -> Data:
    """The site's own."""
    return data_of(load(REPOSITORY / "docs" / "_data"))


def engine(folder: Path) -> Engine:
    """The calculators' JavaScript as pages load it."""
    made = {"data.js": data_script(data()), "glue.js": GLUE}
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    names = [FOLDER / name for name in (*SCRIPTS, *(f"{key}.js" for key in CALCULATORS))]
    return Engine("计算器", [str(file) for file in (folder / "data.js", *names, folder / "glue.js")], [])


def made_up(calculator: Calculator, count: int, known: Data) -> Iterator[dict[str, str]]:
    """The defaults, then ``count`` fillings of the form: mostly sensible ones, every sixth with something odd in it.

    Every third one starts from what divides, where that is rare among numbers drawn one by one.
    """
    yield {}
    chance = random.Random(calculator.id)
    choices = {one.name: list(choices_of(one, known)) for one in calculator.inputs}
    for number in range(count):
        texts = {one.name: _text(one, chance, choices[one.name]) for one in calculator.inputs if chance.random() < 0.6}
        if calculator.id == "parallelism" and number % 3:
            texts |= _grid(chance)
        if number % 6 == 0:
            texts[chance.choice(calculator.inputs).name] = chance.choice(ODD)
        yield texts


def _grid(chance: random.Random) -> dict[str, str]:
    """A machine of which most grids divide, memory that some of them fit in, and now and then one of them as one's own."""
    tensor, stages, context, data, micro = (2 ** chance.randint(0, most) for most in (3, 4, 2, 7, 1))
    cards = tensor * stages * context * data * chance.choice((1, 1, 3))
    texts = {"cards": str(cards), "node": chance.choice(("8", "16", "72")), "micro": str(micro)}
    texts["batch"] = str(cards // (tensor * stages * context) * micro * 2 ** chance.randint(0, 6))
    texts["sequence"] = str(2 ** chance.randint(11, 17))
    texts["device"] = chance.choice(("h100-sxm", "h200-sxm", "b200", "a100-80gb-sxm", "h800-sxm"))
    texts["model"] = chance.choice(("llama-3-1-8b", "llama-3-1-70b", "deepseek-v3", "mixtral-8x7b", "gpt-3-175b", "free"))
    if chance.random() < 0.7:
        expert = 2 ** chance.randint(0, 6) if chance.random() < 0.4 else 1
        texts |= {"own_tp": str(tensor), "own_pp": str(stages), "own_cp": str(context), "own_ep": str(expert)}
    return texts


def _text(one: Input, chance: random.Random, choices: Sequence[str]) -> str:
    if one.kind != "number":
        return chance.choice(choices)
    if chance.random() < 0.3 or (one.optional and chance.random() < 0.5):
        return "" if one.optional else one.default
    low = one.minimum if one.minimum is not None else -1e6
    high = one.maximum if one.maximum is not None else 1e12
    if chance.random() < 0.1:
        return repr(chance.choice((low, high)))
    if one.whole and chance.random() < 0.7:
        return str(
            min(max(2 ** chance.randint(0, 6), math.ceil(low)), math.floor(high))
        )  # what divides what it is to divide
    value = _between(low, high, chance)
    if one.whole:
        return str(min(max(round(value), math.ceil(low)), math.floor(high)))
    return repr(round(value, 3) if chance.random() < 0.3 and low <= round(value, 3) <= high else value)


def _between(low: float, high: float, chance: random.Random) -> float:
    """Small and large ones alike."""
    if low < 0:
        return chance.uniform(low, high)
    start = max(low, high * 1e-9, 1e-3)
    return float(start * (high / start) ** chance.random())


def answer(calculator: Calculator, texts: dict[str, str], known: Data, at: int) -> list[str]:
    """What Python says, in the shape of the glue's answers; ``at`` is the place in the batch."""
    try:
        result = run(calculator, texts, known)
    except BadInputError as error:
        return [error.name, error.sentence]
    return [summary_html(calculator, result) + steps_html(result), "" if at % BLOCKS else blocks_html(calculator, result)]
