"""Reading what a document refers to: secrets, and files. Paths count from the folder of the document."""

from pathlib import Path

from attrs import define, evolve, field

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.records.tables.address import Table as TableOfRecords
from dro_lang.records.tables.address import source_of
from dro_lang.runtime.configuration.document import Node
from dro_lang.runtime.configuration.secret import EnvironmentSecret, FileSecret, Secret
from dro_lang.runtime.configuration.tables import Findings, Table, exposed, text, wrong
from dro_lang.source import Span


@define
class References:
    """The references of one document. `secrets` gathers those to secrets, with their places."""

    folder: Path
    secrets: dict[Secret, Span] = field(factory=dict)

    def path(self, node: Node, found: Findings) -> Path | None:
        """A path, absolute from here on."""
        value = text(node, found)
        return None if value is None else (self.folder / value).absolute()

    def records(self, node: Node, found: Findings) -> Path | TableOfRecords | Secret | None:
        """Where records stand: a file, or a table in a file, absolute from here on; or a reference to the address of a
        table on a server."""
        if node.is_table:
            return self.secret(node, found)
        value = text(node, found)
        if value is None:
            return None
        source = source_of(value)
        if not isinstance(source, TableOfRecords):
            return (self.folder / value).absolute()
        if source.file is None:
            exposed(node, "the address of a server must not stand in this file", "`env` or `file`", found)
            return None
        if not source.name:
            wrong(node, "this is to be a file, or a table as in `sqlite:crm.db?table=accounts`", found)
            return None
        return evolve(source, database=str((self.folder / source.file).absolute()))

    def secret(self, node: Node, found: Findings) -> Secret | None:
        """A reference to a secret: `{ env = "NAME" }` or `{ file = "PATH" }`."""
        if isinstance(node.value, str):
            exposed(node, "a secret must not stand in this file", "`env` or `file`", found)
            return None
        if not node.is_table:
            wrong(node, 'this is to be a reference to a secret: `{ env = "NAME" }` or `{ file = "PATH" }`', found)
            return None
        table = Table(node, "a reference to a secret", found)
        variable, path = table.get("env", text, ""), table.get("file", self.path, None)
        table.close()
        if table.has("env") == table.has("file"):
            found.append(diagnose("C0108", node.key, "a secret is either in the environment (`env`) or in a `file`"))
            return None
        if not variable and path is None:
            return None
        reference = EnvironmentSecret(variable) if path is None else FileSecret(path)
        self.secrets.setdefault(reference, node.span)
        return reference

    def text_or_secret(self, node: Node, found: Findings) -> str | Secret | None:
        """Text that may be seen, or a reference to a secret."""
        return self.secret(node, found) if node.is_table else text(node, found)
