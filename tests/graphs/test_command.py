"""`drolang graph`, as it is used."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from dro_lang.cli.main import run

ROOT = Path(__file__).parents[2]
DUNNING = str(ROOT / "examples" / "dunning" / "dunning.dro")


def test_mermaid_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", DUNNING]) == 0
    out, err = capsys.readouterr()
    assert out.startswith('---\ntitle: "Dunning"\n---\nflowchart TB\n')
    assert err == ""


@pytest.mark.parametrize(("format_", "start"), [("svg", "<svg "), ("dot", 'digraph "Dunning: firm" {')])
def test_other_formats_of_one_scenario(format_: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", DUNNING, "--plan", "Dunning", "--scenario", "firm", "--format", format_]) == 0
    out = capsys.readouterr().out
    assert out.startswith(start)
    assert "EarlyWarning" in out
    assert "AwaitPromise" not in out


@pytest.mark.parametrize(
    ("name", "start"), [("a.svg", "<svg "), ("a.dot", "digraph"), ("a.mmd", "---\ntitle"), ("a", "---\ntitle")]
)
def test_the_name_of_the_file_decides_the_format(
    name: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["graph", DUNNING, "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert capsys.readouterr().out == ""


def test_the_file_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    assert run(["graph", DUNNING, "--out", str(out)]) == 0
    assert ElementTree.parse(out).getroot().get("role") == "img"


def test_a_plan_with_errors_gives_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.dro"
    broken.write_text("language 1.0\nplan P for Nothing { usage Generic choose exactly one scenario }\n")
    assert run(["graph", str(broken), "--out", str(tmp_path / "plan.svg")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "error[" in err
    assert not (tmp_path / "plan.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.dro"], "`nowhere.dro` is not there"),
        ([DUNNING, "--plan", "Duning"], "there is no plan `Duning`; there is `Dunning`"),
        ([DUNNING, "--scenario", "soft"], "has no scenario `soft`; it has `promised`, `gentle`, `firm`"),
        ([DUNNING, "--format", "png"], "'png' is not one of"),
        ([DUNNING, "--out", "plan.png"], "`plan.png` is not the name of a picture that can be drawn (.svg, .dot,"),
        ([DUNNING, "--format", "dot", "--out", DUNNING], "is the plan itself"),
    ],
)
def test_a_wrong_command_line_is_exit_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "--help"]) == 0
    assert "drolang graph plan.dro --out plan.svg" in capsys.readouterr().out
