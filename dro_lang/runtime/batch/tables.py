"""The query of a part: its rows as columns of the context, told apart by whether they certainly fit, and selected."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from dro_lang.conditions.columnar.cases import Chosen, chosen, selection
from dro_lang.conditions.columnar.formulas import scope_of
from dro_lang.conditions.columnar.helpers import ReferenceHelpers
from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import ListType
from dro_lang.records.columnar import typed
from dro_lang.records.columnar.readings import Reading, absent, staged
from dro_lang.records.mapped import RowReader
from dro_lang.records.parquet_records import check_fields, columns_of, scan
from dro_lang.runtime.batch.job import Job
from dro_lang.runtime.batch.parts import Parquet, Text

_SCENARIO = name("#scenario")
"""The type of the names of scenarios: codes of a byte or two until they are written, and no texts to compare then."""


@frozen
class Selector:
    """The selection of a plan, prepared: its SQL, with helpers that every connection must be given."""

    job: Job
    reader: RowReader
    chosen: Chosen
    helpers: ReferenceHelpers
    items: Path | None = None
    """Where the joined items are, as columns."""
    sources: Mapping[str, str] = field(factory=dict)
    item_sources: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of(cls, job: Job, items: Path | None = None) -> "Selector":
        context = job.program.contexts[job.plan.context]
        mapping = job.program.mappings[job.plan.mapping]
        helpers = ReferenceHelpers(job.program, context, job.environment)
        scope = scope_of(job.program, context, job.environment, helpers)
        return cls(
            job,
            RowReader(job.program, mapping),
            chosen(job.plan, scope, helpers, job.exclusive, _SCENARIO),
            helpers,
            items,
            {source.attribute: source.path for source in mapping.sources},
            {source.attribute: source.path for source in mapping.items.sources} if mapping.items else {},
        )

    def register(self, connection: Any) -> None:
        names = ", ".join(text_literal(scenario.name) for scenario in self.job.plan.scenarios)
        if names:
            connection.execute(f"CREATE TYPE {_SCENARIO} AS ENUM ({names})")
        for helper in self.helpers.found.values():
            connection.create_function(
                helper.name, helper.function, [helper.argument], "BOOLEAN", null_handling="special"
            )

    def query(self, part: Parquet | Text, file: Path, connection: Any) -> str:
        """The text of the selection of a part, whose rows stand in a file. Raises InputError for one of no use."""
        context = self.job.program.contexts[self.job.plan.context]
        readings: Mapping[str, Reading]
        also: Iterable[str]
        if isinstance(part, Parquet):
            there = columns_of(connection, scan(file))
            check_fields(there, self.reader.columns(), part.name)
            source = scan(file)
            if not part.whole:
                source = f"(FROM {source} WHERE file_row_number BETWEEN {part.start} AND {part.end - 1})"
            readings = {each.name: self._typed(each, there) for each in context.attributes}
            also = []
        else:
            # Many inputs are Parquet alone.
            from dro_lang.runtime.batch.text_tables import of_text

            source, readings, also = of_text(self, part, file)
        return self._selected(source, readings, also)

    def path(self, attribute: AttributeDefinition) -> str:
        return self.sources.get(attribute.name, attribute.name)

    def _typed(self, attribute: AttributeDefinition, there: Mapping[str, Any]) -> Reading:
        program = self.job.program
        if not is_node(attribute):
            return typed.typed(attribute, self.path(attribute), there, program)
        if self.items is not None:
            return joined(attribute)
        paths = [path for path in self.reader.item_fields(attribute.name) if typed.at_path(path, there)]
        if len(paths) > 1:
            return Reading(absent(attribute, program).value, "FALSE")
        path = paths[0] if paths else attribute.name
        if not paths:
            return absent(attribute, program)
        return typed.typed(attribute, path, there, program, "", self.item_sources)

    def _selected(self, source: str, readings: Mapping[str, Reading], also: Iterable[str]) -> str:
        values = [f"{reading.value} AS {name(attribute)}" for attribute, reading in readings.items()]
        tests = [reading.fits for reading in readings.values() if reading.fits != "TRUE"] + list(also)
        fits = " AND ".join(tests) or "TRUE"
        source = staged(source, readings.values())
        if self.items is not None:
            # A join keeps no order, and rows are known by their place.
            numbered = f'(SELECT *, row_number() OVER () AS "#row" FROM {source})'
            matched = f'LEFT JOIN ({self._grouped()}) ON {readings["id"].value} = "#key"'
            source = f'(SELECT * FROM {numbered} {matched} ORDER BY "#row")'
        records = f'(SELECT {", ".join(values)}, CASE WHEN {fits} THEN TRUE ELSE FALSE END AS "#fits" FROM {source})'
        return selection(self.chosen, records, '"#fits"')

    def _grouped(self) -> str:
        assert self.items is not None
        own_ids = 'count(DISTINCT "#item".id) = count(*)'
        return (
            f'SELECT "#key", list("#item" ORDER BY "#number") AS "#items", bool_and("#fits") AND {own_ids} '
            f'AS "#items_fit" FROM {scan(self.items)} GROUP BY 1'
        )


def joined(attribute: AttributeDefinition) -> Reading:
    return Reading('coalesce("#items", [])', 'coalesce("#items_fit", TRUE)')


def is_node(attribute: AttributeDefinition) -> bool:
    return isinstance(attribute.type, ListType) and attribute.type.items
