"""What carries out the actions that a program's steps name."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Action, Program, StepKind
from dro_lang.runtime.configuration.model import Configuration, Use
from dro_lang.runtime.outside.actions.calling import DEFAULT_TIMEOUT, Bound
from dro_lang.runtime.outside.actions.channels import Notify
from dro_lang.runtime.outside.actions.declared import Declared, Unusable, in_entry_points, in_modules
from dro_lang.runtime.outside.actions.mail import send as email
from dro_lang.runtime.outside.actions.mail.templates import Templates
from dro_lang.runtime.outside.actions.records import update as record
from dro_lang.runtime.outside.actions.records.store import Store
from dro_lang.runtime.outside.actions.records.targets import store_of
from dro_lang.runtime.outside.actions.requests import HttpRequest
from dro_lang.runtime.outside.actions.signature import call_parameter, mismatches
from dro_lang.runtime.outside.actions.text_messages import SendSms
from dro_lang.runtime.outside.web.server import Servers

Function = Callable[..., Any]


@frozen
class Declarations:
    """The callables that code declares, by the names of their actions; `findings` is what is wrong among them."""

    by_name: Mapping[str, Declared]
    findings: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, configuration: Configuration) -> "Declarations":
        """Import the modules of a configuration, and what installed packages offer."""
        by_name: dict[str, Declared] = {}
        found: list[Diagnostic] = []
        place = configuration.place("modules")
        for each in (*in_modules(configuration.modules, configuration.folder), *in_entry_points()):
            if isinstance(each, Unusable):
                what = f"the module `{each.name}` cannot be imported: {each.reason}"
                found.append(diagnose("C0204", place, what, help="modules are looked for beside this file, too"))
            elif by_name.setdefault(each.name, each).function is not each.function:
                other = by_name[each.name].origin
                what = f"both `{other}` and `{each.origin}` are to carry out `{each.name}`"
                found.append(diagnose("C0203", place, what))
        return cls(by_name, tuple(found))


@frozen
class Binder:
    """Finds what carries out an action: code that declares it, a ready-made one that is configured for it, or the
    standard library's own."""

    configuration: Configuration
    declarations: Declarations
    servers: Servers
    stores: Mapping[str, Store] = field(init=False)

    @stores.default
    def _stores(self) -> Mapping[str, Store]:
        return {name: store_of(target) for name, target in self.configuration.records.items()}

    def bind(self, action: Action, program: Program, found: list[Diagnostic]) -> Bound | None:
        """What carries out an action; None where nothing does, which is added to what was found."""
        settings = self.configuration.actions.get(action.name)
        declared = self.declarations.by_name.get(action.name)
        place = self.configuration.place("actions", action.name)
        use = None if settings is None else settings.use
        if declared is not None and use is not None:
            what = f"`{action.name}` is carried out by `{declared.origin}`, and by `use` as well"
            found.append(diagnose("C0203", place, what, help="take one of the two away"))
            return None
        problem: str | None = None
        function: Function | None = None
        if declared is not None:
            function = declared.function
            told = mismatches(function, action, program)
            problem = "; ".join(told) if told else None
            origin = declared.origin
        elif use is not None and settings is not None:
            function, problem = self._used(use, settings.target, action, program, found)
            origin = f"{use.value}"
        else:
            function = self._standard(action, found)
            told = () if function is None else mismatches(function, action, program)
            problem = "; ".join(told) if told else None
            origin = "the standard library's own"
        if problem is not None:
            what = f"`{origin}` does not fit the action `{action.name}`: {problem}"
            found.append(diagnose("C0202", place, what))
        if function is None or problem is not None:
            return None
        timeout = (settings and settings.timeout) or (declared and declared.timeout) or DEFAULT_TIMEOUT
        local = declared is not None and declared.local
        return Bound(action, function, timeout, call_parameter(function), local)

    def _used(
        self, use: Use, target: str | None, action: Action, program: Program, found: list[Diagnostic]
    ) -> tuple[Function | None, str | None]:
        place = self.configuration.place("actions", action.name)
        if use is Use.EMAIL:
            problem = email.unfit(action)
            return (None if problem else self._email(action, found)), problem
        store = self.stores.get(target or "")
        if store is None:
            near = get_close_matches(target or "", self.stores, 1)
            help = f"did you mean `{near[0]}`?" if near else f"add `[records.{target}]`"
            found.append(diagnose("C0209", place, f"there are no records `{target}`", help=help))
            return None, None
        return record.RecordAction(store, action, program), record.unfit(action)

    def _standard(self, action: Action, found: list[Diagnostic]) -> Function | None:
        configuration = self.configuration
        made: Mapping[str, Callable[[], Function | None]] = {
            "SendEmail": lambda: self._email(action, found),
            "SendSms": lambda: (
                None if configuration.text_gateway is None else SendSms(configuration.text_gateway, self.servers)
            ),
            "Notify": lambda: Notify(configuration.channels, self.servers) if configuration.channels else None,
            "HttpRequest": lambda: (
                HttpRequest(configuration.endpoints, self.servers) if configuration.endpoints else None
            ),
            "SetField": lambda: record.SetField(self.stores) if self.stores else None,
        }
        known = len(found)
        function = made[action.name]() if action.name in made else None
        # A module that cannot be imported may have held it: one mistake gives one error.
        if function is None and len(found) == known and (action.name in made or not self.declarations.findings):
            found.append(self._unbound(action, _SECTIONS.get(action.name)))
        return function

    def _email(self, action: Action, found: list[Diagnostic]) -> Function | None:
        mail = self.configuration.mail
        if mail is None:
            found.append(self._unbound(action, "[mail]"))
            return None
        if mail.templates is None:
            what = f"`{action.name}` sends e-mail from templates, and `mail` names no folder of them"
            found.append(diagnose("C0104", self.configuration.place("mail"), what, help="set `templates`"))
            return None
        gives_id = any(definition.name == "message_id" for definition in action.gives)
        return email.EmailAction(mail, Templates(mail.templates), gives_id)

    def _unbound(self, action: Action, section: str | None) -> Diagnostic:
        near = get_close_matches(action.name, self.declarations.by_name, 1)
        code = f'declare a function with `@action("{action.name}")` in one of `modules`'
        if section is not None:
            help = f"add `{section}`, or {code}"
        elif near:
            origin = self.declarations.by_name[near[0]].origin
            help = f"is `{near[0]}` meant, which `{origin}` carries out? else {code}"
        else:
            help = code
        what = f"nothing carries out the action `{action.name}`"
        return diagnose("C0201", self.configuration.place("actions", action.name), what, help=help)


_SECTIONS = {
    "SendSms": "[sms]",
    "Notify": "[channels.NAME]",
    "HttpRequest": "[endpoints.NAME]",
    "SetField": "[records.NAME]",
}


def targets(program: Program, kind: StepKind) -> Iterator[str]:
    """The actions, or integrations, that steps name; each once."""
    steps = (step for group in program.groups.values() for step in group.steps if step.kind is kind)
    yield from dict.fromkeys(step.target for step in steps if step.target is not None)
