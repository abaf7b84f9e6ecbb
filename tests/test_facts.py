"""Facts as data: what is read from a row, every fault in one run with its place, derived values, and age."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas.facts import SCHEMAS, UNPUBLISHED, UNSUPPORTED, due_rows, faults, json_schema, load, today
from atlas.facts.expressions import ExpressionError, evaluate, row_lookup
from atlas.facts.units import UNITS, convert, parse_number
from tests.conftest import REPOSITORY, run_atlas

DATA = REPOSITORY / "docs" / "_data"
SOURCES = """\
paper-2020: {title: 论文, by: 甲, year: 2020, url: "https://example.org/a", kind: paper, read: 2026-11-24}
notes-2024: {title: 整理, by: 乙, year: 2024, url: "https://example.org/b", kind: secondary, read: 2026-11-24}
"""
HEAD = "  maker: nvidia\n  country: us\n  per: package\n  checked: 2026-11-24\n  source: paper-2020\n  kind: paper\n"
"""What a device's row has besides its name: lines 3 to 8 of a file with one row."""

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Make a data folder from texts by kind; sources are there unless given."""

    def make(**files: str) -> Path:
        for kind, text in ({"sources": SOURCES} | files).items():
            (tmp_path / f"{kind}.yml").write_text(text, "utf-8")
        return tmp_path

    return make


def device(more: str, key: str = "card") -> str:
    """A device's row, well-formed but for what is added from line 9 on."""
    return f"{key}:\n  name: {key}\n{HEAD}{more}"


def found(path: Path) -> list[tuple[str, str, int, int]]:
    """Rule, file, line and column of every fault."""
    return [(fault.rule, fault.path, fault.place.line, fault.place.column) for fault in faults(path)]


def test_a_row_says_all_it_knows(folder: Folder) -> None:
    """Value, unit, source, kind, other opinions and place of each cell; the two kinds of nothing are different."""
    text = device(
        "  memory: 80 GB\n"
        "  bandwidth: {value: 3350, source: notes-2024, kind: secondary, note: 约, also: [{value: 3352, source: paper-2020}], why: 整}\n"
        "  fp4_dense: unsupported\n  tdp: unpublished\n  transistors: 54.2B\n  released: 2020-05\n"
    )
    row = load(folder(devices=text))["devices"]["card"]
    assert faults(folder(devices=text)) == []
    memory, bandwidth = row["memory"], row["bandwidth"]
    assert (memory.number, memory.unit, memory.sources, memory.kind) == (80, "GB", ("paper-2020",), "paper")
    assert (bandwidth.sources, bandwidth.kind, bandwidth.note, bandwidth.why) == (("notes-2024",), "secondary", "约", "整")
    assert [(other.value, other.sources) for other in bandwidth.also] == [(3352, ("paper-2020",))]
    assert (bandwidth.place.line, bandwidth.place.column) == (10, 22)
    assert (row["fp4_dense"].value, row["tdp"].value) == (UNSUPPORTED, UNPUBLISHED)
    assert (UNSUPPORTED.label, UNPUBLISHED.label) == ("不支持", "未公开")
    assert row.number("fp4_dense") is None
    assert row.get("fp8_dense") is None
    assert (row.number("transistors"), row.text("released")) == (54.2e9, "2020-05")


def test_five_broken_rows_are_five_findings_in_one_run(folder: Folder) -> None:
    """An unknown source, a wrong unit, a missing date, a repeated key and a wrong derived value: each at its place."""
    rows = [
        device("  memory: {value: 80, source: paper-2021}\n", "one"),
        device("  memory: 80 GiB\n", "two"),
        device("", "three").replace("  checked: 2026-11-24\n", ""),
        device("  memory: 80\n  memory: 81\n", "four"),
        device("  bf16_dense: 989.4\n  bf16_sparse: {value: 1980, formula: bf16_dense * 2}\n", "five"),
    ]
    assert found(folder(devices="".join(rows))) == [
        ("fact-source-unknown", "devices.yml", 9, 31),
        ("fact-value-invalid", "devices.yml", 18, 11),
        ("fact-undated", "devices.yml", 19, 1),
        ("fact-duplicate", "devices.yml", 35, 3),
        ("fact-derived-wrong", "devices.yml", 45, 24),
    ]


@pytest.mark.parametrize(
    ("cell", "rule", "column", "said", "hint"),
    [
        pytest.param("memory: 192 GiB", "fact-value-invalid", 11, "GiB", "206.158", id="unit that converts"),
        pytest.param("memory: 80 W", "fact-value-invalid", 11, "单位不对", "换不成", id="unit of something else"),
        pytest.param("memory: viel", "fact-value-invalid", 11, "不是数字", "unpublished", id="no number"),
        pytest.param("memory:", "fact-value-invalid", 10, "没有值", "unpublished", id="empty"),
        pytest.param("memory: 80000", "fact-out-of-bounds", 11, "80000", "不大于 2000", id="too large"),
        pytest.param("tdp: 0.7", "fact-out-of-bounds", 8, "0.7", "不小于 5", id="too small"),
        pytest.param("memory_type: hbm3f", "fact-value-invalid", 16, "hbm3f", "`hbm3", id="choice misspelt"),
        pytest.param("memry: 80", "fact-value-invalid", 3, "memry", "`memory`", id="column misspelt"),
        pytest.param("released: May 2020", "fact-value-invalid", 13, "May 2020", "2026-11", id="date"),
        pytest.param("devices_seen: 1.5", "fact-value-invalid", 17, "整数", "整数", id="whole number"),
        pytest.param("memory: {value: 80, kind: datashet}", "fact-value-invalid", 29, "datashet", "`datasheet`", id="kind"),
        pytest.param("memory: {value: 80, sauce: x}", "fact-value-invalid", 23, "sauce", "`source`", id="option"),
        pytest.param("memory: {note: x}", "fact-value-invalid", 11, "value", "value", id="no value"),
        pytest.param("memory: {value: 80, value: 81}", "fact-duplicate", 23, "两次", "留一个", id="option twice"),
        pytest.param(
            "memory: {value: 80, also: [{value: 81}]}", "fact-unsourced", 30, "来源", "source", id="other unsourced"
        ),
        pytest.param("memory: {value: 80, kind: derived}", "fact-derived-wrong", 19, "公式", "formula", id="no formula"),
        pytest.param("memory: {value: 80, formula: memori * 2}", "fact-derived-wrong", 19, "memori", "列名", id="lost name"),
        pytest.param(
            "memory: {value: 80, formula: pars(2)}", "fact-derived-wrong", 19, "pars", "quantities", id="lost formula"
        ),
        pytest.param(
            "memory: {value: 80, formula: 1 / 0}", "fact-derived-wrong", 19, "算不出来", "公式", id="division by zero"
        ),
        pytest.param("memory: {value: 80, formula: 80 +}", "fact-derived-wrong", 19, "写法不对", "公式", id="no expression"),
        pytest.param("memory: {value: 80, source: notes-2024}", "fact-unsourced", 19, "二手", "secondary", id="second hand"),
    ],
)
def test_a_broken_cell_is_one_fault(folder: Folder, cell: str, rule: str, column: int, said: str, hint: str) -> None:
    """What is wrong with a cell is said once, at its place, with what to write instead."""
    path = folder(devices=device(f"  {cell}\n"))
    (fault,) = faults(path)
    assert (fault.rule, fault.line, fault.place.column) == (rule, 9, column)
    assert said in fault.message
    assert hint in fault.hint


@pytest.mark.parametrize(
    ("kind", "row", "said"),
    [
        pytest.param("devices", "bf16_dense: 1979, bf16_sparse: 989", "稀疏", id="sparse below dense"),
        pytest.param("devices", "link_uni: 900, link_bandwidth: 900", "双向", id="both directions"),
        pytest.param("models", "params_total: 7B, params_active: 37B", "激活参数", id="active above total"),
        pytest.param("models", "heads: 32, kv_heads: 6", "整数倍", id="heads no multiple"),
        pytest.param("models", "params_total: 7B, layers: 320, hidden: 4096, ffn: 11008", "FFN", id="layers too many"),
        pytest.param("runs", "cards: 16384, tp: 8, pp: 16, cp: 1, dp: 64", "TP×PP", id="degrees and cards"),
        pytest.param("runs", "mfu: 57.8, hfu: 46.2", "HFU", id="MFU above HFU"),
        pytest.param("frameworks", "first_release: 2024, latest_date: 2023-05-01", "首次发布", id="dates"),
    ],
)
def test_columns_must_not_contradict_each_other(folder: Folder, kind: str, row: str, said: str) -> None:
    """What can't both be true is found within a row."""
    needed = {
        "devices": "maker: nvidia, country: us, per: package",
        "models": "maker: 甲, class: decoder-only",
        "frameworks": "layer: framework, maintenance: active",
    }.get(kind, "")
    text = (
        f"one: {{name: 一, checked: 2026-11-24, source: paper-2020, kind: paper, {needed}{', ' if needed else ''}{row}}}\n"
    )
    (fault,) = faults(folder(**{kind: text}))
    assert fault.rule == "fact-out-of-bounds"
    assert said in fault.hint


def test_relations_leave_alone_what_is_exempt_or_unknown(folder: Folder) -> None:
    """A mixture of experts may have wide layers; a missing or unpublished value contradicts nothing."""
    head = "name: 一, maker: 甲, class: decoder-only, checked: 2026-11-24, source: paper-2020, kind: paper"
    text = (
        f"one: {{{head}, moe: yes, params_total: 7B, layers: 320, hidden: 4096, ffn: 11008, params_active: unpublished}}\n"
    )
    assert faults(folder(models=text)) == []


def test_a_broken_file_hides_no_other(folder: Folder) -> None:
    """A file that is no YAML is one fault at its place; the rest is checked all the same."""
    path = folder(devices="card:\n  name: [\n", methods="lora:\n  name: LoRA\n  group: peft\n")
    assert found(path) == [("fact-syntax", "devices.yml", 3, 1), ("fact-undated", "methods.yml", 1, 1)]


def test_without_sources_no_row_is_blamed_for_them(folder: Folder) -> None:
    """If the sources themselves can't be read, that is the one fault."""
    path = folder(sources="a: [\n", devices=device("  memory: 80\n"))
    assert [fault[:2] for fault in found(path)] == [("fact-syntax", "sources.yml")]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n"], ids=["list", "text"])
def test_a_file_that_is_no_mapping_is_a_fault(folder: Folder, text: str) -> None:
    """Only rows by key make a table."""
    assert [fault[0] for fault in found(folder(devices=text))] == ["fact-syntax"]


def test_rows_without_source_or_kind_are_one_fault_each(folder: Folder) -> None:
    """One fault a row names all its columns that have no source; what is not published needs none."""
    text = "card:\n  name: 一\n  maker: nvidia\n  country: us\n  per: package\n  checked: 2026-11-24\n  memory: 80\n  tdp: 700\n  fp64: unpublished\n"
    (fault,) = faults(folder(devices=text))
    assert (fault.rule, fault.line) == ("fact-unsourced", 7)
    assert "`memory`、`tdp`" in fault.message


def test_keys_and_names_must_differ(folder: Folder) -> None:
    """A key twice and a name twice are found; a key with capitals or dots is refused."""
    rows = device("", "one") + device("", "one") + device("", "two").replace("name: two", "name: one") + device("", "B.1")
    assert sorted(fault[0::2][:2] for fault in found(folder(devices=rows))) == [
        ("fact-duplicate", 9),
        ("fact-duplicate", 18),
        ("fact-value-invalid", 25),
    ]


def test_a_key_of_another_table_must_exist(folder: Folder) -> None:
    """A run names its device by key; the nearest is the hint."""
    path = folder(devices=device("", "h100-sxm"), runs="run:\n  name: 甲\n  device: h100-smx\n  checked: 2026-11-24\n")
    (fault,) = faults(path)
    assert (fault.rule, fault.path, fault.line) == ("fact-value-invalid", "runs.yml", 3)
    assert "`h100-sxm`" in fault.hint


def test_formulas_reach_other_rows_tables_and_functions(folder: Folder) -> None:
    """A formula may use its row, another row, another table, the row a column names, and the site's formulas."""
    path = folder(
        devices=device("  bf16_dense: 989\n  bandwidth: 3350\n", "h100-sxm"),
        models=f"big:\n  name: 大\n  class: decoder-only\n{HEAD.replace('  country: us', '').replace('  per: package', '')}  params_total: 405B\n",
        runs="run:\n  name: 甲\n  device: h100-sxm\n  model: big\n  checked: 2026-11-24\n",
    )
    facts = load(path)
    lookup = row_lookup(facts, SCHEMAS["runs"], facts["runs"]["run"])
    assert evaluate("devices.h100-sxm.bf16_dense / 2", lookup) == 494.5
    assert evaluate("device.bf16_dense - 89", lookup) == 900
    assert evaluate("training_compute(model.params_total, 15.6e12)", lookup) == pytest.approx(3.79e25, rel=1e-3)
    assert evaluate("-(2 ** 3 % 5 // 2)", lookup) == -1
    beside = row_lookup(facts, SCHEMAS["devices"], facts["devices"]["h100-sxm"])
    assert evaluate("h100-sxm.bf16_dense * 1e3 / bandwidth", beside) == pytest.approx(295.2, abs=0.05)


@pytest.mark.parametrize("text", ["__import__('os')", "[1]", "'a' * 3", "x if x else x", "(lambda: 1)()", "True", "a.b.c.d"])
def test_formulas_run_no_code(text: str) -> None:
    """Nothing but arithmetic and the site's formulas is possible."""
    with pytest.raises(ExpressionError):
        evaluate(text, lambda name: 1.0 if name == "x" else pytest.fail(name))


@pytest.mark.parametrize(
    ("text", "value", "precision", "unit"),
    [
        ("989.4", 989.4, 0.05, ""),
        ("128_256", 128256, 0.5, ""),
        ("70.6B", 70.6e9, 0.05e9, ""),
        ("128Ki", 131072, 512, ""),
        ("3.8e25", 3.8e25, 0.05e25, ""),
        ("15.6T tokens", 15.6e12, 0.05e12, "tokens"),
        ("989 TFLOPS", 989, 0.5, "TFLOP/s"),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float, precision: float, unit: str) -> None:
    """A number's value, how exactly it is printed, and its unit by the one spelling."""
    number = parse_number(text)
    assert number is not None
    assert number.value == pytest.approx(value)
    assert number.precision == pytest.approx(precision)
    assert number.unit == unit


def test_units_convert_within_their_dimension() -> None:
    """Bits and bytes, decimal and binary; never power into memory."""
    assert convert(400, "Gb/s", "GB/s") == 50
    assert convert(1, "GiB", "GB") == pytest.approx(1.073741824)
    assert convert(1, "W", "GB") is None
    assert {column.unit for schema in SCHEMAS.values() for column in schema.columns.values()} <= {"", *UNITS}


@pytest.mark.parametrize(
    ("kind", "checked", "is_due"),
    [
        ("devices", "2026-05-24", True),
        ("devices", "2026-05-25", False),
        ("frameworks", "2026-08-24", True),
        ("engines", "2026-08-25", False),
        ("benchmarks", "2026-05", True),
        ("models", "2025-11-24", True),
        ("interconnects", "2025-12", False),
        ("methods", "2017-06-12", False),
        ("runs", "2017", False),
    ],
)
def test_rows_grow_old_at_the_pace_of_their_kind(folder: Folder, kind: str, checked: str, is_due: bool) -> None:
    """Devices and benchmarks after 6 months, software after 3, models and links after 12, papers never."""
    path = folder(**{kind: f"one:\n  name: 一\n  checked: {checked}\n"})
    assert bool(due_rows(load(path), datetime.date(2026, 11, 24))) is is_due


def test_laws_grow_old_too(folder: Folder) -> None:
    """A law read more than a year ago may have been amended; a paper has not."""
    path = folder(sources=SOURCES.replace("kind: secondary", "kind: law").replace("2026-11-24", "2025-01-01"))
    assert [due.row.key for due in due_rows(load(path), datetime.date(2026, 11, 24))] == ["notes-2024"]


def test_the_day_is_that_of_the_commit_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """``SOURCE_DATE_EPOCH`` decides, so that a build of the same commit says the same on any day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert today() == datetime.date(1970, 1, 1)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert today().year >= 2026


def test_saved_data_is_seen_at_once(folder: Folder) -> None:
    """A preview that runs sees what was saved."""
    path = folder(devices=device("  memory: 80\n"))
    assert load(path)["devices"]["card"].number("memory") == 80
    assert load(folder(devices=device("  memory: 141\n")))["devices"]["card"].number("memory") == 141


def test_the_command_checks_a_folder_alone(folder: Folder) -> None:
    """``atlas facts`` needs no site: a place for each fault and the exit codes of the other commands."""
    path = folder(devices=device("  memory: 80 GiB\n"))
    done = run_atlas(path, "facts", ".", "--format", "jsonl", SOURCE_DATE_EPOCH="1795478400")
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert (done.returncode, said["rule"], said["path"], said["line"], said["column"]) == (
        1,
        "fact-value-invalid",
        "devices.yml",
        9,
        11,
    )
    assert run_atlas(path, "facts", "nowhere").returncode == 3
    folder(devices=device("  memory: 80\n"))
    done = run_atlas(path, "facts", ".", SOURCE_DATE_EPOCH="1795478400")
    assert (done.returncode, done.stdout) == (0, "检查了 3 行数据：没有发现问题。\n")


def test_an_old_row_warns_only(folder: Folder) -> None:
    """A contributor's pull request does not fail because somebody's row grew old."""
    path = folder(devices=device("").replace("2026-11-24", "2020-01-01"))
    assert run_atlas(path, "facts", ".").returncode == 0
    assert run_atlas(path, "facts", ".", "--strict").returncode == 1


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_editors_get_a_schema(kind: str) -> None:
    """Every column is in the JSON Schema, with what readers call it; required ones are required."""
    made = json.loads(json.dumps(json_schema(SCHEMAS[kind])))
    (row,) = made["patternProperties"].values()
    for name, column in SCHEMAS[kind].columns.items():
        assert column.label in row["properties"][name]["description"]
        assert (name in row["required"]) is column.required


def test_the_sites_own_data_has_no_fault() -> None:
    """Form, sources, derived values, bounds and contradictions of everything in ``docs/_data``."""
    assert [f"{fault.path}:{fault.line} {fault.message}" for fault in faults(DATA)] == []


FACTS = load(DATA)
DERIVED = [
    pytest.param(table.schema.kind, row.key, fact.column.name, id=f"{table.schema.kind}.{row.key}.{fact.column.name}")
    for table in FACTS.tables.values()
    for row in table
    for fact in row.facts.values()
    if fact.formula
]


@pytest.mark.parametrize(("kind", "key", "column"), DERIVED)
def test_derived_value_is_what_its_formula_gives(kind: str, key: str, column: str) -> None:
    """Recomputed here, to the last place that is printed."""
    row = FACTS[kind][key]
    fact = row[column]
    assert fact.kind == "derived"
    assert evaluate(fact.formula, row_lookup(FACTS, SCHEMAS[kind], row)) == pytest.approx(
        fact.number, abs=fact.precision * (1 + 1e-9), rel=1e-12
    )


def test_every_maker_is_in_the_one_table() -> None:
    """Chinese makers stand in the same table and units; 60 devices or more, none without a date."""
    devices = FACTS["devices"]
    assert len(devices) >= 60
    assert {row.text("maker") for row in devices} == set(SCHEMAS["devices"].columns["maker"].choices)
    assert sum(row.text("country") == "cn" for row in devices) >= 25
    assert all(row.checked for row in devices)


@pytest.mark.parametrize(
    ("key", "column", "value"),
    [
        ("h100-sxm", "bf16_dense", 989.4),
        ("h20", "bf16_dense", 148),
        ("l40s", "bf16_dense", 362),
        ("rtx-4090", "bf16_dense", 165.2),
        ("b300", "int8_dense", 150),
        ("gb300", "fp4_sparse", 20000),
        ("trainium2", "bf16_sparse", 2563),
        ("tpu7x", "bf16_dense", 2307),
        ("ascend-910b2", "bf16_dense", 353.9),
        ("biren-br100", "bandwidth", 1640),
    ],
)
def test_known_traps_are_not_stepped_into(key: str, column: str, value: float) -> None:
    """Values that circulate wrongly: sparse printed as dense, FP8 as BF16, I/O as memory bandwidth."""
    assert FACTS["devices"][key].number(column) == value
