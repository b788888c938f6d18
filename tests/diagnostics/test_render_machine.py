"""What programs read: JSON, SARIF and GitHub's workflow commands."""

import json
import re
from typing import Any

from dro_lang import __version__
from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.diagnostics.registry import registered
from dro_lang.diagnostics.render import github, sarif
from dro_lang.diagnostics.render import json as json_format
from dro_lang.source import Source, Span

SOURCE = Source("plans/my plan.dro", 'language 1.0\nname = "顧客" == x\n')
OTHER = Source("/lib/other.dro", "enum X { A }\n")
EQUALS = Span(SOURCE, SOURCE.text.index("=="), SOURCE.text.index("==") + 2)
NAME = Span(SOURCE, 13, 17)


def found() -> list[Diagnostic]:
    fix = Fix("write `=`", (Edit(EQUALS, "="),))
    guess = Fix("drop it", (Edit(EQUALS, ""), Edit(Span(OTHER, 0, 4), "record")), Safety.UNSAFE)
    return [
        diagnose(
            "E0006", EQUALS, "`==` is not 100% right", (NAME, "compared"), (Span(OTHER, 5, 6), "with this"),
            why="here", notes=("a note",), help="write `=`", fixes=(fix, guess),
        ),
        diagnose("W1001", Span(SOURCE, 0, 17), "nothing: a, b"),
    ]  # fmt: skip


def place(line: int, column: int, end_line: int, end_column: int, file: str = SOURCE.name) -> dict[str, Any]:
    return {"file": file, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def test_json_has_every_part_of_a_finding() -> None:
    first, second = json.loads(json_format.render(found()))["diagnostics"]
    assert second == {
        "code": "E0006",
        "severity": "error",
        "message": "`==` is not 100% right",
        **place(2, 13, 2, 15),
        "labels": [
            {"message": "here", **place(2, 13, 2, 15)},
            {"message": "compared", **place(2, 1, 2, 5)},
            {"message": "with this", **place(1, 6, 1, 7, OTHER.name)},
        ],
        "notes": ["a note"],
        "help": "write `=`",
        "fixes": [
            {"title": "write `=`", "safety": "safe", "edits": [{"text": "=", **place(2, 13, 2, 15)}]},
            {
                "title": "drop it",
                "safety": "unsafe",
                "edits": [{"text": "", **place(2, 13, 2, 15)}, {"text": "record", **place(1, 1, 1, 5, OTHER.name)}],
            },
        ],
    }
    assert (first["code"], first["severity"], first["labels"], first["help"]) == ("W1001", "warning", [], None)
    assert (first["line"], first["end_line"], first["end_column"]) == (1, 2, 5)


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(json_format.render([])) == {"diagnostics": []}


def test_sarif_names_the_tool_its_rules_and_the_results() -> None:
    log = json.loads(sarif.render(found()))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"], run["columnKind"]) == ("drolang", __version__, "unicodeCodePoints")
    assert [rule["id"] for rule in driver["rules"]] == ["E0006", "W1001"]
    assert driver["rules"][0]["shortDescription"]["text"] == registered("E0006").title
    assert [rule["defaultConfiguration"]["level"] for rule in driver["rules"]] == ["error", "warning"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")


def test_sarif_places_are_uris_and_regions() -> None:
    _, result = json.loads(sarif.render(found()))["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "plans/my%20plan.dro"
    assert location["region"] == {"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 15}
    related = result["relatedLocations"]
    assert [(each["id"], each["message"]["text"]) for each in related] == [(1, "compared"), (2, "with this")]
    assert related[1]["physicalLocation"]["artifactLocation"]["uri"] == "file:///lib/other.dro"


def test_sarif_fixes_have_their_replacements_by_file() -> None:
    _, result = json.loads(sarif.render(found()))["runs"][0]["results"]
    safe, guess = result["fixes"]
    assert safe["description"]["text"] == "write `=`"
    (change,) = safe["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 15},
            "insertedContent": {"text": "="},
        }
    ]
    uris = [change["artifactLocation"]["uri"] for change in guess["artifactChanges"]]
    assert uris == ["plans/my%20plan.dro", "file:///lib/other.dro"]


def test_github_commands_are_one_line_each_and_escaped() -> None:
    warning, error = github.render(found()).splitlines()
    assert error == (
        "::error file=plans/my plan.dro,line=2,endLine=2,col=13,endColumn=14,title=E0006%3A "
        + registered("E0006").title
        + "::`==` is not 100%25 right%0Ahere%0Aa note%0Ahelp: write `=`"
    )
    assert warning.startswith("::warning file=plans/my plan.dro,line=1,endLine=2,col=1,title=W1001%3A ")
    assert warning.endswith("::nothing: a, b")


def test_github_properties_cannot_be_broken_out_of() -> None:
    source = Source("a,line=9::x\n%.dro", "x")
    (command,) = github.render([diagnose("E0001", Span(source, 0, 1), "m")]).splitlines()
    properties = re.fullmatch(r"::error (.*?)::m", command)
    assert properties
    assert properties[1].split(",")[0] == "file=a%2Cline=9%3A%3Ax%0A%25.dro"
