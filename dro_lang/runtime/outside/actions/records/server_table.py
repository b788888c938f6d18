"""Records in a table of a database server: whatever SQLAlchemy has a dialect for."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from dro_lang.runtime.configuration.secret import Secret, SecretMissing, hidden
from dro_lang.runtime.outside.actions.records.store import RECORD_BUSY, RECORD_FAILED, Cell, missing, not_one
from dro_lang.runtime.outside.failures import SECRET_MISSING, UNREACHABLE, Failure

if TYPE_CHECKING:
    import sqlalchemy

T = TypeVar("T")

_WORTH_ANOTHER_TRY = ("08", "40", "53", "55P03", "57")
"""Classes of SQLSTATE: the connection broke, the transaction collided, the server is full, a lock, it shuts down."""


@frozen
class ServerTable:
    """`address` is a URL of SQLAlchemy, `postgresql+psycopg://user:password@host/database`. It is read anew each time,
    and so is what columns the table has. `table` may begin with its schema: `sales.accounts`."""

    address: Secret
    table: str
    key: str

    def columns(self) -> tuple[str, ...] | Failure:
        return self._with_table(lambda connection, table: tuple(table.columns.keys()))

    def update(self, id: str, values: Mapping[str, Cell]) -> Failure | None:
        import sqlalchemy

        def updated(connection: "sqlalchemy.Connection", table: "sqlalchemy.Table") -> Failure | None:
            unfit = missing(tuple(table.columns.keys()), values, self.key)
            if unfit is not None:
                return unfit
            settings = {name: _as(value, table.columns[name]) for name, value in values.items()}
            key = table.columns[self.key]
            changed = connection.execute(sqlalchemy.update(table).where(key == _as(id, key)).values(settings)).rowcount
            unfit = not_one(changed)
            if unfit is None:
                connection.commit()
            return unfit

        return self._with_table(updated)

    def _with_table(self, asked: Callable[["sqlalchemy.Connection", "sqlalchemy.Table"], T | Failure]) -> T | Failure:
        import sqlalchemy

        try:
            url = sqlalchemy.make_url(self.address.reveal())
            # Without a pool: who rests for weeks between two updates holds no connection.
            engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        except SecretMissing as error:
            return Failure(SECRET_MISSING, str(error))
        except ImportError as error:
            return Failure(RECORD_FAILED, f"the driver of the database is not installed: pip install {error.name}")
        except sqlalchemy.exc.ArgumentError:
            return Failure(RECORD_FAILED, "the address of the database is not `dialect+driver://user@host/database`")
        try:
            connection = engine.connect()
        except sqlalchemy.exc.SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or type(error).__name__).split("\n", 1)[0]
            return Failure(UNREACHABLE, hidden(f"no connection to the database: {said}", {url.password or ""}))
        with connection:
            try:
                schema, _, name = self.table.rpartition(".")
                table = sqlalchemy.Table(
                    name, sqlalchemy.MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False
                )
                return asked(connection, table)
            except sqlalchemy.exc.NoSuchTableError:
                return Failure(RECORD_FAILED, f"the database has no table `{self.table}`")
            except sqlalchemy.exc.SQLAlchemyError as error:
                return _failed(error)


def _as(value: Cell, column: "sqlalchemy.Column[object]") -> object:
    """A value as the database makes it of the type of its column: a date or an amount is written as text here."""
    import sqlalchemy

    if not isinstance(value, str) or isinstance(column.type, sqlalchemy.String):
        return sqlalchemy.literal(value)
    return sqlalchemy.cast(sqlalchemy.literal(value, sqlalchemy.String()), column.type)


def _failed(error: Exception) -> Failure:
    # Not what the database says: that may show values of other records.
    orig = getattr(error, "orig", None)
    state = str(getattr(orig, "sqlstate", None) or "")
    reason = " ".join(part for part in (type(orig or error).__name__, state) if part)
    return Failure(
        RECORD_BUSY if state.startswith(_WORTH_ANOTHER_TRY) else RECORD_FAILED,
        f"the database does not do it: {reason}",
    )
