"""argv → exit code; the only place that prints and exits.

0 clean · 1 findings · 2 wrong usage · 3 could not check.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from atlas import __version__
from atlas.findings import RULES, CannotCheckError, Report

CLEAN, FINDINGS, USAGE, CANNOT_CHECK = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except CannotCheckError as error:
        _say(f"无法检查：{error}")
    except KeyboardInterrupt:
        _say("已中断。")
    except RecursionError:
        _say("无法检查：嵌套太深，渲染器放弃了。")
    except Exception as error:  # the last net: a fault of ours is still one sentence
        _say(f"无法检查：内部错误 {type(error).__name__}：{' '.join(str(error).split())[:300]}")
    return CANNOT_CHECK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="atlas", description="大模型图谱的工具：检查、构建、打包、预览。")
    parser.add_argument("--version", action="version", version=f"atlas {__version__}")
    commands = parser.add_subparsers(required=True, metavar="命令")

    validate = _command(commands, "validate", "检查链接、锚点、图、公式与引用", _validate)
    validate.add_argument("--format", choices=("human", "github", "jsonl"), default="human", help="输出格式")
    validate.add_argument("--select", nargs="+", default=[], metavar="RULE", help="只报这些规则")
    validate.add_argument("--strict", action="store_true", help="警告也算失败")

    facts = commands.add_parser("facts", help="只核对数据文件，不渲染页面", description="只核对数据文件，不渲染页面")
    facts.add_argument("folder", nargs="?", type=Path, default=Path("docs/_data"), help="数据文件夹（默认 docs/_data）")
    facts.add_argument("--format", choices=("human", "github", "jsonl"), default="human", help="输出格式")
    facts.add_argument("--strict", action="store_true", help="警告也算失败")
    facts.set_defaults(run=_facts)

    build = _command(commands, "build", "检查后构建 site/；有错误时原来的 site/ 不变", _build)
    build.add_argument("--offline", action="store_true", help="构建可以双击打开的离线版")
    build.add_argument("--strict", action="store_true", help="警告也算失败")

    _command(commands, "bundle", "构建离线版并打成 dist/ 里的 zip", _bundle)

    serve = _command(commands, "serve", "本地预览，保存即刷新；问题显示在终端", _serve)
    serve.add_argument("--address", default="127.0.0.1:8000", help="监听地址（默认 127.0.0.1:8000）")

    rules = commands.add_parser("rules", help="解释规则，附正误示例")
    rules.add_argument("rule", nargs="?", help="规则名；不写则列出全部")
    rules.set_defaults(run=_rules)
    return parser


def _command(commands: argparse._SubParsersAction, name: str, help_: str, run: object) -> argparse.ArgumentParser:  # type: ignore[type-arg]
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_)
    command.add_argument("--config-file", type=Path, default=Path("mkdocs.yml"), help="配置文件（默认 mkdocs.yml）")
    command.set_defaults(run=run)
    return command


def _validate(options: argparse.Namespace) -> int:
    from atlas import checks
    from atlas.reporters import REPORTERS

    unknown = [rule for rule in options.select if rule not in RULES.rules]
    if unknown:
        _say(f"没有规则 `{unknown[0]}`；运行 `atlas rules` 看全部规则。")
        return USAGE
    report = checks.validate(options.config_file, select=options.select)
    sys.stdout.write(REPORTERS[options.format](report))
    return FINDINGS if report.fails(strict=options.strict) else CLEAN


def _facts(options: argparse.Namespace) -> int:
    from atlas.checks import facts
    from atlas.reporters import REPORTERS

    if not options.folder.is_dir():
        raise CannotCheckError(f"没有数据文件夹 `{options.folder}`。")
    folder = options.folder.resolve()
    report = Report.of(facts.data_findings(folder, Path.cwd()), rows=facts.count_rows(folder))
    sys.stdout.write(REPORTERS[options.format](report))
    return FINDINGS if report.fails(strict=options.strict) else CLEAN


def _build(options: argparse.Namespace) -> int:
    from atlas import build

    destination = options.config_file.resolve().parent / "site"
    try:
        report = build.build(options.config_file, destination, offline=options.offline, strict=options.strict)
    except build.FindingsError as error:
        return _refuse(error.report, "site/ 没有改动")
    _print_report(report)
    print(
        f"已构建 {destination}/\n用浏览器打开：{(destination / 'index.html').as_uri()}（离线版），或运行 `make serve` 预览。"
        if options.offline
        else f"已构建 {destination}/\n看效果：运行 `make serve`，再打开 http://127.0.0.1:8000/ 。"
    )
    return CLEAN


def _bundle(options: argparse.Namespace) -> int:
    from atlas import build, bundle

    root = options.config_file.resolve().parent
    archive = root / "dist" / f"llm-atlas-{__version__}-offline.zip"
    try:
        with build.scratch_folder(archive) as scratch:
            build.build_into(options.config_file, scratch, offline=True, strict=False)
            bundle.pack(scratch, archive, folder=f"llm-atlas-{__version__}")
    except build.FindingsError as error:
        return _refuse(error.report, "没有打包")
    print(f"已写好 {archive}（{archive.stat().st_size / 1_000_000:.1f} MB）。解压后双击 index.html 即可阅读。")
    return CLEAN


def _serve(options: argparse.Namespace) -> int:
    from atlas import checks, render
    from atlas.model import Site

    def look(site: Site) -> None:
        try:
            _print_report(checks.run(site))
        except CannotCheckError as error:
            _say(f"无法检查：{error}")

    render.serve(options.config_file, options.address, checks.inspect, look)
    return CLEAN


def _rules(options: argparse.Namespace) -> int:
    from atlas import checks  # noqa: F401 - declares the rules
    from atlas.reporters.human import LABELS

    if options.rule is None:
        for rule in RULES.rules.values():
            print(f"{rule.id:<22} {LABELS[rule.severity]}  {rule.summary}")
        return CLEAN
    if options.rule not in RULES.rules:
        _say(f"没有规则 `{options.rule}`；运行 `atlas rules` 看全部规则。")
        return USAGE
    rule = RULES.rules[options.rule]
    print(f"{rule.id}（{LABELS[rule.severity]}）：{rule.summary}\n\n{rule.explanation}")
    examples = Path(__file__).resolve().parents[2] / "tests" / "rules" / rule.id
    for kind, title in (("bad", "错误示例"), ("good", "正确示例")):
        example = examples / kind / "docs" / "index.md"
        if example.is_file():
            print(f"\n{title}：\n" + "".join(f"    {line}\n" for line in example.read_text("utf-8").splitlines()), end="")
    return CLEAN


def _refuse(report: Report, consequence: str) -> int:
    _print_report(report)
    _say(f"有问题，{consequence}。改好后再运行一次。")
    return FINDINGS


def _print_report(report: Report) -> None:
    from atlas.reporters import human

    sys.stdout.write(human.write(report))
    sys.stdout.flush()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
