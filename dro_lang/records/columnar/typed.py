"""Attributes read from columns that have types of their own: Parquet, and tables of a database."""

from collections.abc import Mapping
from typing import Any

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.model import AttributeDefinition, Enumeration, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
)
from dro_lang.program.values import SCALE, WHOLE_DIGITS
from dro_lang.records.columnar.readings import ALWAYS, Reading, absent, enum_type, in_calendar, of_text, present, safe

_WHOLE_TYPES = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "hugeint"}
_SMALL = {"tinyint", "smallint", "integer", "utinyint", "usmallint", "uinteger"}
Types = Mapping[str, Any]
"""Columns with their types, as DuckDB describes them."""
NO_SOURCES: Mapping[str, str] = {}


def typed(
    definition: AttributeDefinition,
    path: str,
    columns: Types,
    program: Program,
    of: str = "",
    sources: Mapping[str, str] = NO_SOURCES,
) -> Reading:
    """The reading of what stands at a dotted path: in a column of that very name, or nested in one. `of` is what the
    columns are fields of, `sources` where the attributes of a list's elements come from."""
    found = at_path(path, columns, of)
    if found is None:
        return absent(definition, program)
    raw, type = found
    return _unfit(definition, raw, program) if type is None else read(definition, raw, type, program, sources)


def at_path(path: str, columns: Types, of: str = "") -> tuple[str, Any] | None:
    """The text and the type of what stands at a path; the type is None where it leads through what is no object."""
    if path in columns or "." not in path:
        return (of + name(path), columns[path]) if path in columns else None
    first, *rest = path.split(".")
    if first not in columns:
        return None
    raw, type = of + name(first), columns[first]
    for key in rest:
        if type.id != "struct":
            return raw, None
        fields = dict(type.children)
        if key not in fields:
            return None
        raw, type = f"struct_extract({raw}, {text_literal(key)})", fields[key]
    return raw, type


def _unfit(definition: AttributeDefinition, raw: str, program: Program) -> Reading:
    """The reading of what no value of the attribute's type can be read from: it fits where it is absent."""
    nothing = absent(definition, program)
    return Reading(nothing.value, f"({raw} IS NULL AND {nothing.fits})")


def read(definition: AttributeDefinition, raw: str, of: Any, program: Program, sources: Mapping[str, str]) -> Reading:
    """The reading of a value of a type of DuckDB."""
    if isinstance(definition.type, ListType):
        return _list(definition, definition.type, raw, of, program, sources)
    if of.id in ("varchar", "enum"):
        text = raw if of.id == "varchar" else f"CAST({raw} AS VARCHAR)"
        if isinstance(definition.type, EnumType):
            return _coded(definition, raw, program.enums[definition.type.name], program)
        reading = of_text(definition, text, program)
        if not isinstance(definition.type, IdType | TextType):
            return reading
        clean = f"NOT contains({text}, chr(0))"
        if isinstance(definition.type, IdType):
            clean += f" AND {text} <> ''"
        return present(definition, text, text, clean, program)
    value, fits = _converted(definition, raw, of)
    if value is None:
        return _unfit(definition, raw, program)
    return present(definition, raw, value, fits, program)


def _coded(definition: AttributeDefinition, raw: str, of: Enumeration, program: Program) -> Reading:
    """The constants of an enum as codes: DuckDB makes them once for each text in the dictionary of a row group, and
    compares them in a byte or two."""
    code = f"TRY_CAST({raw} AS {enum_type([constant.text for constant in of.constants])})"
    return present(definition, raw, code, f"{code} IS NOT NULL", program)


def _converted(definition: AttributeDefinition, raw: str, of: Any) -> tuple[str | None, str]:
    match definition.type:
        case IdType() if of.id in _WHOLE_TYPES or of.id == "uuid":
            return f"CAST({raw} AS VARCHAR)", ALWAYS
        case BooleanType() if of.id == "boolean":
            return raw, ALWAYS
        case IntegerType() if of.id in _SMALL or of.id == "bigint":
            return raw, ALWAYS
        case IntegerType() if of.id in _WHOLE_TYPES:
            whole = f"TRY_CAST({raw} AS BIGINT)"
            return whole, f"{whole} IS NOT NULL"
        case IntegerType() if of.id == "decimal":
            whole = f"TRY_CAST({raw} AS BIGINT)"
            return whole, f"coalesce({whole} = {raw}, FALSE)"
        case DecimalType() | MoneyType() if of.id in _WHOLE_TYPES:
            number = f"TRY_CAST({raw} AS DECIMAL(18, 6))"
            return number, ALWAYS if of.id in _SMALL else f"{number} IS NOT NULL"
        case DecimalType() | MoneyType() if of.id == "decimal":
            digits, places = (size for _, size in of.children)
            if places <= SCALE and digits <= SCALE + WHOLE_DIGITS:
                # As it stands: to give it six places would cost as much as all comparisons with it.
                return raw, ALWAYS if digits - places <= WHOLE_DIGITS else _not_too_large(raw, digits, places)
            number = f"TRY_CAST({raw} AS DECIMAL(18, 6))"
            return number, f"coalesce({number} = {raw}, FALSE)"
        case DateType() if of.id == "date":
            return raw, in_calendar(raw)
        case DateTimeType() if of.id == "timestamp with time zone":
            moment = f"make_timestamp(epoch_us({raw}))"
            return moment, safe(moment)
    return None, ALWAYS


def _not_too_large(raw: str, digits: int, places: int) -> str:
    """A test that DuckDB finds true for whole row groups, where the file has statistics."""
    most = f"{10**WHOLE_DIGITS - 1}.{'9' * places}"
    low, high = (f"CAST('{sign}{most}' AS DECIMAL({digits}, {places}))" for sign in ("-", ""))
    return f"{raw} BETWEEN {low} AND {high}"


def _list(
    definition: AttributeDefinition, of: ListType, raw: str, type: Any, program: Program, sources: Mapping[str, str]
) -> Reading:
    """A list of objects: its elements are read as columns are, with the element `x` in the place of the row."""
    if type.id != "list" or type.children[0][1].id != "struct":
        return _unfit(definition, raw, program)
    fields = dict(type.children[0][1].children)
    readings = {
        each.name: typed(each, sources.get(each.name, each.name), fields, program, "x.")
        for each in program.records[of.record].attributes
    }
    value = f"list_transform({raw}, lambda x: {packed(readings)})"
    return present(definition, raw, value, list_fits(raw, readings, of), program)


def packed(readings: Mapping[str, Reading]) -> str:
    """A row of values, as a STRUCT."""
    return "{" + ", ".join(f"{name(field)}: {reading.value}" for field, reading in readings.items()) + "}"


def list_fits(raw: str, readings: Mapping[str, Reading], of: ListType) -> str:
    """That every element fits, and that items have ids of their own."""
    held = " AND ".join(reading.fits for reading in readings.values())
    tests = [f"len(list_filter({raw}, lambda x: x IS NOT NULL AND {held})) = len({raw})"]
    if of.items:
        ids = f"list_transform({raw}, lambda x: {readings['id'].value})"
        tests.append(f"len(list_distinct({ids})) = len({raw})")
    return f"({' AND '.join(tests)})"
