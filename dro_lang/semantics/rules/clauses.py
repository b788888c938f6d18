"""Clauses of steps: which kinds may have them (E0801), which they need (E0802), and each at most once (E0803)."""

from collections.abc import Iterator, Mapping

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety, diagnose
from dro_lang.semantics.rules.overview import Overview, clauses
from dro_lang.semantics.rules.texts import first_line, listed, removal
from dro_lang.syntax import ast

ONLY: Mapping[type, tuple[str, ...]] = {
    ast.Until: ("pause",),
    ast.Expires: ("pause", "manual", "callout"),
    ast.Assign: ("manual",),
    ast.With: ("auto", "callout"),
    ast.Gives: ("manual",),
    ast.Retry: ("auto", "callout"),
}
"""The kinds that may have a clause; the clauses that are not here may stand on all."""

_WORDS: Mapping[type, str] = {
    ast.After: "after",
    ast.OnlyIf: "only if",
    ast.Starts: "starts",
    ast.Until: "until",
    ast.Expires: "expires",
    ast.Assign: "assign",
    ast.Due: "due",
    ast.With: "with",
    ast.Gives: "gives",
    ast.Retry: "retry",
    ast.PointOfNoReturn: "point of no return",
    ast.FreezeByCompleting: "freeze by completing",
    ast.RunAs: "run as",
}


def words(clause: ast.Clause) -> str:
    """How a clause begins."""
    return f"on {clause.event}" if isinstance(clause, ast.OnChange) else _WORDS[type(clause)]


def check(overview: Overview) -> Iterator[Diagnostic]:
    for group in overview.all(ast.Group):
        for step in group.steps:
            if step.kind.name == "staged_assetize":
                continue
            yield from _clauses(step)
            if step.kind.name == "pause" and not any(clauses(step, ast.Until)) and overview.is_whole(group):
                yield diagnose(
                    "E0802",
                    step.name.span,
                    f"pause `{step.name.text}` does not say what it waits for",
                    help="write `until` and a condition; for a wait of some days alone, write "
                    "`milestone` and `starts 5 days after previous`",
                )


def _clauses(step: ast.Step) -> Iterator[Diagnostic]:
    first_of: dict[str, ast.Clause] = {}
    for clause in step.clauses:
        word = words(clause)
        first = first_of.setdefault(word, clause)
        kinds = ONLY.get(type(clause), (step.kind.name,))
        if step.kind.name not in kinds:
            yield _refused(step, clause, kinds)
        elif first is not clause:
            yield diagnose(
                "E0803",
                first_line(clause.span),
                f"step `{step.name.text}` has two `{word}` clauses",
                (first_line(first.span), "first given here"),
                help=_merge(word),
            )


def _merge(word: str) -> str:
    if word == "after":
        return "name all waits in one: `after a, b`"
    if word == "only if":
        return "join the conditions with `and`"
    return "keep one of them"


def _refused(step: ast.Step, clause: ast.Clause, kinds: tuple[str, ...]) -> Diagnostic:
    kind, word = step.kind.name, words(clause)
    help = f"leave it out; `{word}` is for {listed(kinds)} steps"
    if isinstance(clause, ast.Gives) and kind in ("auto", "callout") and step.kind.target:
        help = f"leave it out; its results are those that `{step.kind.target.text}` gives"
    return diagnose(
        "E0801",
        first_line(clause.span),
        f"{'an' if kind == 'auto' else 'a'} `{kind}` step has no `{word}`",
        (step.kind.span, f"`{step.name.text}` is `{kind}`"),
        help=help,
        fixes=(Fix(f"leave out `{word}`", (removal(clause.span),), Safety.UNSAFE),),
    )
