"""`drolang serve`: the plans of a store, with an API, the summary for other pages, and pages of their own."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dro_lang import __version__
from dro_lang.cli.carrying_out import lacks
from dro_lang.cli.configuration import configuration_of, configuration_options, configuration_path
from dro_lang.cli.output import Exit, Misuse, Problem, color_option, say
from dro_lang.cli.server_options import needs
from dro_lang.cli.sources import SOURCE_PATH, program_of
from dro_lang.cli.stores import STORE, store_option, told
from dro_lang.program.model import Program

if TYPE_CHECKING:
    from dro_lang.server.services import Services

FIRST = "admin"
"""The user that is there from the first start on."""


@click.command("serve", short_help="Carry plans out, and serve them over HTTP.")
@click.argument("files", metavar="[PLAN]...", nargs=-1, type=SOURCE_PATH)
@store_option("The store, made where it is not there.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8020, show_default=True, help="0 takes a free one.")
@click.option(
    "--url", metavar="URL", help="Where browsers reach it, if that is another address: https://plans.example."
)
@click.option("--origin", "origins", multiple=True, metavar="URL", help="A site whose pages may read with a token.")
@click.option("--frame-ancestor", "ancestors", multiple=True, metavar="URL", help="A site that may frame the summary.")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False), help="TLS: a certificate, in PEM.")
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="TLS: its key.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A proxy that tells the client's address.")
@click.option("--log", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to log.")
@click.option("--traces", is_flag=True, help="Send traces by OpenTelemetry, as the OTEL_ variables say.")
@configuration_options
@color_option
def command(
    files: tuple[Path, ...],
    store: Path | None,
    host: str,
    port: int,
    url: str | None,
    origins: tuple[str, ...],
    ancestors: tuple[str, ...],
    certificate: str | None,
    key: str | None,
    proxies: tuple[str, ...],
    log: str,
    traces: bool,
    config: Path | None,
    env: str | None,
    color: str,
) -> Exit:
    """Carry out the plans of a store, and serve them: an API, an element that shows a record's plan on any page, and
    pages for operators.

    The PLANs are deployed first: from then on, records of their objects get them. It listens to this machine alone,
    unless --host says otherwise; then it takes TLS, its own or that of a proxy, and a user. The first start prints a
    link that signs you in; `drolang user link admin` makes another one.

    \b
    Examples:
      drolang serve plan.dro
      drolang serve plan.dro --store plans.db --origin https://crm.example
    """
    needs("serve", "fastapi", "uvicorn", "jinja2")
    if traces:
        needs("traces", "opentelemetry")
    from dro_lang.server.process import Transport, bind, is_loopback, url_of
    from dro_lang.server.settings import Settings
    from dro_lang.server.web import log as logging

    if (certificate is None) != (key is None):
        raise Misuse("--certificate and --key belong together")
    if not is_loopback(host) and certificate is None and not (url or "").startswith("https://"):
        raise Misuse(
            f"`{host}` is reached from other machines, so it takes TLS: give --certificate and --key, or the https "
            "address of the proxy before it with --url"
        )
    configuration = configuration_of(configuration_path(config, Path.cwd()), env, color)
    if isinstance(configuration, Exit):
        return configuration
    programs: list[tuple[Program, str]] = []
    for file in files:
        program = program_of(file, color)
        if isinstance(program, Exit):
            return program
        programs.append((program, file.read_text(encoding="utf-8")))
    if lacks(configuration, [program for program, _ in programs], color):
        raise Problem("the configuration lacks what the plans need")
    logging.set_up(json=log == "json")
    path = store or configuration.store or STORE
    with told(), ExitStack() as stack:
        try:
            listener = stack.enter_context(bind(host, port))
        except OSError as error:
            raise Problem(f"cannot listen at {host}, port {port}: {error.strerror or error}") from None
        settings = Settings(
            url=(url or url_of(listener, certificate is not None)).rstrip("/"),
            origins=frozenset(map(_site, origins)),
            ancestors=frozenset(map(_site, ancestors)),
        )
        from dro_lang.runtime.embedded.service import Service
        from dro_lang.server.app import application
        from dro_lang.server.process import run
        from dro_lang.server.services import Services

        service = stack.enter_context(Service(path, "drolang serve", configuration, create=True))
        services = Services.over(settings, path, service.engine, configuration, service.resources.secrets)
        stack.callback(services.close)
        for program, source in programs:
            services.current.make_current(program, service.engine.deploy(program, source))
        link = _first_link(services, is_loopback(host))

        def ready() -> None:
            if link is not None:
                say(f"sign in as {FIRST} within a quarter of an hour: {link}")
            say(f"serving {path} at {settings.url} as process {os.getpid()}; Ctrl-C stops")

        app = application(services)
        if traces:
            from dro_lang.server.web.traces import Traced, export_by_otlp

            app.add_middleware(Traced, tracer=export_by_otlp(__version__))
        fine = run(app, services, listener, Transport(certificate, key, proxies), ready)
    return Exit.OK if fine else Exit.PROBLEMS


def _site(text: str) -> str:
    """An origin as browsers send it. Raises Misuse."""
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise Misuse(f"`{text}` is no site: write it as https://crm.example")
    return f"{parts.scheme}://{parts.netloc}"


def _first_link(services: "Services", local: bool) -> str | None:
    """On the first start, a link that signs the first user in. Raises Misuse where others could reach the server."""
    from dro_lang.server.rights.local import sign_in_url
    from dro_lang.server.rights.permissions import EVERY, PermissionSet

    if services.accounts.users():
        return None
    if not local:
        raise Misuse("there is no user yet: add one with `drolang user add NAME` before others can reach the server")
    services.accounts.add(FIRST, list(PermissionSet), EVERY, EVERY)
    return sign_in_url(services.settings.url, services.accounts.new_link(FIRST))
