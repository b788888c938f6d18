"""Modules: a file, the files that it imports, and which declaration each name stands for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeVar

from attrs import define, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, diagnose, has_errors
from dro_lang.semantics.standard import standard_modules
from dro_lang.source import Source, Span
from dro_lang.syntax import ast
from dro_lang.syntax.parser import ParseResult, parse

Load = Callable[[str], Source | None]
"""The source of a module by its dotted path, or None where there is none. Raises OSError and UnicodeDecodeError."""

Parse = Callable[[Source], ParseResult]
"""The tree of a source; one that remembers it, where sources are parsed for several worlds."""

BUILT_IN_TYPES = ("Id", "Text", "Boolean", "Integer", "Decimal", "Date", "DateTime", "Duration", "Money")

SALES_USAGE_TYPES = frozenset(
    {
        "Billing",
        "Fulfillment",
        "IntegrationOrchestrator",
        "InsuranceRuleAction",
        "OrderFulfillment",
        "StageManagement",
    }
)
"""DRO's predefined usage types, save Generic (PlanUsageType of its API)."""

NAMED = (
    ast.UsageType,
    ast.Enum,
    ast.Record,
    ast.Context,
    ast.Mapping,
    ast.Queue,
    ast.Calendar,
    ast.Action,
    ast.Integration,
    ast.Routing,
    ast.Plan,
    ast.Group,
)

KIND_WORDS: Mapping[type, str] = {
    ast.UsageType: "usage type",
    ast.Enum: "enum",
    ast.Record: "record",
    ast.Context: "context",
    ast.Mapping: "mapping",
    ast.Queue: "queue",
    ast.Calendar: "calendar",
    ast.Action: "action",
    ast.Integration: "integration",
    ast.Routing: "routing",
    ast.Plan: "plan",
    ast.Group: "group",
}

D = TypeVar("D", bound=ast.NamedDeclaration)


@frozen(eq=False)
class Module:
    """One parsed file. `broken` names declarations that the text has but the tree lacks, whole or in part."""

    path: str
    source: Source
    tree: ast.File
    broken: frozenset[str] = frozenset()

    hides_names: bool = False
    """Whether the text may declare or import names that the tree lacks and that are not known."""


@frozen(eq=False)
class Symbol:
    """What a name stands for in a module. Without a declaration: something that is broken and has been reported."""

    module: Module
    declaration: ast.NamedDeclaration | None


@define(eq=False)
class World:
    """A module and all that it imports, directly or through others; or several modules (`gather_all`), of which the
    last is called the entry. `modules` is in order of dependence, the entry last; `names` says for each module which
    names it sees."""

    entry: Module
    modules: dict[str, Module] = field(factory=dict)
    names: dict[str, dict[str, Symbol]] = field(factory=dict)
    imported: dict[str, dict[str, ast.Name | ast.Path]] = field(factory=dict)
    """For each module, where each imported name was brought in."""

    is_whole: bool = True
    """Whether all modules could be read and their names bound, without an error."""

    _reachable: dict[str, tuple[Module, ...]] = field(factory=dict, init=False)

    def reachable(self, module: Module) -> tuple[Module, ...]:
        """A module and all that it imports, directly or through others, in order of dependence, itself last."""
        if module.path not in self._reachable:
            seen, found = {module.path}, []
            levels = [(module, iter(module.tree.imports))]
            while levels:
                here, imports = levels[-1]
                path = next((each.path.dotted for each in imports if each.path.dotted not in seen), None)
                if path is None:
                    found.append(here)
                    levels.pop()
                elif path in self.modules:
                    seen.add(path)
                    levels.append((self.modules[path], iter(self.modules[path].tree.imports)))
            self._reachable[module.path] = tuple(found)
        return self._reachable[module.path]

    def seen_from(self, module: Module) -> "World":
        """The world of a module of this one."""
        modules = {each.path: each for each in self.reachable(module)}
        names = {path: self.names[path] for path in modules}
        imported = {path: self.imported[path] for path in modules}
        return World(module, modules, names, imported, self.is_whole)

    def find(self, module: Module, name: ast.Name, kind: type[D], report: list[Diagnostic]) -> D | None:
        """The declaration that a name stands for in a module, if it is of that kind.

        Otherwise None and, unless the cause has been reported elsewhere, E0101 (unknown) or E0107 (of another kind).
        """
        symbol = self.names[module.path].get(name.text)
        if symbol is None and module.hides_names:
            return None
        if symbol is None:
            report.append(self._unknown(module, name, kind))
            return None
        declaration = symbol.declaration
        if declaration is None or isinstance(declaration, kind):
            return declaration
        if name.text in symbol.module.broken:
            return None
        is_a = KIND_WORDS[type(declaration)]
        report.append(
            diagnose(
                "E0107",
                name.span,
                f"`{name.text}` is {article(is_a)}, not {article(KIND_WORDS[kind])}",
                (declaration.name.span, f"declared here as {article(is_a)}"),
                help=_did_you_mean(name.text, self.visible(module, kind)),
            )
        )
        return None

    def visible(self, module: Module, kind: type) -> list[str]:
        """The names of a kind that a module sees."""
        return [name for name, symbol in self.names[module.path].items() if isinstance(symbol.declaration, kind)]

    def module_of(self, declaration: ast.Declaration) -> Module:
        """The module in which a declaration stands."""
        return next(module for module in self.modules.values() if module.source is declaration.span.source)

    def declarations(self, kind: type[D]) -> Iterator[tuple[Module, D]]:
        """Every declaration of a kind in all modules."""
        for module in self.modules.values():
            for declaration in module.tree.declarations:
                if isinstance(declaration, kind):
                    yield module, declaration

    def _unknown(self, module: Module, name: ast.Name, kind: type[D]) -> Diagnostic:
        if kind is ast.UsageType and name.text in SALES_USAGE_TYPES:
            return self._sales_usage(module, name)
        message = f"there is no {KIND_WORDS[kind]} `{name.text}`"
        missing = self.missing_import(module, name.text, kind)
        if missing is None:
            help = _did_you_mean(name.text, self.visible(module, kind))
            return diagnose("E0101", name.span, message, help=help)
        return diagnose("E0101", name.span, message, help=missing.title, fixes=(missing,))

    def _sales_usage(self, module: Module, name: ast.Name) -> Diagnostic:
        """DRO's own usage types are known words for what cannot run here: the mistake is the type, not the name."""
        others = [
            (node.usage.span, f"{owner} has usage type `{node.usage.text}`")
            for declaration in module.tree.declarations
            for node, owner in _usages(declaration)
            if isinstance(self.names[module.path].get(node.usage.text, Symbol(module, None)).declaration, ast.UsageType)
        ]
        return diagnose(
            "E0401",
            name.span,
            f"usage type `{name.text}` is for Salesforce's own transactions and differs from what this file uses",
            *others[:1],
            help="write `Generic`, the usage type of all other objects, or declare a `usage` of your own",
        )

    def missing_import(self, module: Module, name: str, kind: type[D]) -> Fix | None:
        """The import of a name that a module has not imported: from a module that has been loaded, or else from the
        standard library."""
        loaded = {each.path: each.tree for each in self.modules.values() if each is not module}
        for path, tree in (*loaded.items(), *standard_modules().items()):
            if any(isinstance(each, kind) and each.name.text == name for each in tree.declarations):
                return Fix(f"write `import {path} {{ {name} }}`", (_import_edit(module, path, name),))
        return None


def _import_edit(module: Module, path: str, name: str) -> Edit:
    """Brings a name into scope: beside the names that are imported from its module, else behind the last import."""
    imports = module.tree.imports
    named = [each.names[-1] for each in imports if each.path.dotted == path and each.names]
    if named:
        return _insert(named[0].span, f", {name}")
    statement = f"import {path} {{ {name} }}"
    if imports:
        return _insert(imports[-1].span, f"\n{statement}")
    header = module.tree.header
    return (
        Edit(Span(module.source, 0, 0), f"{statement}\n")
        if header is None
        else _insert(header.span, f"\n\n{statement}")
    )


def _insert(after: Span, text: str) -> Edit:
    return Edit(Span(after.source, after.end, after.end), text)


def _usages(declaration: ast.Declaration) -> Iterator[tuple[ast.Mapping | ast.UsageClause, str]]:
    """Where a mapping or a plan says its usage type, and who says it."""
    if isinstance(declaration, ast.Mapping):
        yield declaration, f"mapping `{declaration.name.text}`"
    elif isinstance(declaration, ast.Plan):
        for clause in declaration.clauses:
            if isinstance(clause, ast.UsageClause):
                yield clause, f"plan `{declaration.name.text}`"


def article(word: str) -> str:
    """The word with its indefinite article."""
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the author is likely to have meant, if there is one."""
    options = list(candidates)
    by_lower = {option.lower(): option for option in options}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    close = get_close_matches(name, options, n=1, cutoff=0.6)
    return close[0] if close else None


def _did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    match = did_you_mean(name, candidates)
    return match and f"did you mean `{match}`?"


def gather(
    source: Source, parsed: ParseResult, path: str, load: Load, parse: Parse = parse
) -> tuple[World, list[Diagnostic]]:
    """Load, through the imports of a parsed file, every module that it needs; then bind their names.

    Reports what the parser found, unknown modules (E0104), files that cannot be read (E0010), cycles (E0105), modules
    whose header names another (E0108), unknown imported names (E0101) and names that clash (E0102, E0103).
    """
    gatherer = _Gatherer(load, parse)
    module = gatherer.module(path, source, parsed)
    return gatherer.world(module, {**gatherer.done, path: module})


def gather_all(sources: Mapping[str, Source], load: Load, parse: Parse) -> tuple[World, list[Diagnostic]]:
    """Load several modules, each by its path, and every module that they need, as `gather` does for one of them."""
    gatherer = _Gatherer(load, parse)
    for path, source in sources.items():
        if path not in gatherer.done:
            gatherer.done[path] = gatherer.module(path, source, parse(source))
    *_, last = gatherer.done.values()
    return gatherer.world(last, gatherer.done)


@define
class _Gatherer:
    load: Load
    parse: Parse
    done: dict[str, Module] = field(factory=dict)
    open: list[str] = field(factory=list)
    report: list[Diagnostic] = field(factory=list)

    def module(self, path: str, source: Source, parsed: ParseResult) -> Module:
        """A module, once all that it imports is loaded; however far imports lead on."""
        first = self.begin(path, source, parsed)
        levels: list[tuple[Module, Iterator[ast.Import], ast.Import | None]] = [(first, iter(first.tree.imports), None)]
        while levels:
            module, imports, importer = levels[-1]
            statement = next(imports, None)
            if statement is not None:
                imported = self.follow(statement)
                if imported is not None:
                    levels.append((imported, iter(imported.tree.imports), statement))
                continue
            levels.pop()
            self.open.pop()
            if importer is not None:
                self.finish(module, importer)
        return first

    def begin(self, path: str, source: Source, parsed: ParseResult) -> Module:
        self.report.extend(parsed.diagnostics)
        self.open.append(path)
        return Module(path, source, parsed.tree, parsed.broken, parsed.hides_names)

    def follow(self, statement: ast.Import) -> Module | None:
        """The module that an import brings, where it has to be looked at first."""
        path = statement.path.dotted
        if path in self.open:
            cycle = [*self.open[self.open.index(path) :], path]
            self.report.append(
                diagnose(
                    "E0105",
                    statement.path.span,
                    f"module `{path}` imports itself" if len(cycle) == 2 else "modules import each other",
                    notes=(" imports ".join(f"`{name}`" for name in cycle),),
                    help="move what both need to a module of its own",
                )
            )
            return None
        source = None if path in self.done else self.read(statement)
        return None if source is None else self.begin(path, source, self.parse(source))

    def finish(self, module: Module, statement: ast.Import) -> None:
        path, header = module.path, module.tree.header
        if header and header.module and header.module.dotted != path:
            self.report.append(
                diagnose(
                    "E0108",
                    header.module.span,
                    f"this file is imported as `{path}` but calls itself `{header.module.dotted}`",
                    (statement.path.span, "imported here"),
                    help=f"write `module {path}`, or move the file",
                )
            )
        self.done[path] = module

    def world(self, entry: Module, modules: dict[str, Module]) -> tuple[World, list[Diagnostic]]:
        world = World(entry, modules)
        for each in modules.values():
            world.names[each.path], world.imported[each.path] = _bind(each, self.done, self.report)
        world.is_whole = not has_errors(self.report)
        return world, self.report

    def read(self, statement: ast.Import) -> Source | None:
        path = statement.path.dotted
        try:
            source = self.load(path)
        except (OSError, UnicodeDecodeError) as error:
            self.report.append(
                diagnose(
                    "E0010",
                    statement.path.span,
                    f"module `{path}` cannot be read: {error}",
                    help="check that the file is there, may be read, and is UTF-8",
                )
            )
            return None
        if source is None:
            file = path.replace(".", "/") + ".dro"
            help = f"a module of this name is looked for in the source root (as `{file}`); check the spelling"
            if path.startswith("std."):
                help = f"the standard library has {', '.join(f'`{each}`' for each in standard_modules())}"
            self.report.append(diagnose("E0104", statement.path.span, f"there is no module `{path}`", help=help))
        return source


def _bind(
    module: Module, modules: Mapping[str, Module], report: list[Diagnostic]
) -> tuple[dict[str, Symbol], dict[str, ast.Name | ast.Path]]:
    """The names that a module sees: its own, then what it imports."""
    names: dict[str, Symbol] = {}
    for declaration in module.tree.declarations:
        if isinstance(declaration, NAMED):
            _declare(module, declaration, names, report)
    for name in _declared_twice(module):
        names[name] = Symbol(module, None)
    for name in module.broken:
        names.setdefault(name, Symbol(module, None))
    origins: dict[str, ast.Name | ast.Path] = {}
    for statement in module.tree.imports:
        source = modules.get(statement.path.dotted)
        own = {} if source is None else _own(source)
        wanted: list[tuple[str, ast.Name | ast.Path]]
        if statement.names is None:
            wanted = [(name, statement.path) for name in own]
        else:
            wanted = [(name.text, name) for name in statement.names]
        for name, place in wanted:
            symbol = own.get(name)
            if symbol is None:
                symbol = Symbol(source or module, None)
                if source is not None:
                    report.append(_not_declared(place.span, name, source, own))
                    # The name that was meant, if it can be told: its uses are right.
                    meant = did_you_mean(name, own)
                    if meant is not None:
                        names.setdefault(meant, symbol)
            _import(name, symbol, place, names, origins, report)
    return names, origins


def _declare(
    module: Module, declaration: ast.NamedDeclaration, names: dict[str, Symbol], report: list[Diagnostic]
) -> None:
    name = declaration.name
    first = names.get(name.text)
    if name.text in BUILT_IN_TYPES:
        report.append(
            diagnose("E0102", name.span, f"`{name.text}` is a type of the language", help="choose another name")
        )
    elif first is not None and first.declaration is not None:
        if name.text in module.broken:
            return
        report.append(
            diagnose(
                "E0102",
                name.span,
                f"`{name.text}` is declared twice",
                (first.declaration.name.span, "first declared here"),
                help="rename one of them",
            )
        )
    else:
        names[name.text] = Symbol(module, declaration)


def _own(module: Module) -> dict[str, Symbol]:
    own: dict[str, Symbol] = {name: Symbol(module, None) for name in module.broken}
    for declaration in reversed(module.tree.declarations):
        if isinstance(declaration, NAMED):
            own[declaration.name.text] = Symbol(module, declaration)
    own.update((name, Symbol(module, None)) for name in _declared_twice(module))
    return dict(reversed(own.items()))


def _declared_twice(module: Module) -> list[str]:
    """Names of several declarations: which of them is meant cannot be told, and uses are not to blame."""
    counts = Counter(each.name.text for each in module.tree.declarations if isinstance(each, NAMED))
    return [name for name, count in counts.items() if count > 1]


def _not_declared(span: Span, name: str, source: Module, own: Mapping[str, Symbol]) -> Diagnostic:
    help = _did_you_mean(name, own) or (f"it declares {', '.join(f'`{other}`' for other in own)}" if own else None)
    return diagnose("E0101", span, f"module `{source.path}` does not declare `{name}`", help=help)


def _import(
    name: str,
    symbol: Symbol,
    place: ast.Name | ast.Path,
    names: dict[str, Symbol],
    origins: dict[str, ast.Name | ast.Path],
    report: list[Diagnostic],
) -> None:
    present = names.get(name)
    if present is None:
        names[name] = symbol
        origins[name] = place
        return
    if name in origins:
        same = present.declaration is symbol.declaration
        message = f"`{name}` is imported twice" if same else f"two imports bring a `{name}`"
        label, help = "first imported here", "keep one of the two imports"
        first = origins[name].span
    elif present.declaration is not None:
        message = f"`{name}` is imported, but this file declares a `{name}` too"
        label, help = "declared here", "rename the declaration, or leave it out of the import"
        first = present.declaration.name.span
    else:
        return
    if present.declaration is not symbol.declaration:
        # Nobody can say which of the two a use means, so uses stay silent.
        names[name] = Symbol(present.module, None)
    report.append(diagnose("E0103", place.span, message, (first, label), help=help))
