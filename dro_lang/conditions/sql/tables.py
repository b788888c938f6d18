"""The tables of a query up to the one that conditions read: a row for each record, by the names of the plan."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from attrs import define, field, frozen
from sqlglot import exp

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.sql.columns import Column, Reads, column, misfit, reads, required, terms
from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.expressions import Scope
from dro_lang.conditions.sql.formulas import Conditions, Problem
from dro_lang.conditions.sql.layout import Select, Selected
from dro_lang.conditions.sql.lists import Elements
from dro_lang.conditions.sql.names import Fresh, Theirs, own
from dro_lang.conditions.sql.terms import Day, Moment, Term
from dro_lang.program.model import AttributeDefinition, Context, ContextMapping, JoinedItems, NestedItems, Plan, Program
from dro_lang.program.types import DurationType, ListType

RECORD, ITEM = "record", "item"
"""What a record and an element of a list are called behind FROM."""
TODAY = "today"
_USUAL_DAYS = date(1900, 1, 1), date(2999, 12, 31)
"""Between which a day lies that is a parameter: far from the ends of the calendar."""


@frozen
class Target:
    """What a query is for: a dialect, the table of records, that of items where they have one, and the run (none where
    its day is a parameter). `exact` names are quoted; `exclusive` says that it is proved that no two scenarios match
    one record."""

    dialect: Dialect
    table: str
    items: str
    environment: Environment | None = None
    exact: bool = False
    exclusive: bool = False

    @property
    def theirs(self) -> Theirs:
        return Theirs(self.dialect, self.exact)


@define
class Tables:
    """Builds conditions over the records of a plan, and then the tables that these need. `problems` are what could not
    be said so far."""

    program: Program
    context: Context
    mapping: ContextMapping
    zone: ZoneInfo
    target: Target
    reads: Reads
    columns: tuple[Column, ...]
    fresh: Fresh
    """The names that tables of the query can have."""
    totals: Fresh
    """The names that columns of functions over lists can have."""
    element: str
    """What stands in an array is called behind FROM."""
    lists: dict[str, Elements] = field(factory=dict)
    problems: list[Problem] = field(factory=list)

    @classmethod
    def of(cls, program: Program, plan: Plan, target: Target) -> "Tables":
        context, mapping = program.contexts[plan.context], program.mappings[plan.mapping]
        read = reads(scenario.when for scenario in plan.scenarios if scenario.when is not None)
        paths = {source.attribute: source.path for source in mapping.sources}
        columns = tuple(
            column(
                each,
                target.theirs.column(paths.get(each.name, each.name)),
                each.name in read.calculated,
                target.dialect,
            )
            for each in context.attributes
            if (each.name == "id" or each.name in read.root) and not isinstance(each.type, ListType | DurationType)
        )
        names = {each.name for each in context.attributes}
        tables = cls(
            program,
            context,
            mapping,
            ZoneInfo(plan.timezone),
            target,
            read,
            columns,
            Fresh({target.table.split(".")[-1], target.items.split(".")[-1]}),
            Fresh({*names, TODAY}),
            Fresh(names).name("element"),
        )
        for name in read.elements:
            tables.lists[name] = tables._elements(name)
        return tables

    # ---- conditions

    def conditions(self) -> Conditions:
        """Builds conditions over records."""
        return Conditions(self._scope(None), required(self.columns), self.problems)

    def _of_elements(self, columns: tuple[Column, ...]) -> Conditions:
        """Builds conditions over the elements of a list, and their record."""
        known = required(self.columns) | required(columns, item=True)
        return Conditions(self._scope(RECORD, terms(columns, ITEM)), known, self.problems)

    def _scope(self, table: str | None, item: Mapping[str, Term] | None = None) -> Scope:
        run, dialect = self.target.environment, self.target.dialect
        days = _USUAL_DAYS if run is None else (run.today, run.today)
        return Scope(
            dialect,
            terms(self.columns, table),
            self.program.enums,
            Day(exp.column(own(TODAY), table=table), *days),
            None if run is None else Moment(dialect.moment(run.now)),
            self.zone,
            lambda aggregate: self.lists[aggregate.list].term(aggregate),
            item or {},
        )

    # ---- lists

    def _elements(self, name: str) -> Elements:
        """The elements of a list: rows of another table, or what stands in an array."""
        definition = self.context.attribute(name)
        assert definition is not None
        assert isinstance(definition.type, ListType)
        shape = self.program.records[definition.type.record].attributes
        items = self.mapping.items if definition.type.items else None
        paths = {source.attribute: source.path for source in items.sources} if items else {}
        joined = isinstance(items, JoinedItems)

        def value(each: AttributeDefinition) -> exp.Expr:
            path = paths.get(each.name, each.name)
            if joined:
                return self.target.theirs.column(path)
            return self.target.dialect.field(self.element, path.split("."), each.type, self.target.theirs.name)

        columns = tuple(
            column(each, value(each), f"{name}.{each.name}" in self.reads.calculated, self.target.dialect)
            for each in shape
            if each.name in self.reads.elements[name] and not isinstance(each.type, DurationType)
        )
        return Elements(name, columns, partial(self._of_elements, columns), self.totals)

    # ---- tables

    def made(self) -> list[tuple[str, Select]]:
        """The tables, in the order in which they build on each other; conditions read the last one."""
        records = self.fresh.name("records")
        found = [(records, self._records())]
        joins: list[str] = []
        totals: list[Selected] = []
        for name, elements in self._used().items():
            own_name = self.fresh.name(name)
            key = Fresh({each.definition.name for each in elements.columns}).name("record_id")
            found.append((own_name, self._rows(name, elements, records, key)))
            of_list = self.fresh.name(f"{name}_totals")
            found.append((of_list, self._totals(elements, records, own_name, key)))
            joins.append(f"LEFT JOIN {self._written(of_list)} ON {self._same(of_list, key)}")
            totals += self._joined(elements, of_list)
        if totals:
            whole = Selected(exp.Column(this=exp.Star(), table=own(RECORD)), None)
            of_records = f"FROM {self._written(records)} AS {RECORD}"
            found.append((self.fresh.name("facts"), Select((whole, *totals), (of_records, *joins))))
        return found

    def _used(self) -> Mapping[str, Elements]:
        """The lists that conditions look at when all is said that is always so."""
        return {name: elements for name, elements in self.lists.items() if elements.found}

    def _records(self) -> Select:
        columns = [Selected(each.value, each.definition.name) for each in self.columns]
        paths = {source.attribute: source.path for source in self.mapping.sources}
        for name in self._used():
            definition = self.context.attribute(name)
            assert definition is not None
            if not self._is_joined(definition):
                path = paths.get(name, name)
                if isinstance(self.mapping.items, NestedItems) and self._is_node(definition):
                    path = self.mapping.items.field
                columns.append(Selected(self.target.theirs.column(path), name))
        if self.reads.today:
            dialect, run = self.target.dialect, self.target.environment
            day = dialect.day(run.today) if run is not None else dialect.parameter_day()
            columns.append(Selected(day, TODAY))
        comment = "What the scenarios look at, by the names of the plan."
        return Select(tuple(columns), (f"FROM {self.target.theirs.table(self.target.table)}",), (comment,))

    def _rows(self, name: str, elements: Elements, records: str, key: str) -> Select:
        """A row for each element of a list."""
        definition = self.context.attribute(name)
        assert definition is not None
        columns = tuple(Selected(each.value, each.definition.name) for each in elements.columns)
        items = self.mapping.items
        if self._is_joined(definition):
            assert isinstance(items, JoinedItems)
            source = f"FROM {self.target.theirs.table(self.target.items)}"
            return Select((Selected(self.target.theirs.column(items.key), key), *columns), (source,))
        array = self._written(name, RECORD)
        sources = (f"FROM {self._written(records)} AS {RECORD}", self.target.dialect.unnest(array, self.element))
        return Select((Selected(exp.column(own("id"), table=RECORD), key), *columns), sources)

    def _totals(self, elements: Elements, records: str, rows: str, key: str) -> Select:
        """A row for each record that has elements."""
        columns = [Selected(exp.column(own(key), table=ITEM), key)]
        columns += (Selected(total.value, total.column, (total.text,)) for total, _ in elements.found.values())
        if elements.misfit is not None:
            fits = misfit(elements.columns, self.program.enums, self.target.dialect, ITEM)
            assert fits is not None
            columns.append(Selected(exp.Min(this=fits), elements.misfit, ("What does not fit.",)))
        sources = [f"FROM {self._written(rows)} AS {ITEM}"]
        if any(column.table == RECORD for each in columns for column in each.value.find_all(exp.Column)):
            sources.append(f"JOIN {self._written(records)} AS {RECORD} ON {self._same(ITEM, key)}")
        return Select(tuple(columns), (*sources, f"GROUP BY {self._written(key, ITEM)}"))

    def _joined(self, elements: Elements, of_list: str) -> Iterator[Selected]:
        """The totals of a list, as columns of a record, which may have no elements."""
        for total, _ in elements.found.values():
            value: exp.Expr = exp.column(own(total.column), table=own(of_list))
            if total.otherwise is not None:
                value = exp.Coalesce(this=value, expressions=[total.otherwise.copy()])
            yield Selected(value, total.column)
        if elements.misfit is not None:
            yield Selected(exp.column(own(elements.misfit), table=own(of_list)), elements.misfit)

    def misfit(self) -> exp.Expr:
        """The code of the reason why a record, or an element of it, does not fit; NULL where all does."""
        codes = misfit(self.columns, self.program.enums, self.target.dialect)
        assert codes is not None
        others = [exp.column(own(each.misfit)) for each in self._used().values() if each.misfit is not None]
        return exp.Coalesce(this=codes, expressions=others) if others else codes

    def _same(self, table: str, key: str) -> str:
        return f"{self._written(key, table)} = {self._written('id', RECORD)}"

    def _written(self, name: str, table: str | None = None) -> str:
        return self.target.dialect.write(exp.column(own(name), table=own(table) if table else None))

    def _is_node(self, definition: AttributeDefinition) -> bool:
        return isinstance(definition.type, ListType) and definition.type.items

    def _is_joined(self, definition: AttributeDefinition) -> bool:
        return self._is_node(definition) and isinstance(self.mapping.items, JoinedItems)
