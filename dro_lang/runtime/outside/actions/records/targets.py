"""Where the configuration says that records are kept."""

from dro_lang.runtime.configuration.model import RecordTarget
from dro_lang.runtime.outside.actions.records.csv_file import CsvFile
from dro_lang.runtime.outside.actions.records.ndjson_file import NdjsonFile
from dro_lang.runtime.outside.actions.records.server_table import ServerTable
from dro_lang.runtime.outside.actions.records.sqlite_table import SqliteTable
from dro_lang.runtime.outside.actions.records.store import Store


def store_of(target: RecordTarget) -> Store:
    if target.server is not None:
        return ServerTable(target.server, target.table, target.key)
    if target.database is not None:
        return SqliteTable(target.database, target.table, target.key)
    assert target.file is not None  # the configuration has been checked: one of the three
    kind = NdjsonFile if target.file.suffix == ".ndjson" else CsvFile
    return kind(target.file, target.key)
