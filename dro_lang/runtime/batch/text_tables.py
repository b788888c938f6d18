"""The rows of CSV and NDJSON as columns of the context."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from dro_lang.conditions.columnar.terms import name
from dro_lang.program.model import AttributeDefinition
from dro_lang.records.columnar import lexical, ndjson
from dro_lang.records.columnar.json_lines import Lines, Pieces
from dro_lang.records.columnar.readings import ALWAYS, Reading, absent, of_column
from dro_lang.runtime.batch.parts import Text
from dro_lang.runtime.batch.tables import Selector, is_node, joined


def of_text(selector: Selector, part: Text, file: Path) -> tuple[str, Mapping[str, Reading], Iterable[str]]:
    """What gives the rows of a part, which stand in a file; how each attribute is read from them; and the tests that
    each row must pass besides."""
    attributes = selector.job.program.contexts[selector.job.plan.context].attributes
    source = part.layout.scan(file, part.line - 1 if part.whole else 0)
    if isinstance(part.form, Lines):
        pieces = Pieces(part.form, selector.job.program)
        readings = {each.name: _from_line(selector, each, pieces) for each in attributes}
        return pieces.source(source), readings, pieces.tests()
    readings = {each.name: _lexical(selector, each, part) for each in attributes}
    read = {selector.path(each) for each in attributes if not is_node(each)}
    unread = tuple(key for key in part.layout.columns if key not in read)
    if part.form is None:
        return source, readings, lexical.well_formed(part.layout, unread)
    return source, readings, ndjson.well_formed(part.form, unread)


def _from_line(selector: Selector, attribute: AttributeDefinition, pieces: Pieces) -> Reading:
    if not is_node(attribute):
        return pieces.reading(attribute, selector.path(attribute))
    if selector.items is not None:
        return joined(attribute)
    paths = selector.reader.item_fields(attribute.name)
    if len(paths) == 1:
        return pieces.reading(attribute, paths[0], selector.item_sources)
    return pieces.nothing(attribute, paths)


def _lexical(selector: Selector, attribute: AttributeDefinition, part: Text) -> Reading:
    program = selector.job.program
    assert not isinstance(part.form, Lines)
    if is_node(attribute):
        if selector.items is not None:
            return joined(attribute)
        paths = selector.reader.item_fields(attribute.name)
        if part.form is not None:
            readings = [ndjson.of_piece(attribute, path, part.form, program) for path in paths]
            fits = " AND ".join(each.fits for each in readings) or ALWAYS
            return Reading(absent(attribute, program).value, fits)
        paths = tuple(path for path in paths if path in part.layout.columns)
        if not paths:
            return absent(attribute, program)
        given = " AND ".join(f"{name(path)} IS NULL" for path in paths)
        return Reading(absent(attribute, program).value, given)
    path = selector.path(attribute)
    if part.form is not None:
        return ndjson.of_piece(attribute, path, part.form, program)
    if path not in part.layout.columns:
        return absent(attribute, program)
    return of_column(attribute, name(path), part.layout.places.get(path), program)
