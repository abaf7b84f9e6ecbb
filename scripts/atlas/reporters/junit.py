"""For build servers that know tests only: JUnit's XML, in which a finding is a test that fails."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree

from atlas.findings import Finding, Report, Severity
from atlas.reporters.human import place, summary

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, however it is written."""


def write(report: Report) -> str:
    """A test case a finding; a warning that breaks nothing is skipped. A clean report is one test that passes."""
    failing = [report.strict or finding.severity is Severity.ERROR for finding in report.findings]
    counts = {
        "name": "atlas",
        "tests": str(max(1, len(failing))),
        "failures": str(sum(failing)),
        "errors": "0",
    }
    suites = etree.Element("testsuites", counts)
    suite = etree.SubElement(suites, "testsuite", {**counts, "skipped": str(failing.count(False))})
    if not report.findings:
        etree.SubElement(suite, "testcase", {"classname": "atlas", "name": _clean(summary(report))})
    for finding, fails in zip(report.findings, failing, strict=True):
        _case(suite, finding, fails=fails)
    etree.SubElement(suite, "system-out").text = _clean(summary(report))
    etree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(suites, encoding="unicode") + "\n"


def _case(suite: etree.Element, finding: Finding, *, fails: bool) -> None:
    location = finding.location
    where = {"classname": _clean(location.path), "name": _clean(f"{finding.rule.id} {place(location)}")}
    more = {"file": _clean(location.path), "line": str(location.line)} if location.line else {}
    case = etree.SubElement(suite, "testcase", where | more)
    said = etree.SubElement(case, "failure" if fails else "skipped", {"message": _clean(finding.message)})
    if fails:
        said.set("type", finding.rule.id)
    said.text = _clean(f"{place(location)}: {finding.message}" + (f"\n提示：{finding.hint}" if finding.hint else ""))


def _clean(text: str) -> str:
    """The text without what XML can't hold; line ends that XML would change are made plain."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
