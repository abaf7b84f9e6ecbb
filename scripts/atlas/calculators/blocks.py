"""A result → HTML, the same text here and in ``blocks.js``: a page shows it without JavaScript, then JavaScript renews it.

No ``style`` attribute is used (a strict content policy forbids them): bars and schedules are SVG with plain attributes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from atlas.calculators.declaration import Bar, Calculator, Cell, Form, Lane, Output, Result, Schedule, Table, Value
from atlas.calculators.numbers import added, fixed, show

_KEY = ' class="atlas-calculator-key"'
_STEP, _LANE, _WIDEST = 22.0, 24, 10_000.0
"""A schedule's step and lane in pixels, and how wide a drawing may be before its steps shrink."""
_STRETCH = 8
"""How many times wider a step may be made for texts to have room."""
_START = Form("number", 4)


def summary_html(calculator: Calculator, result: Result) -> str:
    """The named values, then the sentences: what a screen reader is told when the numbers change."""
    named = [one for one in calculator.shows if isinstance(one, Output) and one.name in result.values]
    return _values(named, result.values) + _notes(result.notes)


def steps_html(result: Result) -> str:
    """The formulas with the numbers put in, in order."""
    if not result.steps:
        return ""
    # Full-width brackets bring their own space.
    steps = (step.replace("） ", "）").replace(" （", "（") for step in result.steps)
    lines = "".join(f"<li>{escape(step)}</li>" for step in steps)
    return f'<div class="atlas-calculator-steps"><p><strong>代入数字</strong></p><ol class="atlas-steps">{lines}</ol></div>'


def blocks_html(calculator: Calculator, result: Result, names: Collection[str] | None = None) -> str:
    """The tables, bars and schedules, in the order of the declaration; all of them, or those named."""
    parts = []
    for one in calculator.shows:
        if names is not None and one.name not in names:
            continue
        match one:
            case Table() if one.name in result.tables:
                parts.append(_table(one, result.tables[one.name]))
            case Bar() if one.name in result.bars:
                parts.append(_bars(one, result.bars[one.name]))
            case Schedule() if one.name in result.schedules:
                parts.append(_schedule(one, result.schedules[one.name]))
    return "".join(parts)


def _values(named: Sequence[Output], values: Mapping[str, Value]) -> str:
    if not named:
        return ""
    rows = (
        f'<div{_KEY if one.key else ""} data-value="{one.name}"><dt>{escape(one.label)}</dt>'
        f"<dd>{escape(show(values[one.name], one.form))}</dd></div>"
        for one in named
    )
    return f'<dl class="atlas-calculator-values">{"".join(rows)}</dl>'


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="atlas-calculator-note">{escape(note)}</p>' for note in notes)


def _is_text(form: Form) -> bool:
    return form.style == "text"


def _table(table: Table, rows: Sequence[Sequence[Value]]) -> str:
    heads = "".join(_head(column.label, _is_text(column.form)) for column in table.columns)
    body = []
    for row in rows:
        cells = [show(cell, column.form) for cell, column in zip(row, table.columns, strict=True)]
        first, others = cells[0], zip(cells[1:], table.columns[1:], strict=True)
        more = "".join(_cell(text, _is_text(column.form)) for text, column in others)
        body.append(f'<tr><th scope="row">{escape(first)}</th>{more}</tr>')
    return _framed(table.name, table.title, heads, body, search=table.search)


def _head(label: str, plain: bool) -> str:
    return f'<th scope="col">{escape(label)}</th>' if plain else f'<th scope="col" class="atlas-number">{escape(label)}</th>'


def _cell(text: str, plain: bool) -> str:
    return f"<td>{escape(text)}</td>" if plain else f'<td class="atlas-number">{escape(text)}</td>'


def _framed(name: str, title: str, heads: str, body: Sequence[str], *, legend: str = "", search: bool = False) -> str:
    """A table in a region that scrolls by itself."""
    marked = f' data-search="{len(body)}"' if search else ""
    return (
        f'<div class="atlas-calculator-block" data-block="{name}"{marked}>{legend}'
        f'<div class="atlas-calculator-scroll" role="group" tabindex="0" aria-label="{escape(title)}">'
        f'<table class="atlas-calculator-table"><caption>{escape(title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table></div></div>"
    )


def _bars(bar: Bar, rows: Sequence[tuple[str, Sequence[float], float | None, str]]) -> str:
    pieces = "".join(
        f'<li><span class="atlas-part atlas-part-{number + 1}"></span>{escape(label)}</li>'
        for number, label in enumerate(bar.parts)
    )
    legend = f'<ul class="atlas-calculator-legend">{pieces}</ul>'
    heads = (
        _head(bar.row, True) + (_head(bar.note, True) if bar.note else "") + (_head(bar.limit, False) if bar.limit else "")
    )
    heads += _head("图", True) + ("".join(_head(label, False) for label in bar.parts) if bar.detailed else "")
    widest = max((_extent(parts, limit) for _, parts, limit, _ in rows), default=0.0)
    body = [_bar(bar, row, _extent(row[1], row[2]) if bar.own_scale else widest) for row in rows]
    return _framed(bar.name, bar.title, heads, body, legend=legend, search=bar.search)


def _extent(parts: Sequence[float], limit: float | None) -> float:
    total = added(parts)
    return total if limit is None else max(total, limit)


def _bar(bar: Bar, row: tuple[str, Sequence[float], float | None, str], scale: float) -> str:
    label, parts, limit, note = row
    cells = (_cell(note, True) if bar.note else "") + (_cell(show(limit, bar.form), False) if bar.limit else "")
    cells += f"<td>{_drawn(parts, limit, scale)}</td>"
    cells += "".join(_cell(show(part, bar.form), False) for part in parts) if bar.detailed else ""
    return f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>'


def _drawn(parts: Sequence[float], limit: float | None, scale: float) -> str:
    """The bar; what it shows stands in the table's other cells, so it is hidden from screen readers."""
    at, drawn = 0.0, []
    for number, part in enumerate(parts):
        if part > 0 and scale > 0:
            left, wide = fixed(100 * at / scale, 2), fixed(100 * part / scale, 2)
            drawn.append(f'<rect class="atlas-part-{number + 1}" x="{left}%" y="2" width="{wide}%" height="14"></rect>')
        at += part
    over = limit is not None and at > limit
    if limit is not None and scale > 0:
        place = fixed(100 * limit / scale, 2)
        drawn.append(f'<line class="atlas-limit" x1="{place}%" x2="{place}%" y1="0" y2="18"></line>')
    kind = " atlas-over" if over else ""
    return f'<svg class="atlas-calculator-bar{kind}" width="100%" height="18" aria-hidden="true">{"".join(drawn)}</svg>'


def _schedule(schedule: Schedule, lanes: Sequence[Lane]) -> str:
    step, end = _scaled([cell for _, cells in lanes for cell in cells])
    drawn = "".join(_lane(schedule, number, cells, step) for number, (_, cells) in enumerate(lanes))
    width, height = _pixels(end * step), len(lanes) * _LANE
    kinds = "".join(
        f'<li><span class="atlas-part atlas-part-{number + 1}"></span>{escape(label)}</li>'
        for number, label in enumerate(schedule.kinds.values())
    )
    said = "".join(f"<li>{escape(f'{label}：{_said(cells)}')}</li>" for label, cells in lanes)
    return (
        f'<figure class="atlas-calculator-block" data-block="{schedule.name}">'
        f'<ul class="atlas-calculator-legend">{kinds}</ul>'
        f'<div class="atlas-calculator-scroll" role="group" tabindex="0" aria-label="{escape(schedule.title)}">'
        f'<svg class="atlas-calculator-schedule" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'text-anchor="middle" role="img" '
        f'aria-label="{escape(schedule.title)}">{drawn}</svg></div>'
        f"<figcaption><p>{escape(schedule.title)}{f'（{escape(schedule.unit)}）' if schedule.unit else ''}</p>"
        f"<details><summary>文字版：括号里是开始的时刻</summary><ol>{said}</ol></details></figcaption></figure>"
    )


def _scaled(cells: Sequence[Cell]) -> tuple[float, float]:
    """Pixels a step, and steps in all: wide enough for short cells to be read, but not wider than it may be."""
    end = max((start + length for start, length, _, _ in cells), default=0.0)
    if end <= 0:
        return _STEP, end
    legible = max(_room(text) / length for _, length, _, text in cells)
    return min(max(_STEP, min(legible, _STRETCH * _STEP)), _WIDEST / end), end


def _room(text: str) -> int:
    """Pixels that a text needs not to run into its neighbours'."""
    return max(14, 4 + 6 * len(text))


def _said(cells: Sequence[Cell]) -> str:
    """What a card does and from when: ``F1（0）、F2（1）``."""
    return "、".join(f"{kind}{text}（{show(start, _START)}）" for start, _, kind, text in cells)


def _lane(schedule: Schedule, number: int, cells: Sequence[Cell], step: float) -> str:
    """One path for all cells of a kind: a large schedule has thousands."""
    top = number * _LANE
    boxes: dict[str, list[str]] = {kind: [] for kind in schedule.kinds}
    texts = []
    for start, length, kind, text in cells:
        wide = _pixels(length * step)
        boxes[kind].append(f"M{_pixels(start * step)} {top + 1}h{wide}v{_LANE - 2}h-{wide}z")
        if text and length * step >= _room(text):
            texts.append(f'<text x="{_pixels((start + length / 2) * step)}" y="{top + 16}">{escape(text)}</text>')
    paths = (
        f'<path class="atlas-part-{part + 1}" d="{"".join(found)}"></path>'
        for part, found in enumerate(boxes.values())
        if found
    )
    return "".join(paths) + "".join(texts)


def _pixels(value: float) -> str:
    return fixed(value, 1).replace(",", "")
