"""What the engine remembers of the store: kernels, and the plans that were carried on last."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeAlias

from dro_lang.kernel.machine import Kernel
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import Header, Loaded, Store

Kernels: TypeAlias = dict[tuple[str, str], Kernel]
"""By the hash of the program and the name of the plan."""


class Residents:
    """Plans as the store has them, so many at most, with so many steps together, and a kernel for each plan of each
    program. Right only as long as nobody else saves plans, and until a transaction fails (`forget`)."""

    def __init__(self, store: Store, limit: int = 2048, steps: int = 65_536, kernels: "Kernels | None" = None) -> None:
        """`kernels` are those of others that read the same programs."""
        self._store = store
        self._limit = limit
        self._most_steps = steps
        self._steps = 0
        self._plans: OrderedDict[str, Loaded] = OrderedDict()
        self._kernels: Kernels = {} if kernels is None else kernels

    def load(self, plan_id: str) -> Loaded:
        """Raises KeyError for a plan that there is not, StoreError for one that is damaged."""
        if plan_id in self._plans:
            return self._plans[plan_id]
        return self._store.load(plan_id)

    def keep(self, saved: Iterable[Loaded]) -> None:
        """These have just been saved."""
        for loaded in saved:
            before = self._plans.pop(loaded.header.plan_id, None)
            self._steps += len(loaded.state.steps) - (0 if before is None else len(before.state.steps))
            self._plans[loaded.header.plan_id] = loaded
        while len(self._plans) > self._limit or self._steps > self._most_steps:
            _, gone = self._plans.popitem(last=False)
            self._steps -= len(gone.state.steps)

    @property
    def remembered(self) -> list[str]:
        """The ids of the plans that are remembered, the latest last."""
        return list(self._plans)

    def forget(self) -> None:
        self._plans.clear()
        self._steps = 0

    def kernel(self, program: str, plan: str) -> Kernel:
        """Raises KeyError for a program or a plan that there is not."""
        found = self._kernels.get((program, plan))
        if found is None:
            found = Kernel(self._store.program(program), plan, program)
            found.blueprint  # noqa: B018  which raises for a plan that there is not
            self._kernels[program, plan] = found
        return found

    def kernel_of(self, header: Header) -> Kernel:
        """The kernel of a plan that there is. Raises StoreError where its program is missing."""
        try:
            return self.kernel(header.program, header.plan)
        except KeyError as missing:
            what = f"the program of plan `{header.plan_id}` is missing"
            raise StoreError("R0405", f"the store is damaged: {what}", "restore a backup of the store") from missing
