"""Results as JUnit XML, which build servers read."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.render import text
from dro_lang.testing.results import FileResult, PropertyResult, TestResult

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def render(files: Sequence[FileResult]) -> str:
    """One suite for each file. A file that could not run is a case `check` with an error."""
    root = Element("testsuites", name="drolang")
    suites = [_suite(root, result) for result in files]
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in suites):.3f}")
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, result: FileResult) -> Element:
    ran = result.ran
    suite = SubElement(
        root,
        "testsuite",
        name=_clean(result.file),
        tests=str(len(ran) + bool(result.findings)),
        failures=str(len(result.failures)),
        errors=str(int(bool(result.findings))),
        time=f"{sum(each.seconds for each in ran):.3f}",
    )
    if result.findings:
        case = SubElement(suite, "testcase", name="check", classname=_clean(result.file), time="0.000")
        _tell(case, "error", result.findings)
    failures = iter(result.failures)
    for each in ran:
        case = _case(suite, result.file, each)
        if not each.verdict.good:
            _tell(case, "failure", (next(failures),))
    return suite


def _case(suite: Element, file: str, result: TestResult | PropertyResult) -> Element:
    return SubElement(
        suite,
        "testcase",
        name=_clean(result.name),
        classname=_clean(result.plan),
        file=_clean(file),
        line=str(result.line),
        time=f"{result.seconds:.3f}",
    )


def _tell(case: Element, tag: str, findings: Sequence[Diagnostic]) -> None:
    first = findings[0]
    element = SubElement(case, tag, type=first.code, message=_clean(first.message))
    element.text = _clean(text.render(findings))


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
