"""Results of steps: who may read them, and whether they are known there.

A step may read the results of a step that it waits for, directly or through others. A result is known if every way
there needs the completion of that step; otherwise the step may have been skipped, or have expired, and its results are
optional. So are those of a step that freezing completes, which nobody has given then.
"""

from attrs import define

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.steps import clause, is_per_item, step_named
from dro_lang.semantics.lower.waiting import Place, Waiting
from dro_lang.semantics.modules import article
from dro_lang.semantics.typing.shapes import Info
from dro_lang.semantics.typing.words import unknown
from dro_lang.syntax import ast

_WITH_RESULTS = ("auto", "callout", "manual")


@define(eq=False)
class Results:
    """Reads results for one step. `own`: its own may be read too, as where it has been canceled."""

    lowering: Lowering
    waiting: Waiting
    reader: ast.Step
    own: bool = False

    def has_step(self, name: str) -> bool:
        """Whether the reader's group has a step of that name."""
        return step_named(self.waiting.home, name) is not None

    def read(
        self, node: ast.Expression, group: ast.Name | None, step: ast.Name, name: ast.Name
    ) -> tuple[Info, str | None, bool] | None:
        """A result, the instance that its group has (None: the reader's own), and whether it may be unknown.

        None after a report: E0101 (no such step or result) or E0210 (not to be read here).
        """
        place = self._place(group, step)
        if place is None or not self._may_read(node, place):
            return None
        gives = self.lowering.gives.get(place.step)
        if gives is None:
            return None
        info = gives.get(name.text)
        if info is None:
            self._report_unknown_result(place, name, list(gives))
            return None
        if info.definition is None:
            return None
        is_needed = self._is_own(place) or self.waiting.is_completed_before(self._reader, place)
        is_known = is_needed and clause(place.step, ast.FreezeByCompleting) is None
        return info, place.instance, info.definition.optional or not is_known

    @property
    def _reader(self) -> Place:
        return self.waiting.place(self.reader)

    def _is_own(self, place: Place) -> bool:
        return self.own and place.instance is None and place.step is self.reader

    def _place(self, group: ast.Name | None, step: ast.Name) -> Place | None:
        home, instance = self.waiting.home, None
        if group is not None and group.text != home.name.text:
            other = self.waiting.instance(group.text)
            if other is None:
                self._report_unknown_group(group)
                return None
            self.lowering.uses(other)
            home, instance = other, group.text
        found = step_named(home, step.text)
        if found is None:
            if not self._is_awaited(group, step) and not self.lowering.is_broken(home):
                self._report_unknown_step(home, step)
            return None
        return Place(instance, home, found)

    def _is_awaited(self, group: ast.Name | None, step: ast.Name | None) -> bool:
        """Whether the reader waits for what is named, so that a wrong name has been reported there."""
        after = clause(self.reader, ast.After)
        return any(
            (wait.step.group and wait.step.group.text) == (group and group.text)
            and (step is None or wait.step.step.text == step.text)
            for wait in (after.dependencies if after else ())
        )

    def _may_read(self, node: ast.Expression, place: Place) -> bool:
        step, text = place.step, node.span.text
        kind = step.kind.name
        if kind not in _WITH_RESULTS:
            message = f"`{step.name.text}` is {article(kind)} step, which has no results"
            labels = [(step.kind.span, "declared here")]
            self.lowering.report.append(diagnose("E0210", node.span, message, *labels))
            return False
        if self._is_own(place):
            return True
        reader = self.reader.name
        if place.instance is None and step is self.reader:
            message = f"step `{reader.text}` cannot read its own result"
            help = "its results are there once it is completed: have a step after it read them"
            self.lowering.report.append(diagnose("E0210", node.span, message, help=help))
            return False
        if not self.waiting.is_before(self._reader, place):
            wait = step.name.text if place.instance is None else f"{place.instance}.{step.name.text}"
            message = f"step `{reader.text}` reads `{text}`, but does not wait for `{wait}`"
            self.lowering.report.append(
                diagnose(
                    "E0210",
                    node.span,
                    message,
                    (reader.span, f"`{reader.text}` may run before `{wait}` is done"),
                    help=f"write `after {wait} completed`",
                )
            )
            return False
        if is_per_item(step) and not is_per_item(self.reader):
            message = f"`{text}` is a result per item, and step `{reader.text}` runs once for all of them"
            self.lowering.report.append(
                diagnose(
                    "E0210",
                    node.span,
                    message,
                    (step.name.span, f"`{step.name.text}` runs for each item"),
                    help=f"have `{reader.text}` run `for each item` too",
                )
            )
            return False
        return True

    def _report_unknown_group(self, group: ast.Name) -> None:
        if self._is_awaited(group, None):
            return
        if group.text[0].isupper():
            module = self.lowering.world.module_of(self.waiting.home)
            self.lowering.find(module, group, ast.Group)
            return
        home = self.waiting.home.name.text
        message = f"no scenario that runs `{home}` runs a group as `{group.text}`"
        help = f"write `run Group as {group.text}` in the scenario, or name the group itself"
        self.lowering.report.append(diagnose("E0101", group.span, message, help=help))

    def _report_unknown_step(self, home: ast.Group, step: ast.Name) -> None:
        message = f"group `{home.name.text}` has no step `{step.text}`"
        steps = (each.name.text for each in home.steps)
        self.lowering.report.append(unknown(step.span, message, step.text, steps))

    def _report_unknown_result(self, place: Place, name: ast.Name, known: list[str]) -> None:
        step, target = place.step, place.step.kind.target
        declaration: ast.NamedDeclaration | None = place.group
        if target is not None:
            module = self.lowering.world.module_of(place.group)
            symbol = self.lowering.world.names[module.path].get(target.text)
            declaration = symbol.declaration if symbol else None
        if declaration is None or self.lowering.is_broken(declaration):
            return
        nothing = f"`{target.text}` gives nothing" if target else f"write `gives {{ {name.text} : Text }}` in the step"
        message = f"step `{step.name.text}` gives no `{name.text}`"
        self.lowering.report.append(unknown(name.span, message, name.text, known, "it gives", none=nothing))
