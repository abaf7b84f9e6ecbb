"""Links, anchors and ids as Chromium sees them in the built site: the checks must say the same of every one.

Each page of the corpus is built without a theme, served as a host serves files, and opened. What the browser made of each
address is asked for; whether a fragment finds its element is decided by the browser, by its own ``:target`` as far as it lets us jump.
"""

from __future__ import annotations

import http.server
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from atlas import checks, render
from atlas.checks import links
from atlas.model import Site
from tests.corpus_cases import Case, cases, merged

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DOMAIN = "site.invalid"
THEME = "theme: {name: null, custom_dir: our-theme}\n"
TEMPLATE = "<!doctype html><meta charset=utf-8><title>.</title><link rel=icon href=data:,><body>{{ page.content }}"
COLLECT = """() => {
  const attributes = {a: ['href'], area: ['href'], img: ['src', 'srcset'], source: ['src', 'srcset'], video: ['src', 'poster'],
    audio: ['src'], track: ['src'], iframe: ['src'], embed: ['src'], object: ['data'], script: ['src'], link: ['href'],
    image: ['href'], use: ['href']};
  const generated = '.headerlink, .footnote-ref, .footnote-backref';
  const split = text => { // the HTML standard's "parse a srcset attribute", without its errors
    const found = [];
    for (let rest = text; (rest = rest.replace(/^[\\s,]+/, '')); ) {
      let url = rest.match(/^\\S+/)[0];
      rest = rest.slice(url.length);
      if (url.endsWith(',')) url = url.replace(/,+$/, '');
      else rest = rest.replace(/^[^,(]*(\\([^)]*\\)[^,(]*)*/, '');
      found.push(url);
    }
    return found;
  };
  const links = [];
  for (const node of document.body.querySelectorAll(Object.keys(attributes).join())) {
    const tag = node.localName;
    if (node.matches(generated)) continue;
    for (const name of attributes[tag]) {
      if (!node.hasAttribute(name)) continue;
      const raw = node.getAttribute(name);
      for (const one of name === 'srcset' ? split(raw) : [raw]) {
        let resolved = '';
        try { resolved = typeof node.href === 'string' ? node.href : new URL(one, document.baseURI).href; } catch { }
        links.push([tag, name, one, resolved]);
      }
    }
  }
  // The same drawing twice, or an anchor right before the heading of its name: whichever a link finds, it is the same.
  const same = node => {
    const drawing = node.closest('svg');
    if (drawing) return [...document.querySelectorAll('svg')].find(one => one.outerHTML === drawing.outerHTML) !== drawing;
    const next = (node.parentElement.childElementCount === 1 ? node.parentElement : node).nextElementSibling;
    return node.localName === 'a' && !node.textContent.trim() && /^h[1-6]$/.test(next?.localName) && next.id === node.id;
  };
  return {links, ids: [...document.body.querySelectorAll('[id]')].filter(node => !same(node)).map(node => node.id)};
}"""
ASK = """urls => Promise.all(urls.map(async url => {
  const answer = await fetch(url);
  return [url, answer.status, answer.url, answer.headers.get('content-type') || ''];
}))"""
MISSED = "() => location.hash && location.hash.toLowerCase() !== '#top' && !document.querySelector(':target')"
AIM = f"""fragments => {{
  document.documentElement.style.display = 'none'; // nothing to lay out again after each jump
  const named = id => document.getElementById(id) || document.getElementsByName(id)[0];
  return fragments.filter((fragment, number) => {{
    const missed = !named(fragment) && !named(decodeURIComponent(fragment)) && fragment.toLowerCase() !== 'top';
    if (number < 40) {{ // Chromium ignores a page that jumps more often
      location.hash = '#' + fragment;
      if (location.hash !== '#' + fragment || !!({MISSED})() !== missed) throw new Error(fragment);
    }}
    return missed;
  }});
}}"""
MEDIA = {"img", "source", "video", "audio", "track"}


@dataclass(frozen=True)
class Seen:
    """A link as the browser sees it: the page's address, element, attribute, as written, and where it leads."""

    page: str
    element: str
    attribute: str
    target: str
    resolved: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by."""
        return (self.page, self.element, self.attribute, self.target)

    @property
    def address(self) -> str:
        """Where it leads, without the fragment."""
        return self.resolved.partition("#")[0]

    @property
    def fragment(self) -> str:
        """The fragment, as the browser encodes it."""
        return self.resolved.partition("#")[2]


@pytest.fixture(scope="module")
def chromium(browser: Browser, chromium_path: str, hosts: _Hosts) -> Iterator[Browser]:
    """A Chromium for which every host of ours is the server on the loopback, and there are no others."""
    rules = f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1:{hosts.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    off = "--disable-features=HttpsUpgrades,BackForwardCache,RenderDocument,IsolateOrigins,site-per-process"
    arguments = ["--no-sandbox", rules, off, "--disable-background-networking", "--disable-site-isolation-trials"]
    own = browser.browser_type.launch(executable_path=chromium_path, args=arguments)
    yield own
    own.close()


class _Hosts:
    """A web server on the loopback: one folder for each host, its name's first part being the folder's key."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        folders = self.folders

        class Handler(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path: str) -> str:
                self.directory = str(folders[self.headers["Host"].split(".")[0]])
                return super().translate_path(path)

            def list_directory(self, path: object) -> None:
                self.send_error(404)  # hosts of static sites list nothing

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, key: str, folder: Path) -> str:
        """Serve a folder, and the address of its host."""
        self.folders[key] = folder
        return f"http://{key}.{DOMAIN}/"


@pytest.fixture(scope="module")
def hosts() -> Iterator[_Hosts]:
    """The web server."""
    serving = _Hosts()
    yield serving
    serving.server.shutdown()
    serving.server.server_close()


def broken(page: Page, base: str, urls: Iterable[str]) -> tuple[dict[Seen, str], dict[str, list[str]]]:
    """Every link of these pages with what is wrong with it (nothing, ``missing`` or ``anchor``), and the pages' ids."""
    seen: list[Seen] = []
    ids: dict[str, list[str]] = {}
    opened: dict[str, str] = {}
    for url in urls:
        page.goto(base + url, wait_until="domcontentloaded")
        found: dict[str, Any] = page.evaluate(COLLECT)
        opened[page.url.partition("#")[0]] = url
        ids[url] = found["ids"]
        seen += [Seen(url, *one) for one in found["links"]]
    host = base[: base.index("/", 8) + 1]
    inside = sorted({one.address for one in seen if one.resolved.startswith(host)})
    answers = {url: (status, final, kind) for url, status, final, kind in page.evaluate(ASK, inside)}
    lost = _without_target(page, seen, answers, opened)
    return {one: _fault(one, answers, lost) for one in seen if one.address in answers or _is_odd(one)}, ids


def _without_target(
    page: Page, seen: Iterable[Seen], answers: Mapping[str, tuple[int, str, str]], opened: Mapping[str, str]
) -> set[tuple[str, str]]:
    """Fragments, with the page's address, for which the browser finds no element."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        if one.fragment and one.address in answers and answers[one.address][1] in opened:
            wanted[answers[one.address][1]].add(one.fragment)
    lost: set[tuple[str, str]] = set()
    for address, fragments in wanted.items():
        directed = {fragment for fragment in fragments if ":~:" in fragment}  # taken off by navigation alone
        if page.url.partition("#")[0] != address:
            page.goto(address, wait_until="domcontentloaded")
        missed = list(page.evaluate(AIM, sorted(fragments - directed)))
        for fragment in sorted(directed):
            page.goto("about:blank")
            page.goto(f"{address}#{fragment}", wait_until="domcontentloaded")
            missed += [fragment] * bool(page.evaluate(MISSED))
        lost |= {(address, fragment) for fragment in missed}
    return lost


def _is_odd(one: Seen) -> bool:
    """Whether it leads to nothing that a browser knows: a drive's letter."""
    return one.resolved[1:2] == ":" or not one.resolved


def _fault(one: Seen, answers: Mapping[str, tuple[int, str, str]], lost: set[tuple[str, str]]) -> str:
    if one.address not in answers:
        return "missing"
    status, final, kind = answers[one.address]
    is_page = kind.startswith("text/html") and one.element in MEDIA and one.target.partition("#")[0]
    if status == 404 or is_page:
        return "missing"
    return "anchor" if (final, one.fragment) in lost else ""


def judged(site: Site) -> dict[tuple[str, str, str, str], str]:
    """Every link inside the site with what our check says of it, alone."""
    verdicts: dict[tuple[str, str, str, str], str] = {}
    for number, page in enumerate(site.pages):
        for link in page.links:
            alone = [replace(other, links=(link,) if at == number else ()) for at, other in enumerate(site.pages)]
            found = [finding.rule for finding in links.check(replace(site, pages=tuple(alone)))]
            fault = ("anchor" if links.ANCHOR in found else "missing") if found else ""
            verdicts[(_url(page.url), link.element, link.attribute, link.target)] = fault
    return verdicts


def _url(url: str) -> str:
    return "" if url in {".", "./"} else url


def build(case: Case, folder: Path) -> tuple[Path, Site]:
    """Build a case without a theme, faults and all, and the site as the checks see it."""
    files = dict(case.files) | {"our-theme/main.html": TEMPLATE.encode()}
    files["mkdocs.yml"] = merged(files["mkdocs.yml"].decode(), THEME).encode()
    configuration = replace(case, files=files).write(folder)
    # What our own sites leave out of their pages can't be followed; here frames and scripts stay, as on anybody's site.
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace("- atlas.markdown:\n", "- atlas.markdown:\n      clean: false\n"), "utf-8")
    sites: list[Site] = []
    render.build(configuration, folder / "out", checks.inspect, sites.append)
    return folder / "out", sites[0]


CASES = [case for family in ("links", "images", "ids") for case in cases(family)]
ROOTED = [case for case in CASES if b"site_url: https://example.invalid/manual/" not in case.files["mkdocs.yml"]]
"""A case whose site lives below a path is served below it."""


@pytest.mark.parametrize("family", ["links", "images", "ids"])
def test_verdicts_on_the_corpus_are_chromiums(chromium: Browser, hosts: _Hosts, tmp_path: Path, family: str) -> None:
    """Of every link of every page: missing, without its anchor, or whole; and of every id, whether it is there twice."""
    page = chromium.new_page(java_script_enabled=False)  # the pages' own scripts: ours run
    differing: list[str] = []
    compared = 0
    for number, case in enumerate(case for case in CASES if case.family == family):
        root = tmp_path / f"{number}"
        root.mkdir()
        output, site = build(case, root)
        below = "" if case in ROOTED else "manual/"
        if below:
            (root / "served").mkdir()
            output = output.rename(root / "served" / "manual").parent
        base = hosts.add(f"{family}{number}", output) + below
        faults, ids = broken(page, base, [_url(one.url) for one in site.pages])
        theirs = {one.key: fault for one, fault in faults.items()}
        ours = {key: fault for key, fault in judged(site).items() if key[2] != "style"}
        compared += len(ours)
        differing += [f"{case.id}: {key}: {ours.get(key)!r}, {theirs.get(key)!r}" for key in _differing(ours, theirs)]
        for one in site.pages:
            twice = {id_ for id_, count in Counter(ids[_url(one.url)]).items() if count > 1}
            reported = {finding.rule.id for finding in one.findings} & {"id-duplicate"}
            if bool(twice) != bool(reported):
                differing.append(f"{case.id}: {one.path}: ids {twice}")
    page.close()
    assert compared > 10
    assert not differing, "\n".join(["case: link: ours, Chromium's", *differing])


def _differing(ours: Mapping[Any, str], theirs: Mapping[Any, str]) -> Iterator[Any]:
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            yield key


def test_every_link_of_this_site_leads_somewhere(chromium: Browser, hosts: _Hosts, site: Path) -> None:
    """The build found nothing wrong with any link, its theme's own included; nor does the browser."""
    page = chromium.new_page(java_script_enabled=False)  # the pages' own scripts: ours run
    urls = [file.relative_to(site).as_posix() for file in site.rglob("*.html") if file.name != "404.html"]
    faults, ids = broken(page, hosts.add("own", site), sorted(url.removesuffix("index.html") for url in urls))
    page.close()
    assert len(faults) > 2_000
    assert not [(one, fault) for one, fault in faults.items() if fault]
    assert not {(url, id_) for url, all_ in ids.items() for id_, count in Counter(all_).items() if count > 1}
