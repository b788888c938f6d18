"""READ FIRST: a configuration from the text of `drolang.toml`, in one environment.

The file holds what is common to all environments, and below `[env.NAME]` what is otherwise in that one: the settings
of a section, or of one named thing in a section (`[integrations.Erp]`), are taken over key by key.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from attrs import evolve

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from dro_lang.loader import SETTINGS
from dro_lang.runtime.configuration import sections
from dro_lang.runtime.configuration.document import Node, document
from dro_lang.runtime.configuration.model import Callbacks, Configuration
from dro_lang.runtime.configuration.references import References
from dro_lang.runtime.configuration.tables import Table, mapping, module_names, texts, wrong
from dro_lang.runtime.outside.port import Lane
from dro_lang.source import Source, Span

_NAMED = frozenset({"channels", "endpoints", "records", "objects", "actions", "integrations"})
"""The sections that hold tables by name."""


def find(start: Path) -> Path | None:
    """The nearest `drolang.toml` in a folder or above it."""
    folder = start.absolute()
    return next((each / SETTINGS for each in (folder, *folder.parents) if (each / SETTINGS).is_file()), None)


def load(path: Path, environment: str | None = None) -> Configuration | tuple[Diagnostic, ...]:
    """The configuration of a file, or what is wrong with it."""
    try:
        source = Source.read(path)
    except UnicodeDecodeError as error:
        return _unreadable(path, f"this file is not UTF-8: byte {error.start + 1}")
    except OSError as error:
        return _unreadable(path, f"this file cannot be read: {(error.strerror or str(error)).lower()}")
    return read(source, path.absolute().parent, environment)


def _unreadable(path: Path, what: str) -> tuple[Diagnostic, ...]:
    return (diagnose("C0101", Span(Source(str(path), ""), 0, 0), what, help="check that you may read it"),)


def read(source: Source, folder: Path, environment: str | None = None) -> Configuration | tuple[Diagnostic, ...]:
    """The configuration of a text, or what is wrong with it. Paths in it count from the folder."""
    root = document(source)
    if isinstance(root, Diagnostic):
        return (root,)
    found: list[Diagnostic] = []
    configuration = _configuration(_in_environment(root, environment, found), source, folder, environment, found)
    return _masked(found) if has_errors(found) else configuration


def _masked(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings over a text in which asterisks stand for the secrets that were found in it: excerpts show lines."""
    exposed = [diagnostic.span for diagnostic in found if diagnostic.code == "C0106"]
    if not exposed:
        return tuple(found)
    text = exposed[0].source.text
    for span in exposed:
        text = text[: span.start] + "*" * (span.end - span.start) + text[span.end :]
    source = Source(exposed[0].source.name, text)
    return tuple(
        evolve(each, primary=evolve(each.primary, span=evolve(each.primary.span, source=source))) for each in found
    )


def environments_of(path: Path) -> tuple[str, ...]:
    """The environments that a file tells apart; none where it cannot be read."""
    try:
        root = document(Source.read(path))
    except (OSError, UnicodeDecodeError):
        return ()
    return () if isinstance(root, Diagnostic) else _environments(root)


def _environments(root: Node) -> tuple[str, ...]:
    below = root.value.get("env")
    return tuple(below.value) if below is not None and below.is_table else ()


def _in_environment(root: Node, name: str | None, found: list[Diagnostic]) -> Node:
    """The settings in an environment: those common to all, with its own over them."""
    common = {key: node for key, node in root.value.items() if key != "env"}
    below = root.value.get("env")
    if below is not None and not below.is_table:
        wrong(below, "`env` is a table of environments, such as `[env.production]`", found)
    elif name is not None and (below is None or name not in below.value):
        near = get_close_matches(name, _environments(root), 1)
        known = ", ".join(f"`{each}`" for each in _environments(root)) or "none"
        help = f"did you mean `{near[0]}`?" if near else f"environments: {known}"
        span = Span(root.span.source, 0, 0) if below is None else below.key
        found.append(diagnose("C0105", span, f"there is no environment `{name}`", help=help))
    elif name is not None and below is not None:
        own = below.value[name]
        if own.is_table:
            return evolve(root, value=_over(common, own.value, _section))
        wrong(own, f"`env.{name}` is a table, `[env.{name}]`", found)
    return evolve(root, value=common)


Merge = Callable[[str, Node, Node], Node]


def _over(below: Mapping[str, Node], above: Mapping[str, Node], merge: Merge) -> dict[str, Node]:
    """Nodes with others over them; where two tables meet, `merge` says what becomes of them."""
    merged = dict(below)
    for name, node in above.items():
        old = merged.get(name)
        merged[name] = merge(name, old, node) if old is not None and old.is_table and node.is_table else node
    return merged


def _section(name: str, below: Node, above: Node) -> Node:
    return evolve(above, value=_over(below.value, above.value, _thing if name in _NAMED else _replaced))


def _thing(name: str, below: Node, above: Node) -> Node:
    return evolve(above, value=_over(below.value, above.value, _replaced))


def _replaced(name: str, below: Node, above: Node) -> Node:
    return above


def _configuration(
    root: Node, source: Source, folder: Path, environment: str | None, found: list[Diagnostic]
) -> Configuration:
    references = References(folder)
    table = Table(root, "the configuration", found)
    lanes = table.table("lanes")
    mail, gateway, callbacks = table.table("mail"), table.table("sms"), table.table("callbacks")
    sign_in = table.table("sign_in")
    made = Configuration(
        source=source,
        folder=folder,
        environment=environment,
        store=table.get("store", references.path, None),
        modules=table.get("modules", module_names, ()),
        queues=table.get("queues", mapping(texts), {}),
        mail=None if mail is None else sections.mail(mail, references),
        text_gateway=None if gateway is None else sections.text_gateway(gateway, references),
        channels={name: sections.channel(each, references) for name, each in table.tables("channels").items()},
        endpoints={name: sections.server(each, references) for name, each in table.tables("endpoints").items()},
        records={name: sections.record_target(each, references) for name, each in table.tables("records").items()},
        objects={name: sections.object_records(each, references) for name, each in table.tables("objects").items()},
        actions={name: sections.action(each) for name, each in table.tables("actions").items()},
        action_lane=Lane() if lanes is None else sections.lanes(lanes),
        integrations={
            name: sections.integration(each, references) for name, each in table.tables("integrations").items()
        },
        callbacks=Callbacks() if callbacks is None else sections.callbacks(callbacks),
        sign_in=None if sign_in is None else sections.sign_in(sign_in, references),
        secrets=references.secrets,
        places=dict(_places(root)),
    )
    table.close()
    return made


def _places(root: Node) -> Iterator[tuple[tuple[str, ...], Span]]:
    """The places of sections and of what is named in them."""
    for name, node in root.value.items():
        yield (name,), node.key
        if node.is_table:
            for below, each in node.value.items():
                yield (name, below), each.key
