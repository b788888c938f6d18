"""Outcomes of what was done to many, queues and integrations."""

from collections import Counter
from collections.abc import Iterator, Sequence

from dro_lang.cli.report.cells import BAD, FAINT, STRONG, Cell, Painter, day, label
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.runtime.operations.performing import Outcome
from dro_lang.runtime.operations.queries import IntegrationLine, QueueLine

FEW = 20
"""Up to so many that were done are told one by one."""


def outcomes_table(outcomes: Sequence[Outcome], word: str, painter: Painter) -> Iterator[str]:
    """What was done, if that is not too much to tell, and each that was refused, with the reason."""
    done = [outcome for outcome in outcomes if outcome.done]
    shown = done if len(done) <= FEW else []
    rows = [[*_target(outcome), _done(outcome, word), Cell("")] for outcome in shown]
    refused = [outcome for outcome in outcomes if not outcome.done]
    rows += [[*_target(each), Cell("refused", BAD), Cell(each.refusal or "")] for each in refused]
    yield from painter.table(rows, 0)
    if len(done) > len(shown):
        freezing = sum(outcome.freezing for outcome in done)
        yield f"{len(done) - freezing:,} {word}" + (f", {freezing:,} freezing" if freezing else "")
    reasons = Counter(outcome.refusal for outcome in refused)
    if len(refused) > FEW:
        yield from painter.table(
            [[Cell(f"{count:,} refused", BAD), Cell(reason or "")] for reason, count in reasons.items()], 0
        )


def _done(outcome: Outcome, word: str) -> Cell:
    return Cell("freezing", {"fg": "cyan"}) if outcome.freezing else Cell(word, {"fg": "green"})


def _target(outcome: Outcome) -> list[Cell]:
    step = outcome.target.step
    return [Cell(outcome.target.plan_id, STRONG), *([] if step is None else [Cell(label(step))])]


def queues_table(lines: Sequence[QueueLine], painter: Painter) -> Iterator[str]:
    head = [Cell(text, FAINT) for text in ("queue", "tasks", "of nobody", "fallout")]
    rows = [
        [
            Cell(line.queue or "(no queue)", STRONG if line.queue else FAINT),
            Cell(f"{line.tasks:,}"),
            Cell(f"{line.unassigned:,}"),
            Cell(f"{line.fatally_failed:,}", BAD if line.fatally_failed else FAINT),
        ]
        for line in lines
    ]
    yield from painter.table([head, *rows], 0)


def integrations_table(lines: Sequence[IntegrationLine], painter: Painter) -> Iterator[str]:
    head = [Cell(text, FAINT) for text in ("integration", "state", "in progress", "on hold", "failed", "")]
    rows = []
    for line in lines:
        switched = "" if line.switch is None else f"since {day(line.switch.since)} UTC by {harmless(line.switch.by)}"
        rows.append(
            [
                Cell(line.name, STRONG),
                Cell("online", {"fg": "green"}) if line.online else Cell("offline", BAD),
                Cell(f"{line.in_progress:,}"),
                Cell(f"{line.on_hold:,}"),
                Cell(f"{line.failed:,}", BAD if line.failed else {}),
                Cell(switched, FAINT),
            ]
        )
    yield from painter.table([head, *rows], 0)
