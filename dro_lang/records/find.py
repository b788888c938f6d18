"""One record among all that there are, by its id."""

from dro_lang.program.model import Plan, Program
from dro_lang.records.formats import read_records
from dro_lang.records.load import Accepted, Inputs, Loader
from dro_lang.records.problems import Found, Rejected
from dro_lang.records.tables.rows import Only
from dro_lang.records.validate import id_at


def find_record(program: Program, plan: Plan, inputs: Inputs, id: str) -> Accepted | Rejected | None:
    """The record with an id, through the plan's mapping, with its items; None where there is none. Tables are asked for
    it, files are read from their beginning up to it. Raises InputError."""
    loader = Loader.of(program, plan, inputs)
    if inputs.items is not None:
        # What cannot be read in it is told where all records are read.
        for _ in loader.take_items(inputs.items, {id}, id):
            pass
    for source in inputs.records:
        for found in read_records(source, loader.reader.columns(), Only(loader.reader.id_field, id)):
            if isinstance(found, Found) and id_at(found.data, loader.reader.id_field) == id:
                return loader.record(found)
    return None
