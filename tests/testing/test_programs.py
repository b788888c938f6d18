"""On random programs: tests run the same again, coverage can be told, and what is suggested passes."""

from attrs import evolve

from dro_lang.pipeline import Checked
from dro_lang.testing.coverage.measure import Coverage, Measured
from dro_lang.testing.report import coverage as report
from dro_lang.testing.report import html
from dro_lang.testing.results import FileResult
from dro_lang.testing.suggest.missing import suggestions
from dro_lang.testing.suite import run_file
from tests.programs.laws import law
from tests.programs.sources import Sources
from tests.programs.strategies import programs


def compiled(sources: Sources) -> Checked:
    checked = sources.check()
    assert checked.program is not None, checked.diagnostics
    # Properties are held to their own laws, and take their time.
    return evolve(checked, program=evolve(checked.program, properties=()))


def told(result: FileResult) -> list[tuple[object, ...]]:
    return [(each.code, each.message, each.notes, each.span.start) for each in result.failures]


@law(25, sources=programs())
def test_tests_come_out_the_same_again(sources: Sources) -> None:
    checked = compiled(sources)
    assert told(run_file(checked)) == told(run_file(checked))


@law(25, sources=programs())
def test_watching_changes_nothing(sources: Sources) -> None:
    checked = compiled(sources)
    assert told(run_file(checked)) == told(run_file(checked, measured=Measured.of(checked)))


@law(25, sources=programs())
def test_coverage_can_be_told(sources: Sources) -> None:
    checked = compiled(sources)
    measured = Measured.of(checked)
    before = Coverage.of([measured]).count()
    run_file(checked, measured=measured)
    coverage = Coverage.of([measured])
    # What was reached is never taken for impossible: the tests are the proof that it is not.
    assert coverage.count().total == before.total
    assert report.text(coverage, color=False).count("\n") >= len(coverage.missing)
    assert len(report.document(coverage)["goals"]) == coverage.count().total
    assert set(html.pages(coverage)) > {"index.html"}


@law(25, sources=programs())
def test_what_is_suggested_passes_and_shows_what_it_says(sources: Sources) -> None:
    checked = compiled(sources)
    measured = Measured.of(checked)
    run_file(checked, measured=measured)
    coverage = Coverage.of([measured])
    [own] = suggestions([measured], coverage)
    added = compiled(sources.with_entry("\n".join([sources.text, *(test.text for test in own.tests)])))
    assert added.program is not None
    assert checked.program is not None
    measured = Measured.of(added)
    results = run_file(added, measured=measured).tests[len(checked.program.tests) :]
    assert [(test.name, test.failure) for test in results if not test.verdict.good] == []
    closed = sum(len(test.goals) for test in own.tests)
    assert len(Coverage.of([measured]).missing) == len(coverage.missing) - closed
