"""The store that a command works on, and who works."""

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import fields, frozen

from dro_lang.cli.configuration import configuration_of, configuration_options, configuration_path
from dro_lang.cli.output import Exit, Misuse, Problem, color_option, colored
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.stores import STORE, store_option, told
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.performing import Operations
from dro_lang.runtime.operations.plan_view import PlanView
from dro_lang.runtime.operations.queries import Queries

F = TypeVar("F", bound=Callable[..., Any])


@frozen
class Place:
    """Where plans are kept, as options and the configuration say, and how what is said of them is shown."""

    store: Path | None
    config: Path | None
    env: str | None
    color: str

    @property
    def path(self) -> Path:
        """The file of the store."""
        return self.store or self._configuration().store or STORE

    def _configuration(self) -> Configuration:
        found = configuration_of(configuration_path(self.config, Path.cwd()), self.env, self.color)
        if isinstance(found, Exit):
            raise click.exceptions.Exit(found)
        return found

    @contextmanager
    def queries(self) -> Iterator[Queries]:
        """Look at plans. Raises Problem for what is no store."""
        with told():
            store = SqliteStore.open_to_read(self.path)
            try:
                yield Queries(store)
            finally:
                store.close()

    @contextmanager
    def operations(self, command: str) -> Iterator[Operations]:
        """Work on plans. Raises Problem for what is no store, or where it cannot be done."""
        with told(), Desk(self.path, command, self._configuration().queues) as desk:
            yield Operations(Queries(desk.store), desk, SystemClock())

    def painter(self) -> Painter:
        """For a table on standard output."""
        return Painter(terminal_columns(), colored(sys.stdout, self.color))


def place_options(command: F) -> F:
    """`--store`, `--config`, `--env` and `--color`, given to the command together as `place`."""

    @wraps(command)
    def with_place(**given: Any) -> Any:
        place = Place(*(given.pop(each.name) for each in fields(Place)))
        return command(place=place, **given)

    wrapped: Any = with_place
    for option in (color_option, configuration_options, store_option()):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def user_option(command: F) -> F:
    """`--as USER`, given to the command as `user`: who does it, as the history will say."""
    option = click.option(
        "--as", "user", metavar="USER", help="Who does it.  [default: your login name]", callback=_user
    )
    return option(command)


def _user(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None:
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            raise Misuse("it is not known who you are: say it with --as USER") from None
    if not value.strip():
        raise click.BadParameter("a user has a name")
    return value


def no_such_step(plan_id: str, named: str | None, item: str | None) -> Problem:
    """What is said of a step that a plan does not have."""
    of_item = "" if item is None else f'item "{item}"'
    what = " for ".join(part for part in (named and f"step `{named}`", of_item) if part)
    return Problem(f"plan {plan_id} has no {what}; `drolang plan {plan_id}` shows its steps")


def plan_of(queries: Queries, plan_id: str) -> PlanView:
    """One plan in full. Raises Problem for one that is not there."""
    try:
        return queries.plan(plan_id)
    except KeyError:
        if queries.store.has_plan(plan_id):
            raise Problem(
                f"plan `{plan_id}` was archived: it is in a file that `drolang store compact` wrote"
            ) from None
        begins = plan_id[: max(1, len(plan_id) - 2)]
        near = queries.plans(PlanFilter(search=begins), limit=1).rows if begins else ()
        hint = f"did you mean `{near[0].header.plan_id}`?" if near else "`drolang plans` lists them"
        raise Problem(f"there is no plan `{plan_id}` in the store; {hint}") from None
