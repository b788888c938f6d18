"""A plan to type expressions in: its context has an attribute of every type."""

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.loader import Loader
from dro_lang.program.expressions import Expression
from dro_lang.resources import resource
from dro_lang.semantics.lower.world import lower
from dro_lang.semantics.modules import gather
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse

TEXT = """\
language 1.0
module sample
import std.generic { Generic }
enum Risk { Low, Medium, High = "Very high" }
enum Tier { Gold, Low }
record Line {
  id : Id
  price : Money in EUR
  weight : Decimal
  count : Integer
  due : Date
  note : Text optional
  discount : Decimal optional
  ready : Boolean
  risk : Risk
  wait : Duration
}
context Sample {
  id : Id
  name : Text
  start_date : Date
  number : Integer
  size : Integer in 0..100
  rate : Decimal
  percent : Decimal in 0..100
  balance : Money in EUR
  credit : Money in EUR in 0 EUR..500 EUR
  dollars : Money in USD
  due : Date
  window : Date in 2026-01-01..2026-12-31
  moment : DateTime
  wait : Duration
  active : Boolean
  risk : Risk
  tier : Tier
  email : Text optional
  promised : Date optional
  paid : Money in EUR optional
  agreed : Boolean optional
  grade : Risk optional
  half : Decimal optional
  lines : items of Line
  others : list of Line
}
property "sample" for Anything {
  assume %s
  plan ends
}
plan Anything for Sample {}
"""


@frozen
class Typed:
    """What became of an expression: its typed form, and what was found in it."""

    expression: Expression | None
    diagnostics: tuple[Diagnostic, ...]


def typed(text: str) -> Typed:
    """Type an expression over the attributes of `Sample`. That it is no condition is not held against it."""
    source = Source("sample.dro", TEXT % text)
    parsed = parse(source)
    assert not parsed.diagnostics, (text, parsed.diagnostics)
    world, found = gather(source, parsed, "sample", Loader(resource("stdlib")))
    assert not found
    lowered, diagnostics = lower(world)
    declaration = next(each for each in world.entry.tree.declarations if isinstance(each, ast.Property))
    assert declaration.assume is not None
    assume = declaration.assume
    others = (each for each in diagnostics if each.span != assume.span or "not a condition" not in each.message)
    return Typed(lowered.expressions.get(assume), tuple(others))
