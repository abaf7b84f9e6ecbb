"""The command as its users meet it: whole outputs and exit codes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from atlas import checks  # noqa: F401 - declares the rules
from atlas.cli import main
from atlas.findings import RULES, RULES_PAGE
from atlas.v8 import EngineError
from tests.conftest import Project, call_atlas, run_atlas

HOOKED = "site_name: a\nhooks: [hook.py]\n"
FOUR_FAULTS = {
    "docs/index.md": """\
# 首页

见[训练](trainin.md)与[数据](training.md#date)。

```mermaid
flowchart LR
  accTitle: 甲到乙
  accDescr: 甲指向乙
  A[甲（一）] --> B["乙"] -->
```

显存是 $\\fracc{1}{2}$。
""",
    "docs/training.md": "# 训练\n\n## 数据 {#data}\n",
}


def documented_commands() -> list[str]:
    """The commands that ``atlas --help`` lists."""
    said = run_atlas(Path.cwd(), "--help").stdout
    return re.findall(r"^    ([a-z]+) ", said, re.MULTILINE)


def test_outputs_agree(project: Project) -> None:
    """``human``, ``github`` and ``jsonl`` tell the same four faults, exit 1, and say nothing on standard error."""
    folder = project(FOUR_FAULTS).parent
    for style, expected in OUTPUTS.items():
        done = run_atlas(folder, "validate", "--format", style)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout == expected, style


def test_clean_project_exits_0(project: Project) -> None:
    """Nothing found: exit 0, one line."""
    done = run_atlas(project({"docs/index.md": "# 首页\n"}).parent, "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("检查了 1 页、")
    assert done.stdout.endswith("：没有发现问题。\n")


def test_select_keeps_one_rule(project: Project) -> None:
    """``--select`` reports the named rules only."""
    done = run_atlas(project(FOUR_FAULTS).parent, "validate", "--select", "formula-syntax", "--format", "jsonl")
    assert done.returncode == 1
    assert re.findall(r'"rule": "([^"]+)"', done.stdout) == ["formula-syntax"]


FIVE_FAULTS = {
    **FOUR_FAULTS,
    "docs/training.md": "# 训练\n\n## 数据 {#data}\n\n[甲](no.md)\n",
    "docs/more/a.md": "# 甲\n\n![乙](b.png)\n",
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["--select", "link-*"], ["link-target-missing", "link-anchor-missing", "link-target-missing"], id="prefix"
        ),
        pytest.param(
            ["--select", "link-*,asset-missing", "--ignore", "link-target-*"],
            ["link-anchor-missing", "asset-missing"],
            id="both, by commas",
        ),
        pytest.param(["--ignore", "link-*", "diagram-*", "formula-syntax"], ["asset-missing"], id="ignore several"),
        pytest.param(["docs/training.md"], ["link-target-missing"], id="one file"),
        pytest.param(["./docs/../docs/more/"], ["asset-missing"], id="a folder"),
        pytest.param(["docs/training.md", "docs/more"], ["asset-missing", "link-target-missing"], id="both"),
        pytest.param(["--select", "link-*", "docs/training.md"], ["link-target-missing"], id="a path behind --select"),
        pytest.param(["training.md", "--strict"], [], id="no such path"),
    ],
)
def test_only_what_is_asked_for(project: Project, arguments: list[str], expected: list[str]) -> None:
    """Rules by id or prefix, files and folders by path."""
    done = call_atlas(project(FIVE_FAULTS).parent, "validate", "--format", "jsonl", *arguments)
    assert re.findall(r'"rule": "([^"]+)"', done.stdout) == expected
    assert done.returncode == (1 if expected else 2)


def test_counts_are_of_what_was_asked_for(project: Project) -> None:
    """The last line speaks of the same files as the findings."""
    done = call_atlas(project(FIVE_FAULTS).parent, "validate", "docs/more")
    assert done.stdout.splitlines()[-1] == "检查了 1 页、1 个链接、0 张图、0 个公式：1 个错误，0 个警告。"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param(
            "docs/trainin.md", "没有文件或文件夹 `docs/trainin.md`；最接近的是 `docs/training.md`。\n", id="misspelt"
        ),
        pytest.param(
            "elsewhere/training.md",
            "没有文件或文件夹 `elsewhere/training.md`；最接近的是 `docs/training.md`。\n",
            id="elsewhere",
        ),
        pytest.param("qqq", "没有文件或文件夹 `qqq`。\n", id="nothing like it"),
        pytest.param(
            "README.md", "`README.md` 不属于这个网站，没有可查的；能检查的文件在 `docs/` 里。\n", id="no part of the site"
        ),
        pytest.param("..", "`..` 不在项目文件夹", id="out of the project"),
    ],
)
def test_unknown_path_exits_2(project: Project, path: str, said: str) -> None:
    """A slip must not pass for "nothing found"."""
    done = call_atlas(project({**FIVE_FAULTS, "README.md": "# 读我\n"}).parent, "validate", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize(
    ("folder", "arguments"),
    [
        pytest.param("docs", ["training.md"], id="in a folder of the project, by what is seen there"),
        pytest.param("docs/more", ["docs/training.md"], id="by the project's own paths"),
        pytest.param(".", ["docs/training.md", "--config-file", "mkdocs.yml"], id="in the project"),
        pytest.param("..", ["docs/training.md", "--config-file"], id="outside"),
    ],
)
def test_paths_from_any_folder(project: Project, folder: str, arguments: list[str]) -> None:
    """The configuration is the nearest upwards, and a path is what it is from here, or from the project."""
    made = project(FIVE_FAULTS)
    more = [str(made)] if arguments[-1] == "--config-file" else []
    done = call_atlas(made.parent / folder, "validate", "--format", "jsonl", *arguments, *more)
    assert [json.loads(line)["path"] for line in done.stdout.splitlines()] == ["docs/training.md"]


@pytest.mark.parametrize("style", ["human", "github", "jsonl", "sarif", "junit"])
def test_output_goes_to_a_file(project: Project, style: str) -> None:
    """``--output`` writes what would have been printed, and says so in one line."""
    folder = project(FOUR_FAULTS).parent
    printed = call_atlas(folder, "validate", "--format", style).stdout
    done = call_atlas(folder, "validate", "--format", style, "--output", "out/report")
    assert (done.returncode, done.stdout) == (1, "")
    assert (folder / "out" / "report").read_text("utf-8") == printed
    assert done.stderr == "检查了 2 页、2 个链接、1 张图、1 个公式：4 个错误，0 个警告。写在 `out/report`。\n"


def test_settings_weigh_rules(project: Project) -> None:
    """Severity, choice and what was asked for on the command line, which wins."""
    made = project(FOUR_FAULTS)
    settings = "extra: {atlas: {ignore: [diagram-*, formula-*], severity: {link-target-missing: warning, link-anchor-missing: off}}}\n"
    made.write_text(made.read_text("utf-8") + settings, "utf-8")
    done = call_atlas(made.parent, "validate")
    assert (done.returncode, done.stdout.split("\n")[0]) == (
        0,
        "docs/index.md:3:7: 警告 link-target-missing 链接 `trainin.md` 指向的文件不存在，读者点了是 404",
    )
    assert done.stdout.endswith("：0 个错误，1 个警告。\n")
    assert call_atlas(made.parent, "validate", "--strict").returncode == 1
    assert call_atlas(made.parent, "validate", "--select", "formula-syntax").returncode == 1


@pytest.mark.parametrize(
    ("page", "settings"),
    [
        pytest.param("[甲](no.md)", "severity: {link-target-missing: warning}", id="a warning here"),
        pytest.param("[甲](no.md)", "ignore: [link-*]", id="a rule that is off"),
        pytest.param("[甲](no.md) <!-- atlas-ignore link-target-missing: 下个月写 -->", "", id="silenced"),
        pytest.param("[甲](a.md#no) <!-- atlas-ignore link-anchor-missing: 下个月写 -->", "", id="a silenced anchor"),
    ],
)
def test_what_is_let_through_stops_no_build(project: Project, page: str, settings: str) -> None:
    """Neither where it was written nor in the finished site."""
    made = project({"docs/index.md": "# 首页\n\n[甲](no.md)\n", "docs/a.md": "# 甲\n"})
    assert call_atlas(made.parent, "build").returncode == 1
    (made.parent / "docs" / "index.md").write_text(f"# 首页\n\n{page}\n", "utf-8")
    made.write_text(made.read_text("utf-8") + f"extra: {{atlas: {{{settings}}}}}\n", "utf-8")
    done = call_atlas(made.parent, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("警告 link-target-missing" in done.stdout) == ("warning" in settings)


def test_rules_page_is_current() -> None:
    """``docs/contributing/rules.md`` says what the rules and their examples say; ``atlas rules --write`` brings it up to date."""
    done = call_atlas(Path.cwd(), "rules", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_rules_page_drifts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page that is missing or older than the rules is told; written once, it is not written again."""
    from atlas import manual

    (tmp_path / "docs" / "contributing").mkdir(parents=True)
    shutil.copytree(manual.REPOSITORY / "tests" / "rules" / "id-duplicate", tmp_path / "tests" / "rules" / "id-duplicate")
    monkeypatch.setattr(manual, "REPOSITORY", tmp_path)
    page = tmp_path / manual.PAGE
    assert call_atlas(tmp_path, "rules", "--check").returncode == 1
    assert call_atlas(tmp_path, "rules", "--write").stdout == "docs/contributing/rules.md 已更新。\n"
    text = page.read_text("utf-8").replace("checked: 20", "checked: 19", 1)
    page.write_text(text, "utf-8")
    assert call_atlas(tmp_path, "rules", "--write").stdout == "docs/contributing/rules.md 没有变化。\n"
    assert page.read_text("utf-8") == text
    page.write_text(text.replace("id-duplicate", "id-double"), "utf-8")
    done = call_atlas(tmp_path, "rules", "--check")
    assert (done.returncode, done.stderr) == (1, "docs/contributing/rules.md 与规则不一致：运行 `atlas rules --write`。\n")


def test_warnings_fail_only_when_strict(project: Project) -> None:
    """A page outside the navigation is a warning."""
    made = project({"docs/index.md": "# 首页\n", "docs/a.md": "# 甲\n"})
    made.write_text(made.read_text("utf-8") + "nav: [index.md]\n", "utf-8")
    assert run_atlas(made.parent, "validate").returncode == 0
    assert run_atlas(made.parent, "validate", "--strict").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["validate", "--select", "no-such-rule"], id="unknown rule selected"),
        pytest.param(["rules", "no-such-rule"], id="unknown rule asked for"),
        pytest.param(["validate", "--select", "no-*"], id="prefix of no rule"),
        pytest.param(["validate", "--ignore", "no-such-rule"], id="unknown rule ignored"),
        pytest.param(["validate", "--write-baseline", "b.json", "docs/index.md"], id="a part of the site as a baseline"),
        pytest.param(["rules", "--write", "--check"], id="both write and check"),
        pytest.param(["validate", "--format", "xml"], id="unknown format"),
        pytest.param(["fly"], id="unknown command"),
        pytest.param([], id="no command"),
    ],
)
def test_wrong_usage_exits_2(project: Project, arguments: list[str]) -> None:
    """Wrong usage is told on standard error and checks nothing."""
    done = run_atlas(project({"docs/index.md": "# 首页\n"}).parent, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["validate", "build", "bundle"])
@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        pytest.param({"mkdocs.yml": "site_name: [\n"}, [], id="configuration is no YAML"),
        pytest.param({"mkdocs.yml": "site_name: a\nnonsense: {b\n"}, [], id="unclosed brace"),
        pytest.param({"mkdocs.yml": "docs_dir: docs\n"}, [], id="no site_name"),
        pytest.param({"mkdocs.yml": "site_name: a\nplugins: [no-such-plugin]\n"}, [], id="unknown plugin"),
        pytest.param({"mkdocs.yml": "site_name: a\nmarkdown_extensions: [no_such]\n"}, [], id="unknown extension"),
        pytest.param({"mkdocs.yml": "site_name: a\ndocs_dir: nowhere\n"}, [], id="no docs folder"),
        pytest.param({"mkdocs.yml": "site_name: a\nmarkdown_extensions: [toc: {x: 1}]\n"}, [], id="unknown option"),
        pytest.param({"mkdocs.yml": HOOKED, "hook.py": "raise KeyError(1)\n"}, [], id="broken hook"),
        pytest.param({}, ["--config-file", "no.yml"], id="no configuration"),
        pytest.param({}, ["--config-file", "no/such/mkdocs.yml"], id="no folder"),
        pytest.param({"docs/_data/sources.yml": "a: [\n"}, [], id="sources are no YAML"),
    ],
)
def test_cannot_check_exits_3(project: Project, command: str, files: dict[str, str], arguments: list[str]) -> None:
    """What can't be checked is never clean: exit 3, one sentence, no traceback."""
    done = run_atlas(project({"docs/index.md": "# 首页\n", **files}).parent, command, *arguments)
    assert_one_sentence(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("command", ["validate", "build"])
@pytest.mark.parametrize("event", ["startup", "config", "files", "nav"])
def test_a_plugin_that_fails_is_named(project: Project, command: str, event: str) -> None:
    """It is no fault of ours, and the sentence says whose."""
    hook = f"def on_{event}(*arguments, **more):\n    raise KeyError('甲')\n"
    made = project({"docs/index.md": "# 首页\n", "mkdocs.yml": HOOKED, "hook.py": hook})
    done = call_atlas(made.parent, command)
    assert_one_sentence(done.returncode, done.stdout, done.stderr)
    assert "插件 `hook.py` 运行失败（KeyError：'甲'）" in done.stderr


def test_a_plugin_that_fails_on_a_page_is_named(project: Project) -> None:
    """The finding is the page's, the fault is the plugin's."""
    hook = "def on_page_markdown(*arguments, **more):\n    raise KeyError('甲')\n"
    made = project({"docs/index.md": "# 首页\n", "mkdocs.yml": HOOKED, "hook.py": hook})
    assert "这一页渲染不出来：插件 `hook.py`：'甲'" in call_atlas(made.parent, "validate").stdout


def test_where_somebody_s_program_failed_is_left_out(project: Project) -> None:
    """What failed is enough; files and lines of a library tell an author nothing."""
    made = project({"docs/index.md": "# 首页\n", "mkdocs.yml": "site_name: a\nmarkdown_extensions: [toc: {x: 1}]\n"})
    done = call_atlas(made.parent, "validate")
    assert done.stderr.rstrip().endswith("Failed to load extension 'toc'. KeyError: 'x'")


def test_page_that_is_not_utf8_is_one_finding(project: Project) -> None:
    """A page in another encoding is one finding, and the other pages are still checked."""
    made = project({"docs/index.md": "# 首页\n\n[甲](none.md)\n"})
    (made.parent / "docs" / "gbk.md").write_bytes("# 这一页用国标编码。\n".encode("gbk"))
    done = run_atlas(made.parent, "validate", "--format", "jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(one["rule"], one["path"]) for one in found] == [
        ("file-not-utf8", "docs/gbk.md"),
        ("link-target-missing", "docs/index.md"),
    ]
    assert "GBK" in found[0]["message"]


def test_missing_libraries_exit_3(project: Project, tmp_path: Path) -> None:
    """Without the pinned JavaScript libraries diagrams can't be checked; the sentence says what to run."""
    made = project({"docs/index.md": "# 首页\n\n```mermaid\npie\n```\n"})
    done = run_atlas(made.parent, "validate", ATLAS_NODE_MODULES=str(tmp_path / "nowhere"))
    assert_one_sentence(done.returncode, done.stdout, done.stderr)
    assert "make site" in done.stderr


def assert_one_sentence(code: int, output: str, said: str) -> None:
    """Exit code 3 with one line on standard error and nothing else."""
    assert (code, output) == (3, "")
    assert "Traceback" not in said
    assert said.startswith("无法检查：")
    assert len(said.strip().splitlines()) == 1


def test_every_command_has_help() -> None:
    """Each listed command explains itself and each of its options."""
    commands = documented_commands()
    assert commands == ["validate", "facts", "build", "bundle", "pdf", "epub", "serve", "new", "rules"]
    for command in commands:
        done = run_atlas(Path.cwd(), command, "--help")
        assert done.returncode == 0
        for option in re.findall(r"^  (--[a-z-]+)[^\n]*(?:\n {10,}[^\n]+)*", done.stdout, re.MULTILINE):
            assert option == "--help" or re.search(rf"{option}.*?[\u4e00-\u9fff]", done.stdout, re.DOTALL), option


def test_version_is_the_package_s() -> None:
    """``atlas --version`` says the version."""
    from atlas import __version__

    assert run_atlas(Path.cwd(), "--version").stdout == f"atlas {__version__}\n"


def test_data_is_checked_only_where_it_is_asked_about(project: Project) -> None:
    """A single page answers at once, whatever is wrong with the data; the folder or a file of it can be asked for."""
    folder = project({"docs/index.md": "# 页\n\n引自[@nobody]。\n", "docs/_data/sources.yml": "a:\n  title: 甲\n"}).parent
    for path, rules in {
        "docs/index.md": ["citation-unknown"],
        "docs/_data": ["source-invalid"],
        "docs/_data/sources.yml": ["source-invalid"],
        "docs": ["citation-unknown", "source-invalid"],
    }.items():
        done = run_atlas(folder, "validate", path, "--format", "jsonl")
        assert sorted({json.loads(line)["rule"] for line in done.stdout.splitlines()}) == rules


def test_rules_lists_all() -> None:
    """``atlas rules`` has one line a rule: id, severity, summary."""
    lines = run_atlas(Path.cwd(), "rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES.rules)
    assert all(rule.summary in line for rule, line in zip(RULES.rules.values(), lines, strict=True))


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_every_rule_is_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``atlas rules RULE`` explains it in Chinese with a bad and a good example."""
    from atlas.cli import main

    assert main(["rules", rule]) == 0
    said = capsys.readouterr().out
    assert re.search(r"[\u4e00-\u9fff]", RULES.rules[rule].summary)
    assert re.search(r"[\u4e00-\u9fff]{4}", RULES.rules[rule].explanation)
    for part in (rule, RULES.rules[rule].summary, RULES.rules[rule].explanation, "错误示例：", "正确示例："):
        assert part in said


def test_works_from_any_folder(project: Project, tmp_path: Path) -> None:
    """Paths in a report are relative to the configuration's folder, wherever one stands."""
    made = project({f"带 空格/{path}": text for path, text in FOUR_FAULTS.items()})
    shutil.move(made, tmp_path / "带 空格" / "mkdocs.yml")
    done = run_atlas(tmp_path, "validate", "--config-file", "带 空格/mkdocs.yml")
    assert done.stdout == OUTPUTS["human"]


FAULTS = (
    (3, 7, "link-target-missing", "链接 `trainin.md` 指向的文件不存在，读者点了是 404", "最接近的文件是 `training.md`"),
    (
        3,
        24,
        "link-anchor-missing",
        "`training.md#date` 里的锚点 `#date` 在目标页不存在，读者会停在页首",
        "最接近的锚点是 `#data`",
    ),
    (
        9,
        25,
        "diagram-syntax",
        '图的语法错误：`A[甲（一）] --> B["乙"] -->`（这一行没有写完）',
        "箭头后面少了一个节点",
    ),
    (
        12,
        6,
        "formula-syntax",
        "公式 `\\fracc{1}{2}` 排不出来：没有 `\\fracc` 这个命令",
        "是不是 `\\frac`？要排成运算符，写成 `\\operatorname{fracc}`",
    ),
)
SHOWN = (
    """\
    见[训练](trainin.md)与[数据](training.md#date)。
             ^
""",
    """\
    见[训练](trainin.md)与[数据](training.md#date)。
                                 ^
""",
    """\
      A[甲（一）] --> B["乙"] -->
                                 ^
""",
    """\
    显存是 $\\fracc{1}{2}$。
            ^
""",
)
OUTPUTS = {
    "human": "".join(
        f"docs/index.md:{line}:{column}: 错误 {rule} {message}\n{shown}  提示：{hint}\n"
        for (line, column, rule, message, hint), shown in zip(FAULTS, SHOWN, strict=True)
    )
    + f"规则的解释和示例：运行 `atlas rules 规则名`，或看 {RULES_PAGE}\n"
    + "检查了 2 页、2 个链接、1 张图、1 个公式：4 个错误，0 个警告。\n",
    "github": "".join(
        f"::error file=docs/index.md,line={line},col={column},title={rule}::{message}%0A提示：{hint}%0A规则：{RULES_PAGE}#{rule}\n"
        for line, column, rule, message, hint in FAULTS
    ),
    "jsonl": "".join(
        json.dumps(
            {
                "rule": rule,
                "severity": "error",
                "path": "docs/index.md",
                "line": line,
                "column": column,
                "message": message,
                "hint": hint,
            },
            ensure_ascii=False,
        )
        + "\n"
        for line, column, rule, message, hint in FAULTS
    ),
}


def test_a_crash_of_a_library_names_the_page(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which page to look at is part of the sentence."""
    from atlas.markdown import formulas

    def crash(*_: object, **__: object) -> str:
        raise EngineError("公式引擎（KaTeX） 运行失败：坏了")

    monkeypatch.setattr(formulas, "typeset", crash)
    assert main(["validate", "--config-file", str(project({"docs/index.md": "# 页\n\n$x$\n"}))]) == 3
    assert capsys.readouterr().err == "无法检查：docs/index.md：公式引擎（KaTeX） 运行失败：坏了\n"
