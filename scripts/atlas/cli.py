"""argv → exit code; the only place that prints and exits.

0 clean · 1 findings · 2 wrong usage · 3 could not check.
"""

from __future__ import annotations

import argparse
import gc
import io
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from atlas import __version__
from atlas.baseline import DEFAULT
from atlas.findings import LABELS, RULES, CannotCheckError, Report, UsageError

if TYPE_CHECKING:
    from atlas.findings import Finding
    from atlas.model import Page, Site
    from atlas.sieve import Sieve

CLEAN, FINDINGS, USAGE, CANNOT_CHECK = 0, 1, 2, 3
FORMATS = ("human", "github", "markdown", "jsonl", "sarif", "junit")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(argv)
    gc.set_threshold(100_000, 20, 20)  # a run makes very many values and drops few: looking for cycles often finds none
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that can't show a character must not end the report
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(options.run(options))
    except UsageError as error:
        _say(str(error))
        return USAGE
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
    validate.add_argument("paths", nargs="*", metavar="PATH", help="只报这些文件或文件夹里的问题（默认全部）")
    _add_output(validate)
    validate.add_argument("--select", nargs="+", action="extend", default=[], metavar="RULE", help="只报这些规则，如 link-*")
    validate.add_argument("--ignore", nargs="+", action="extend", default=[], metavar="RULE", help="不报这些规则")
    validate.add_argument("--baseline", type=Path, metavar="FILE", help="不报这个基线文件里的已知问题（默认按设置）")
    validate.add_argument(
        "--write-baseline",
        type=Path,
        nargs="?",
        const=Path(DEFAULT),
        metavar="FILE",
        help=f"把现有的问题写进基线文件（默认 {DEFAULT}），以后只报新的",
    )
    validate.add_argument("--fix", action="store_true", help="改好有把握的问题，再报其余的")
    validate.add_argument("--no-cache", action="store_true", help="不用以前的结果，全部重新渲染")

    facts = commands.add_parser("facts", help="只核对数据文件，不渲染页面", description="只核对数据文件，不渲染页面")
    facts.add_argument("folder", nargs="?", type=Path, default=Path("docs/_data"), help="数据文件夹（默认 docs/_data）")
    facts.add_argument(
        "--schemas", type=Path, metavar="FOLDER", help="不检查，把每种数据的 JSON Schema 写进这个文件夹，编辑器用它补全"
    )
    _add_output(facts)
    facts.set_defaults(run=_facts)

    build = _command(commands, "build", "检查后构建 site/；有错误时原来的 site/ 不变", _build)
    build.add_argument("--offline", action="store_true", help="构建可以双击打开的离线版")
    build.add_argument("--strict", action="store_true", help="警告也算失败")
    build.add_argument("--compress", action="store_true", help="在文本旁边放好 .br 和 .gz，供 nginx、Caddy 直接发送")

    _command(commands, "bundle", "构建离线版并打成 dist/ 里的 zip", _bundle)

    for kind, words in (("pdf", "把全书印成 dist/ 里的 PDF"), ("epub", "把全书做成 dist/ 里的 EPUB")):
        book = _command(commands, kind, words, _book)
        book.add_argument("--site", type=Path, metavar="FOLDER", help="用已经构建好的网站，不再构建一遍")
        book.set_defaults(kind=kind)

    serve = _command(commands, "serve", "本地预览，保存即刷新；问题显示在终端", _serve)
    serve.add_argument("--address", default="127.0.0.1:8000", help="监听地址（默认 127.0.0.1:8000）")

    new = _command(commands, "new", "照模板新建一页，并写进导航", _new)
    new.add_argument("name", metavar="章/页", help="例如 training/data-mixing，用小写英文")
    new.add_argument("--title", help="页面标题（默认用文件名）")

    rules = commands.add_parser("rules", help="解释规则，附正误示例")
    rules.add_argument("rule", nargs="?", help="规则名；不写则列出全部")
    page = rules.add_mutually_exclusive_group()
    page.add_argument("--write", action="store_true", help="由规则和示例重新生成 docs/contributing/rules.md")
    page.add_argument("--check", action="store_true", help="只看那一页是不是最新的；不是就返回 1")
    rules.set_defaults(run=_rules)
    return parser


def _command(commands: argparse._SubParsersAction, name: str, help_: str, run: object) -> argparse.ArgumentParser:  # type: ignore[type-arg]
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_)
    command.add_argument("--config-file", type=Path, help="配置文件（默认向上找最近的 mkdocs.yml）")
    command.set_defaults(run=run)
    return command


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=FORMATS, default="human", help="输出格式")
    command.add_argument("--output", type=Path, metavar="FILE", help="写到文件里，而不是标准输出")
    command.add_argument("--strict", action="store_true", help="警告也算失败")


def _validate(options: argparse.Namespace) -> int:
    from atlas import baseline, checks, recall, request
    from atlas.cache import Cache
    from atlas.sieve import Sieve

    configuration = request.configuration(options.config_file)
    root = configuration.resolve().parent
    cache = Cache.none() if options.no_cache or not configuration.is_file() else Cache.of(root)
    recall.rules(cache)
    (select, more), (ignore, even_more) = request.split(options.select), request.split(options.ignore)
    request.check_rules([*select, *ignore])
    paths = request.paths([*options.paths, *more, *even_more], root)
    target = request.baseline_file(options.write_baseline) if options.write_baseline else None
    if target and paths:
        raise UsageError("基线要写全站的问题：--write-baseline 不能与路径同用。")
    sieve = Sieve.of(
        configuration,
        select=select,
        ignore=ignore,
        known=options.baseline,
        is_new=target is not None,
        strict=options.strict,
    )
    sieve = replace(sieve, paths=paths)

    def look() -> Site:
        return checks.read(configuration, cache)

    try:
        site = look()
        request.check_paths(paths, site)
        report = sieve.report(site)
        if options.fix:
            report = _fix(report, site, sieve, look, configuration)
    finally:
        cache.close()
    if target:
        _say(
            f"{baseline.write(target, report)} 个问题写进了 `{target}`；以后用 --baseline {target}，或写进设置 `baseline`。"
        )
        return CLEAN
    return _finish(options, report)


def _fix(report: Report, site: Site, sieve: Sieve, look: Callable[[], Site], configuration: Path) -> Report:
    """Mend what can be, say so, and return what is left."""
    from atlas import checks, manual
    from atlas.mending import mend, typeset
    from atlas.settings import Settings

    def again() -> Report:
        return checks.run(look())

    done = mend(report.findings, site, checks.run(site), again)
    if report.findings:
        said = f"改好了 {len(done.made)} 处，在 {done.files} 个文件里" if done.made else "没有能有把握改好的"
        _say(said + (f"；另有 {done.refused} 处改了也不对，已经改回原样。" if done.refused else "。"))
    paths = [page.path for page in site.pages if sieve.covers(page.path) and (site.root / page.path).is_file()]
    wanted = [path for path in paths if path != manual.PAGE.as_posix()] if Settings.of(configuration).typeset else []
    changed = typeset(wanted, site.root, again(), again) if wanted else 0
    if changed:
        _say(f"{changed} 个文件里的空格、标点或表格重新排过。")
    return sieve.report(look()) if done.made or changed else report


def _facts(options: argparse.Namespace) -> int:
    from atlas.checks import facts

    if options.schemas:
        return _write_schemas(options.schemas)
    if not options.folder.is_dir():
        raise CannotCheckError(f"没有数据文件夹 `{options.folder}`。")
    folder = options.folder.resolve()
    report = Report.of(facts.data_findings(folder, Path.cwd()), root=Path.cwd(), rows=facts.count_rows(folder))
    return _finish(options, replace(report, strict=options.strict))


def _write_schemas(folder: Path) -> int:
    """What editors complete data files with."""
    import json

    from atlas.baseline import replace_file
    from atlas.facts import SCHEMAS, json_schema

    try:
        for name, schema in SCHEMAS.items():
            text = json.dumps(json_schema(schema), ensure_ascii=False, indent=2) + "\n"
            replace_file(folder / f"{name}.json", text.encode("utf-8"))
    except OSError as error:
        raise CannotCheckError(f"写不了 `{folder}`：{error.strerror or error}。") from error
    print(f"{len(SCHEMAS)} 种数据的 JSON Schema 写在 {folder.as_posix()}/。")
    return CLEAN


def _finish(options: argparse.Namespace, report: Report) -> int:
    """Put the report where it is wanted."""
    from atlas.baseline import replace_file
    from atlas.reporters import REPORTERS
    from atlas.reporters.human import summary

    text = REPORTERS[options.format](report)
    if options.output is None:
        sys.stdout.write(text)
    else:
        try:
            replace_file(options.output, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise CannotCheckError(f"写不了 `{options.output}`：{error.strerror or error}。") from error
        _say(f"{summary(report)}写在 `{options.output}`。")
    return FINDINGS if report.fails(strict=options.strict) else CLEAN


def _build(options: argparse.Namespace) -> int:
    from atlas import build, request

    configuration = request.configuration(options.config_file)
    destination = configuration.resolve().parent / "site"
    try:
        report = build.build(
            configuration, destination, offline=options.offline, strict=options.strict, compressed=options.compress
        )
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
    from atlas import build, bundle, request

    configuration = request.configuration(options.config_file)
    root = configuration.resolve().parent
    archive = root / "dist" / f"llm-atlas-{__version__}-offline.zip"
    try:
        with build.scratch_folder(archive) as scratch:
            build.build_into(configuration, scratch, offline=True, strict=False)
            bundle.pack(scratch, archive, folder=f"llm-atlas-{__version__}")
    except build.FindingsError as error:
        return _refuse(error.report, "没有打包")
    print(f"已写好 {archive}（{archive.stat().st_size / 1_000_000:.1f} MB）。解压后双击 index.html 即可阅读。")
    return CLEAN


def _book(options: argparse.Namespace) -> int:
    from atlas import build, request
    from atlas.book import epub, gathering, imprint, pdf

    configuration = request.configuration(options.config_file)
    root = configuration.resolve().parent
    target = root / "dist" / f"llm-atlas-{__version__}.{options.kind}"
    if options.kind == "pdf":
        pdf.find_browser()  # before a minute of building
    try:
        with build.scratch_folder(target) as scratch:
            if not options.site:
                build.build_into(configuration, scratch, offline=False, strict=False)
            book = gathering.gather(options.site or scratch, imprint.read(root))
            pages = pdf.write(book, target) if options.kind == "pdf" else epub.write(book, target)
    except build.FindingsError as error:
        return _refuse(error.report, "没有成书")
    size = f"{target.stat().st_size / 1_000_000:.1f} MB"
    print(f"已写好 {target}（{f'{pages} 页，' if pages else ''}{size}）。")
    return CLEAN


def _serve(options: argparse.Namespace) -> int:
    from atlas import checks, recall, request
    from atlas.cache import Cache
    from atlas.render.preview import Listener, serve
    from atlas.sieve import Sieve

    configuration = request.configuration(options.config_file)
    root = configuration.resolve().parent

    def judge(site: Site) -> dict[str, list[Finding]]:
        try:
            return show(replace(Sieve.of(configuration), paths=site.asked).report(site))
        except CannotCheckError as error:
            _say(f"无法检查：{error}")
            return {}

    def show(report: Report) -> dict[str, list[Finding]]:
        _print_report(report)
        found: dict[str, list[Finding]] = {}
        for finding in report.findings:
            found.setdefault(finding.location.path, []).append(finding)
        return found

    def judge_pages(pages: Sequence[Page]) -> dict[str, list[Finding]]:
        sieve = Sieve.of(configuration)
        found = [one for page in pages for one in page.findings if one.rule.id in sieve.severities]
        _say("全站的检查还没做完，先说存盘的这一页自己的问题：")
        return show(Report.of(found, root=root, pages=len(pages)))

    def find() -> Site | None:
        # In a process of its own, so that pages can be asked for meanwhile; it leaves what it learned in the cache.
        command = [sys.executable, "-m", "atlas", "validate", "--config-file", str(configuration)]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        cache = Cache.of(root)
        try:
            return recall.find(configuration, cache)
        finally:
            cache.close()

    serve(configuration, options.address, checks.inspect, Listener(judge, judge_pages, find, _say))
    return CLEAN


def _new(options: argparse.Namespace) -> int:
    from atlas import drafting, request

    configuration = request.configuration(options.config_file)
    title = options.title or options.name.removesuffix(".md").rpartition("/")[2]
    file = drafting.draft(configuration.resolve(), options.name, title)
    path = file.relative_to(configuration.resolve().parent).as_posix()
    print(f"写好了 {path}，也加进了 {configuration.name} 的导航，原样就能通过检查。")
    print("接下来：在本章的 index.md 里加一个到它的链接；`atlas serve` 边写边看；怎样写见 docs/contributing/writing.md。")
    return CLEAN


def _rules(options: argparse.Namespace) -> int:
    from atlas import manual, request

    if options.write:
        print(f"{manual.PAGE} {'已更新' if manual.write() else '没有变化'}。")
        return CLEAN
    if options.check:
        if manual.is_current():
            return CLEAN
        _say(f"{manual.PAGE} 与规则不一致：运行 `atlas rules --write`。")
        return FINDINGS
    if options.rule is None:
        for rule in RULES.rules.values():
            print(f"{rule.id:<22} {LABELS[rule.severity]}  {rule.summary}")
        return CLEAN
    if options.rule not in RULES.rules:
        request.check_rules([options.rule.replace("*", "?")])
    print(manual.explain(RULES.rules[options.rule]), end="")
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
