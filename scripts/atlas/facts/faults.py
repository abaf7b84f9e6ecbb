"""All that is wrong with a data folder, in one run: form, sources, derived values, bounds and contradictions within rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas.facts.columns import Type
from atlas.facts.expressions import ExpressionError, evaluate, row_lookup
from atlas.facts.loading import Facts, load
from atlas.facts.schemas import Relation, Schema
from atlas.facts.units import show
from atlas.facts.values import Fact, Fault, Row, Table
from atlas.facts.words import KINDS
from atlas.wording import nearest

_SECOND_HAND = frozenset({"secondary", "news"})
_FIRST_HAND = frozenset({"datasheet", "paper", "config"})


def faults(folder: Path | None) -> list[Fault]:
    """Every fault of every data file, by file and place."""
    facts = load(folder)
    found = [*facts.faults, *_unknown_sources(facts)]
    for table in facts.tables.values():
        for row in table:
            found += _row_faults(facts, table, row)
    return sorted(found, key=lambda fault: (fault.path, fault.place.line, fault.place.column, fault.rule))


def _row_faults(facts: Facts, table: Table, row: Row) -> Iterator[Fault]:
    for fact in row.facts.values():
        yield from _lost_key(facts, table.schema, row, fact)
        yield from _derived(facts, table.schema, row, fact)
        yield from _second_hand(facts, table.schema, row, fact)
    for relation in table.schema.relations:
        yield from _broken_relation(facts, table.schema, row, relation)


def _unknown_sources(facts: Facts) -> Iterator[Fault]:
    if "sources" not in facts.present:  # its own fault says so; all others would only repeat it
        return
    known = facts["sources"].rows
    for path, key, place in facts.uses:
        if key not in known:
            close = nearest(key, known)
            hint = f"最接近的是 `{close}`" if close else "先在 `sources.yml` 里写下这条来源"
            yield Fault("fact-source-unknown", path, place, f"来源 `{key}` 不存在", hint)


def _lost_key(facts: Facts, schema: Schema, row: Row, fact: Fact) -> Iterator[Fault]:
    wanted = fact.column.table
    if fact.column.type is not Type.KEY or wanted not in facts.present or facts.row(wanted, str(fact.value)):
        return
    close = nearest(str(fact.value), facts[wanted].rows)
    hint = f"最接近的是 `{close}`" if close else f"先在 `{wanted}.yml` 里加上这一行"
    message = f"`{row.key}` 的“{fact.column.label}”指向不存在的 `{fact.value}`"
    yield Fault("fact-value-invalid", schema.path, fact.place, message, hint)


def _derived(facts: Facts, schema: Schema, row: Row, fact: Fact) -> Iterator[Fault]:
    if not fact.formula or fact.number is None:
        return
    where = f"`{row.key}` 的“{fact.column.label}”"
    try:
        value = evaluate(fact.formula, row_lookup(facts, schema, row))
    except ExpressionError as error:
        hint = "公式里写列名、别的行（`h100-sxm.bf16_dense`）、数字和 `atlas.quantities` 里的公式"
        yield Fault("fact-derived-wrong", schema.path, fact.place, f"{where}：{error}", hint)
        return
    if abs(value - fact.number) > fact.precision * (1 + 1e-9) + 1e-12 * abs(value):
        message = f"{where}写 `{fact.text}`，公式 `{fact.formula}` 算出 {show(value)}"
        yield Fault("fact-derived-wrong", schema.path, fact.place, message, f"改成 `{show(value)}`，或改公式")


def _second_hand(facts: Facts, schema: Schema, row: Row, fact: Fact) -> Iterator[Fault]:
    """A claim known at second hand only must say so to the reader."""
    sources = [facts.row("sources", key) for key in fact.sources]
    kinds = {source.text("kind") for source in sources if source}
    if fact.kind not in _FIRST_HAND or not kinds or not kinds <= _SECOND_HAND or None in sources:
        return
    named = "、".join(KINDS[kind] for kind in sorted(kinds))
    message = f"`{row.key}` 的“{fact.column.label}”写明 `kind: {fact.kind}`，来源 `{fact.sources[0]}` 却是{named}"
    hint = "没有读到原文就写 `kind: secondary`，读者才知道这是转述；读到了就换成原文的来源"
    yield Fault("fact-unsourced", schema.path, fact.place, message, hint)


def _broken_relation(facts: Facts, schema: Schema, row: Row, relation: Relation) -> Iterator[Fault]:
    exempt = row.get(relation.unless) if relation.unless else None
    if exempt is not None and exempt.value is True:
        return
    lookup = row_lookup(facts, schema, row)
    try:
        left, right = evaluate(relation.left, lookup), evaluate(relation.right, lookup)
    except ExpressionError:
        return
    slack = relation.tolerance * max(abs(left), abs(right))
    if left <= right + slack and (relation.sign == "<=" or left >= right - slack):
        return
    at = next((row[name] for name in _names(relation.left) if name in row.facts), None)
    one, other = _side(schema, row, relation.left, left), _side(schema, row, relation.right, right)
    message = f"`{row.key}`：{one}，{other}"
    yield Fault("fact-out-of-bounds", schema.path, at.place if at else row.place, message, relation.reason)


def _names(expression: str) -> list[str]:
    return [word for word in expression.replace("(", " ").split() if word.isidentifier()]


def _side(schema: Schema, row: Row, expression: str, value: float) -> str:
    """One side of a relation and its value: a column as readers know it and as written, or the expression."""
    if expression in schema.columns:
        return f"“{schema.columns[expression].label}”是 {row[expression].text}"
    return f"应为 {expression}" if expression.isdigit() else f"`{expression}` 是 {show(value)}"
