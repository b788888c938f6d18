"""Every well-typed program checks without an error, and is the same program however it is written down."""

import json

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.program.serial import content_hash, from_json, to_json
from dro_lang.source import Source
from dro_lang.syntax.format import format_source
from tests.programs.laws import law
from tests.programs.sources import Sources
from tests.programs.strategies import programs


def formatted(text: str) -> str:
    result = format_source(Source("formatted.dro", text))
    assert isinstance(result, str), result
    return result


@law(60, sources=programs())
def test_a_well_typed_program_has_no_error(sources: Sources) -> None:
    checked = sources.check()
    assert [found for found in checked.diagnostics if found.severity is Severity.ERROR] == []
    assert checked.program is not None


@law(40, sources=programs(proofs_hold=False))
def test_scenarios_that_do_not_fit_together_are_all_that_is_wrong(sources: Sources) -> None:
    codes = {found.code for found in sources.check().diagnostics if found.severity is Severity.ERROR}
    assert codes <= {"E0701", "E0702", "E0703"}


@law(60, sources=programs(proofs_hold=False))
def test_a_formatted_program_is_the_same_program(sources: Sources) -> None:
    neat = Sources({module: formatted(text) for module, text in sources.modules.items()})
    assert Sources({module: formatted(text) for module, text in neat.modules.items()}) == neat
    before, after = sources.program, neat.program
    assert content_hash(after) == content_hash(before)
    assert after == before


@law(40, sources=programs(proofs_hold=False))
def test_a_program_survives_json(sources: Sources) -> None:
    program = sources.program
    again = from_json(json.loads(json.dumps(to_json(program))))
    assert content_hash(again) == content_hash(program)
    assert to_json(again) == to_json(program)
