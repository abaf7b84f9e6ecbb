"""What readers get from the servers that ``deploy/`` configures."""

from __future__ import annotations

import gzip
import http.client
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import brotli
import pytest

from tests.hosting.conftest import TEXT

pytestmark = pytest.mark.hosting
YEAR, SHORT, HOUR = (
    "public, max-age=31536000, immutable",
    "public, max-age=600, stale-while-revalidate=86400",
    "public, max-age=3600",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, name: str) -> str:
        return str(self.headers.get(name, ""))


def ask(server: str, path: str, **headers: str) -> Answer:
    """One request as a browser sends it, redirects not followed."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=10)
    try:
        connection.request("GET", quote(path), headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def style(site: Path) -> str:
    """The style sheet's name in the end."""
    (found,) = site.glob("assets/a.*.css")
    return f"/assets/{found.name}"


@pytest.mark.parametrize("path", ["/", "/训练/", "/assets/data/devices.csv", "/不存在", "/atlas.zip"])
def test_every_answer_has_the_security_headers(server: str, path: str) -> None:
    """Errors, too."""
    answer = ask(server, path)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not any(digit.isdigit() for digit in answer["Server"]), "the version is nobody's business"


def test_how_long_each_kind_is_kept(server: str, small_site: Path) -> None:
    """For ever what can't change, briefly what can."""
    assert ask(server, style(small_site))["Cache-Control"] == YEAR
    assert ask(server, style(small_site), Accept_Encoding="br")["Cache-Control"] == YEAR
    assert ask(server, "/search/0123456789/w1.js")["Cache-Control"] == YEAR
    assert ask(server, "/训练/")["Cache-Control"] == SHORT
    assert ask(server, "/assets/data/devices.json")["Cache-Control"] == HOUR
    assert ask(server, "/atlas.zip")["Cache-Control"] == HOUR


def test_a_page_is_asked_for_again_without_being_sent_again(server: str) -> None:
    """304 for what the browser has."""
    first = ask(server, "/训练/", Accept_Encoding="gzip")
    again = ask(server, "/训练/", Accept_Encoding="gzip", If_None_Match=first["ETag"])
    assert first.status == 200
    assert (again.status, again.body) == (304, b"")
    assert again["Cache-Control"] == SHORT


@pytest.mark.parametrize("path", ["/不存在/", "/assets/a.00000000.css", "/.git/config", "/训练/.git/x"])
def test_what_is_not_there(server: str, path: str) -> None:
    """The site's own page, in its own style, never kept; files of tools are not shown."""
    answer = ask(server, path)
    assert answer.status == 404
    assert "没有这一页" in answer.body.decode("utf-8")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("text/html")


def test_compressed_as_it_lies(server: str, small_site: Path) -> None:
    """The browser's best way, byte for byte the file that the build made; caches in between are told."""
    page = small_site / "训练" / "index.html"
    best = ask(server, "/训练/", Accept_Encoding="gzip, deflate, br")
    assert best["Content-Encoding"] == "br"
    assert best.body == page.with_name("index.html.br").read_bytes()
    assert brotli.decompress(best.body) == page.read_bytes()
    common = ask(server, "/训练/", Accept_Encoding="gzip")
    assert common["Content-Encoding"] == "gzip"
    assert common.body == page.with_name("index.html.gz").read_bytes()
    assert gzip.decompress(common.body) == page.read_bytes()
    plain = ask(server, "/训练/")
    assert plain["Content-Encoding"] == ""
    assert TEXT in plain.body.decode("utf-8")
    for answer in (best, common):
        assert "accept-encoding" in answer["Vary"].lower()
        assert answer["Content-Type"].lower() == "text/html; charset=utf-8"


def test_texts_that_were_not_compressed_are_compressed_on_the_way(server: str, small_site: Path) -> None:
    """A site built without ``--compress`` is no heavier than needed."""
    late = small_site / "late.html"
    late.write_text(TEXT, "utf-8")
    answer = ask(server, "/late.html", Accept_Encoding="gzip")
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body).decode("utf-8") == TEXT


def test_a_download_goes_on_where_it_broke_off(server: str, small_site: Path) -> None:
    """Range requests for the bundle, on a line that breaks."""
    whole = (small_site / "atlas.zip").read_bytes()
    first = ask(server, "/atlas.zip")
    assert first["Accept-Ranges"] == "bytes"
    rest = ask(server, "/atlas.zip", Range="bytes=70000-", If_Range=first["ETag"])
    assert rest.status == 206
    assert rest["Content-Range"] == f"bytes 70000-{len(whole) - 1}/{len(whole)}"
    assert rest.body == whole[70000:]
    assert ask(server, "/atlas.zip", Range="bytes=999999999-").status == 416


def test_kinds_are_named(server: str, small_site: Path) -> None:
    """With nosniff, a wrong kind is a broken page; Chinese in data is UTF-8."""
    assert ask(server, style(small_site))["Content-Type"].startswith("text/css")
    assert ask(server, "/assets/data/devices.csv")["Content-Type"].lower() == "text/csv; charset=utf-8"
    assert ask(server, "/assets/data/devices.json")["Content-Type"].startswith("application/json")


def test_a_folder_without_slash_leads_to_it(server: str) -> None:
    """On whatever host and port the reader came."""
    answer = ask(server, "/训练")
    assert answer.status in {301, 308}
    assert unquote(answer["Location"]) == "/训练/"
