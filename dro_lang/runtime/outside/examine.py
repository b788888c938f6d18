"""Whether a configuration has all that plans need of the outside: found before anything runs."""

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.model import Action, AttributeDefinition, Integration, Program, Step, StepKind, ToQueue
from dro_lang.records.problems import InputError
from dro_lang.records.streams import check_readable
from dro_lang.records.tables.address import Table
from dro_lang.runtime.configuration.model import Configuration, IntegrationSettings, Use
from dro_lang.runtime.configuration.secret import SecretMissing
from dro_lang.runtime.outside.actions.mail.names import names_of
from dro_lang.runtime.outside.actions.mail.templates import Templates
from dro_lang.runtime.outside.actions.records.store import Store
from dro_lang.runtime.outside.bindings import Binder, targets
from dro_lang.runtime.outside.callbacks.signature import PREFIX, key_of
from dro_lang.runtime.outside.callouts.request import PLACEHOLDER
from dro_lang.runtime.outside.configured import Resources
from dro_lang.runtime.outside.failures import Failure


def missing_libraries(configuration: Configuration) -> tuple[str, ...]:
    """The libraries of the extra `engine` that a configuration needs and that are not installed."""
    webhooks = any(channel.webhook is not None for channel in configuration.channels.values())
    http = configuration.integrations or configuration.endpoints or configuration.text_gateway or webhooks
    servers = any(target.server is not None for target in configuration.records.values())
    wanted = {"httpx": bool(http), "jinja2": configuration.mail is not None, "sqlalchemy": servers}
    return tuple(name for name, needed in wanted.items() if needed and find_spec(name) is None)


def findings_of(programs: Sequence[Program], resources: Resources, secrets: bool = True) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a configuration for some programs: with its secrets, unless they are left out, and
    with what it names that none of the programs has."""
    configuration = resources.configuration
    found = [*resources.declarations.findings, *_unusable_files(configuration)]
    if secrets:
        found += _unreadable_secrets(configuration)
        found += _unfit_secrets(configuration)
    binder = resources.binder()
    for program in programs:
        found += _of_program(program, binder)
    if programs:
        found += _unknown_names(programs, configuration)
    return tuple(dict.fromkeys(found))


def _unusable_files(configuration: Configuration) -> Iterator[Diagnostic]:
    """Files that are named and cannot be used, whichever plans there are."""
    named = [(("integrations", name), each.endpoint) for name, each in configuration.integrations.items()]
    named += [(("endpoints", name), endpoint) for name, endpoint in configuration.endpoints.items()]
    if configuration.text_gateway is not None:
        named.append((("sms", "authorities"), configuration.text_gateway.endpoint))
    for path, endpoint in named:
        try:
            ssl.create_default_context(cafile=endpoint.authorities)
        except OSError as error:  # of which SSLError is one
            reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else str(error.strerror).lower()
            what = f"`authorities` is no file of certificates: {reason}"
            yield diagnose("C0103", configuration.place(*path), what)
    mail = configuration.mail
    if mail is not None and mail.templates is not None and not mail.templates.is_dir():
        yield diagnose("C0103", configuration.place("mail", "templates"), "`templates` is no folder that is there")
    for name, settings in configuration.objects.items():
        for key, source in (("records", settings.records), ("items", settings.items)):
            try:
                if isinstance(source, Path | Table):
                    check_readable(source)
            except InputError as error:
                yield diagnose("C0103", configuration.place("objects", name, key), error.message, help=error.help)


def _unreadable_secrets(configuration: Configuration) -> Iterator[Diagnostic]:
    for secret, span in configuration.secrets.items():
        try:
            secret.reveal()
        except SecretMissing as error:
            yield diagnose("C0107", span, str(error))


def _unfit_secrets(configuration: Configuration) -> Iterator[Diagnostic]:
    """Secrets of callbacks have a form: one that lacks it would verify nothing."""
    for name, settings in configuration.integrations.items():
        for secret in settings.callback_secrets:
            with suppress(SecretMissing):
                if key_of(secret.reveal()) is None:
                    what = f"this secret of `{name}` is none for callbacks: `{PREFIX}`, then 24 to 64 bytes in base64"
                    yield diagnose("C0107", configuration.secrets[secret], what)


def _of_program(program: Program, binder: Binder) -> Iterator[Diagnostic]:
    configuration = binder.configuration
    for name in targets(program, StepKind.AUTO):
        found: list[Diagnostic] = []
        bound = binder.bind(program.actions[name], program, found)
        yield from found
        settings = configuration.actions.get(name)
        if bound is not None and settings is not None and settings.use is Use.RECORD:
            yield from _columns(binder.stores[settings.target or ""], program.actions[name], configuration)
    for name in targets(program, StepKind.CALLOUT):
        yield from _integration(program.integrations[name], configuration)
    yield from _queues(program, configuration)
    yield from _templates(program, configuration)


def _columns(store: Store, action: Action, configuration: Configuration) -> Iterator[Diagnostic]:
    place = configuration.place("actions", action.name)
    columns = store.columns()
    if isinstance(columns, Failure):
        yield diagnose("C0209", place, f"`{action.name}` cannot update records: {columns.detail}")
        return
    for definition in action.takes:
        if columns and definition.name != "id" and definition.name not in columns:
            what = f"`{action.name}` sets `{definition.name}`, and there is no such column"
            yield diagnose("C0209", place, what, help=f"columns: {', '.join(f'`{name}`' for name in columns)}")


def _integration(integration: Integration, configuration: Configuration) -> Iterator[Diagnostic]:
    name = integration.name
    settings = configuration.integrations.get(name)
    place = configuration.place("integrations", name)
    if settings is None:
        near = get_close_matches(name, configuration.integrations, 1)
        help = f"is `{near[0]}` meant?" if near else f"add `[integrations.{name}]` with its `url`"
        yield diagnose("C0205", place, f"the integration `{name}` has no endpoint", help=help)
        return
    if integration.asynchronous and not settings.callback_secrets:
        what = f"`{name}` answers by callbacks, and nothing tells a true one from a forged one"
        yield diagnose("C0208", place, what, help='set `callback_secrets = [{ env = "NAME" }]`')
    takes = {definition.name: definition for definition in integration.takes}
    for argument in PLACEHOLDER.findall(settings.endpoint.url):
        if argument not in takes:
            what = f"the address of `{name}` has a place for `{argument}`, which it does not take"
            yield diagnose("C0209", place, what, help=_known("it takes", takes))
        elif takes[argument].optional:
            yield diagnose("C0209", place, f"`{argument}` stands in the address of `{name}`, and may be unknown")
    yield from _fields(settings, "arguments", settings.arguments, takes, name, configuration)
    gives = {definition.name: definition for definition in integration.gives}
    yield from _fields(settings, "results", settings.results, gives, name, configuration)


def _fields(
    settings: IntegrationSettings,
    key: str,
    named: Mapping[str, str],
    known: Mapping[str, AttributeDefinition],
    integration: str,
    configuration: Configuration,
) -> Iterator[Diagnostic]:
    for name in named:
        if name not in known:
            what = f"`{key}` of `{integration}` names `{name}`, which is none of them"
            place = configuration.place("integrations", integration)
            yield diagnose("C0209", place, what, help=_known("there is", known))


def _known(say: str, names: Iterable[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"{say} {listed or 'none'}"


def _queues(program: Program, configuration: Configuration) -> Iterator[Diagnostic]:
    """Where a task goes to one of a queue's members, there must be some."""
    steps = (step for group in program.groups.values() for step in group.steps)
    assignments = [step.assignment for step in steps if step.kind is StepKind.MANUAL]
    for routing in program.routings.values():
        assignments += [*(route.assignment for route in routing.routes), routing.otherwise]
    allocated = (each.queue for each in assignments if isinstance(each, ToQueue) and each.allocation is not None)
    for name in dict.fromkeys(allocated):
        if not configuration.queues.get(name):
            near = get_close_matches(name, configuration.queues, 1)
            help = f"is `{near[0]}` meant?" if near and name not in configuration.queues else None
            what = f"the queue `{name}` has no members, and tasks are given to them in turn"
            help = help or f'name them: `{name} = ["ann@example.com"]` in `[queues]`'
            yield diagnose("C0206", configuration.place("queues", name), what, help=help)


def _templates(program: Program, configuration: Configuration) -> Iterator[Diagnostic]:
    """The templates that steps name, as far as their names are known beforehand."""
    mail = configuration.mail
    if mail is None or mail.templates is None or not mail.templates.is_dir() or find_spec("jinja2") is None:
        return
    templates = Templates(mail.templates)
    for step in (step for group in program.groups.values() for step in group.steps):
        if step.kind is StepKind.AUTO and _sends(step, configuration):
            given = {argument.name: argument.value for argument in step.arguments}
            named = given.get("template")
            if isinstance(named, Constant):
                problem = templates.problem(str(named.value), "subject" in given)
                if problem is not None:
                    yield diagnose("C0207", configuration.place("mail", "templates"), problem)
                    continue
                action = program.actions[step.target or ""]
                takes = [definition.name for definition in action.takes]
                for name, span in names_of(templates, str(named.value)):
                    if name not in takes:
                        near = get_close_matches(name, takes, 1)
                        help = f"did you mean `{near[0]}`?" if near else _known("it takes", takes)
                        what = f"the template uses `{name}`, which `{action.name}` does not take"
                        yield diagnose("C0207", span, what, help=help)


def _sends(step: Step, configuration: Configuration) -> bool:
    settings = configuration.actions.get(step.target or "")
    return step.target == "SendEmail" if settings is None or settings.use is None else settings.use is Use.EMAIL


def _unknown_names(programs: Sequence[Program], configuration: Configuration) -> Iterator[Diagnostic]:
    sections: Sequence[tuple[str, Iterable[str], str, set[str]]] = (
        ("actions", configuration.actions, "action", {name for each in programs for name in each.actions}),
        (
            "integrations",
            configuration.integrations,
            "integration",
            {name for each in programs for name in each.integrations},
        ),
        ("queues", configuration.queues, "queue", {name for each in programs for name in each.queues}),
    )
    for section, names, word, known in sections:
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                help = f"did you mean `{near[0]}`?" if near else None
                what = f"no plan that was looked at has the {word} `{name}`"
                yield diagnose("W4001", configuration.place(section, name), what, help=help)
