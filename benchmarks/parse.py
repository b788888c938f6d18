"""How fast text is parsed and checked: lines a second, beside parsers that come to mind for the same job in Python.

    pip install 'drolang[bench]'
    python benchmarks/parse.py [--rounds N] [--out FOLDER]

drolang makes its syntax tree of a file of ten thousand lines, whole and without mistakes; python-hcl2 parses the same
declarations written as HCL, a thousand lines of them, and cel-python the conditions alone, each counted as a line. The
texts differ, so that the ratios are rough. `drolang check` does all that it does, names, types, rules and proofs, to a
graph of 200 modules with 20,000 lines together, in one process: with an empty cache, once it knows the files, and after
a change of the one that all others import. Writes `parse.md` and `parse.json` to the folder, and the table to standard
output.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from report import deliver, in_turn, machine, number, parser, table

from dro_lang.source import Source
from dro_lang.syntax.parser import parse

MODULES = 200
LINES = 10_000

GROUP = """
/// Reminds by letter, then by phone, and waits.
group G{number}{at}(call : Duration = 14 days, fee : Money in EUR = 5 EUR) for Account {{
  step letter: manual {{
    only if days_late > {number} and balance >= fee
    starts  on due_date
    due within 2 days, warn 4 hours before
  }}

  step wait: pause {{
    after letter
    until balance <= 0 EUR or (promised_on is known and promised_on > due_date)
    expires after call
  }}

  step done: milestone {{
    after wait
  }}
}}
"""

WORDS = """language 1.0

module {module}

import std.generic {{ Generic }}

enum Risk {{ Low, Medium, High }}

context Account {{
  id          : Id
  start_date  : Date
  due_date    : Date
  promised_on : Date optional
  risk        : Risk
  balance     : Money in EUR
  days_late   : Integer in 0..
}}

mapping Accounts for Account {{
  usage Generic
  object "Account"
}}
"""

PLAN = """
plan Plan{number} for Account {{
  usage  Generic
  choose exactly one scenario

  scenario late {{
    when days_late > {number}
    run  {late}
  }}

  scenario early {{
    when days_late <= {number}
    run  {early}
  }}
}}
"""

HCL = """
resource "group" "G{number}" {{
  for  = "Account"
  call = "14 days"
  fee  = "5 EUR"

  step "letter" {{
    kind    = "manual"
    only_if = days_late > {number} && balance >= fee
    starts  = due_date
    due     = "2 days"
    warn    = "4 hours"
  }}

  step "wait" {{
    kind    = "pause"
    after   = ["letter"]
    until   = balance <= 0 || (promised && promised_on > due_date)
    expires = call
  }}
}}
"""

CONDITIONS = (
    "days_late > {number} && balance >= fee",
    "balance <= 0 || (promised && promised_on > due_date)",
)


def repeated(head: str, part: str, lines: int) -> str:
    """A text of about so many lines."""
    each = part.count("\n")
    return head + "".join(part.format(number=number, at="") for number in range((lines - head.count("\n")) // each))


def modules(root: Path) -> int:
    """Write a graph of modules, each of which imports the words and up to three earlier ones; gives their lines."""
    (root / "drolang.toml").write_text("", encoding="utf-8")
    texts = {"words": WORDS.format(module="words")} | {f"part{index}": module(index) for index in range(1, MODULES)}
    for name, text in texts.items():
        (root / f"{name}.dro").write_text(text, encoding="utf-8")
    return sum(text.count("\n") for text in texts.values())


def module(index: int) -> str:
    """A module of the graph: four groups, and a plan that runs them and others."""
    earlier = [index - back for back in (1, 2, 7) if index > back]
    imports = ["import words { Account, Accounts }", "import std.generic { Generic }"]
    imports += [f"import part{other} {{ G{other}_0 }}" for other in earlier]
    groups = "".join(GROUP.format(number=index, at=f"_{at}") for at in range(4))
    late = ", ".join(f"G{other}_0" for other in (index, *earlier))
    plan = PLAN.format(number=index, late=late, early=", ".join(f"G{index}_{at}" for at in (1, 2, 3)))
    return f"language 1.0\n\nmodule part{index}\n\n" + "\n".join(imports) + "\n" + groups + plan


def parsing() -> tuple[dict[str, Callable[[], object]], dict[str, int]]:
    """The parsers, and how many lines each takes."""
    import celpy
    import hcl2

    text = repeated(WORDS.format(module="words"), GROUP, LINES)
    source = Source("words.dro", text)
    hcl = repeated("", HCL, LINES // 10)
    environment = celpy.Environment()
    cel = [condition.format(number=number) for number in range(50) for condition in CONDITIONS]
    tasks: dict[str, Callable[[], object]] = {
        "drolang": lambda: parse(source),
        "python-hcl2": lambda: hcl2.loads(hcl),
        "cel-python": lambda: [environment.compile(condition) for condition in cel],
    }
    if parse(source).diagnostics:
        sys.exit("the text to parse has mistakes")
    return tasks, {"drolang": text.count("\n"), "python-hcl2": hcl.count("\n"), "cel-python": len(cel)}


def checking(rounds: int) -> tuple[int, dict[str, float]]:
    """The lines of a graph of modules, and the seconds that checking all of it takes."""
    taken: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder:
        root = Path(folder, "plans")
        root.mkdir()
        lines = modules(root)
        for number in range(rounds):
            environment = {**os.environ, "DROLANG_CACHE": str(Path(folder, f"cache{number}"))}
            for name in ("with an empty cache", "again", "after a change of the words"):
                if name.startswith("after"):
                    with (root / "words.dro").open("a", encoding="utf-8") as words:
                        words.write("// changed\n")
                taken.setdefault(name, []).append(_check(root, environment))
        return lines, {name: median(each) for name, each in taken.items()}


def _check(root: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dro_lang", "check", root], capture_output=True, text=True, check=False, env=environment
    )
    taken = time.perf_counter() - start
    if done.returncode or f"{MODULES} files checked: no" not in done.stderr:
        sys.exit(done.stdout[:2000] + done.stderr)
    return taken


def main() -> None:
    given = parser(__doc__, rounds=3).parse_args()
    tasks, lines = parsing()
    speeds = {name: lines[name] / taken for name, taken in in_turn(tasks, given.rounds).items()}
    count, checked = checking(given.rounds)
    text = table(
        ["parser", "lines a second", "drolang to it"],
        [[name, number(speed), number(speeds["drolang"] / speed)] for name, speed in speeds.items()],
    )
    text += "\n" + table(
        [f"`drolang check`, {MODULES} files, {count:,} lines", "seconds", "lines a second"],
        [[name, f"{taken:.2f}", number(count / taken)] for name, taken in checked.items()],
    )
    found = {
        "machine": machine("python-hcl2", "cel-python"),
        "lines_per_second": {name: round(speed) for name, speed in speeds.items()},
        "check": {
            "files": MODULES,
            "lines": count,
            "seconds": {name: round(taken, 3) for name, taken in checked.items()},
        },
    }
    deliver("parse", text, found, given.out)


if __name__ == "__main__":
    main()
