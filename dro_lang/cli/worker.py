"""`drolang worker`: the service that carries plans out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dro_lang.cli.carrying_out import lacks, log_to_stderr, stopped_by_signals
from dro_lang.cli.configuration import configuration_of, configuration_options, configuration_path
from dro_lang.cli.output import Exit, Problem, color_option, say
from dro_lang.cli.stores import STORE, store_option, told
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.reception import Reception
from dro_lang.runtime.embedded.service import Service
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.outside.configured import CALLBACK_PATH


def _address(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, int] | None:
    """`HOST:PORT`; port 0 is one that is free."""
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise click.BadParameter(f"`{value}` is not HOST:PORT, such as localhost:8721")
    return host.removeprefix("[").removesuffix("]"), int(port)


@click.command("worker", short_help="Carry plans out, as a service.")
@store_option()
@click.option("--create", is_flag=True, help="Make the store where it is not there.")
@click.option("--until-idle", is_flag=True, help="Stop when nothing is due and nothing under way.")
@click.option("--listen", metavar="HOST:PORT", callback=_address, help="Take callbacks of outside systems there.")
@configuration_options
@color_option
def command(
    store: Path | None,
    create: bool,
    until_idle: bool,
    listen: tuple[str, int] | None,
    config: Path | None,
    env: str | None,
    color: str,
) -> Exit:
    """Carry out the plans of a store: dates that have come, actions, callouts, and what other commands ask for.

    One worker at a time holds a store. What it does is written down before anything is asked of the outside, so that it
    may be killed at any moment: the next one asks again, under the same key, for what was not answered. SIGTERM and
    Ctrl-C end it once what is under way has come back, ten seconds later at most.

    \b
    Examples:
      drolang worker --create --until-idle
      drolang worker --store plans.db --create --until-idle
      drolang worker --create --until-idle --listen localhost:8721
    """
    configuration = configuration_of(configuration_path(config, Path.cwd()), env, color)
    if isinstance(configuration, Exit):
        return configuration
    path = store or configuration.store or STORE
    log_to_stderr()
    with told(), Service(path, "drolang worker", configuration, create) as service:
        programs = [service.store.program(hash) for hash in service.store.programs_in_use()]
        if lacks(configuration, programs, color):
            raise Problem("the configuration lacks what plans in the store need")
        with stopped_by_signals(service.worker), _listening(listen, path, configuration, service.worker):
            say(f"carrying out the plans of {path} as process {os.getpid()}; Ctrl-C stops")
            service.worker.run(until_idle)
    return Exit.OK


@contextmanager
def _listening(
    address: tuple[str, int] | None, path: Path, configuration: Configuration, worker: Worker
) -> Iterator[None]:
    """Take callbacks meanwhile, where that is wanted. Raises Problem where the address cannot be taken."""
    if address is None:
        yield
        return
    try:
        reception = Reception(*address, path, configuration, worker)
    except OSError as error:
        raise Problem(f"no callbacks can be taken at {address[0]}:{address[1]}: {error.strerror or error}") from None
    say(f"taking callbacks at http://{address[0]}:{reception.port}/{CALLBACK_PATH}/")
    try:
        yield
    finally:
        reception.close()
