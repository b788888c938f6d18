"""READ FIRST: the outside as a configuration has it. Actions are called, requests sent, and what comes of it told."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.model import Program, StepKind
from dro_lang.program.values import Row
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.secret import SecretMissing, hidden, values_of
from dro_lang.runtime.outside.actions.calling import Bound, Caller, failure_of
from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.bindings import Binder, Declarations, targets
from dro_lang.runtime.outside.callouts.answer import meaning
from dro_lang.runtime.outside.callouts.request import request_of
from dro_lang.runtime.outside.failures import NOT_CONFIGURED, SECRET_MISSING, Failure, guarded
from dro_lang.runtime.outside.port import Lanes
from dro_lang.runtime.outside.web.server import Servers

logger = logging.getLogger("drolang.outside")
"""Every failure is a line of it, with the key of the command: what a plan's history, which has the code, leaves out."""

CALLBACK_PATH = "callbacks"


@frozen
class Resources:
    """What all outsides of a process share: connections, threads, tokens. Close it at the end."""

    configuration: Configuration
    declarations: Declarations = field()
    servers: Servers = field(factory=Servers, init=False)
    caller: Caller = field(factory=Caller, init=False)

    @declarations.default
    def _declarations(self) -> Declarations:
        return Declarations.of(self.configuration)

    def close(self) -> None:
        self.caller.close()
        self.servers.close()

    def binder(self) -> Binder:
        return Binder(self.configuration, self.declarations, self.servers)

    def secrets(self) -> frozenset[str]:
        """The values that nothing may show, as they are now."""
        return values_of(self.configuration.secrets) | frozenset(self.servers.tokens)


@frozen
class ConfiguredOutside:
    """Answers what the plans of one program ask. What is not configured fails as `NOT_CONFIGURED`: `findings_of` tells
    it beforehand."""

    program: Program
    resources: Resources
    _actions: Mapping[str, Bound] = field(init=False, repr=False)

    @_actions.default
    def _bound(self) -> Mapping[str, Bound]:
        binder = self.resources.binder()
        bound = (
            binder.bind(self.program.actions[name], self.program, []) for name in targets(self.program, StepKind.AUTO)
        )
        return {each.action.name: each for each in bound if each is not None}

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        """The answer, at the moment to which waiting for it has led."""
        began = time.monotonic()
        outcome = self._run(command) if isinstance(command, RunAction) else self._call_out(command)
        if outcome is None:
            return None
        outcome = guarded(outcome, self.resources.secrets())
        moment = at + timedelta(seconds=time.monotonic() - began)
        key = command.key
        if isinstance(outcome, Failure):
            detail = hidden(" ".join(outcome.detail.split()), self.resources.secrets())
            logger.warning("%s failed with %s%s", key, outcome.code, f": {detail}" if detail else "")
            return Failed(moment, key.step, outcome.code, key.attempt)
        return Succeeded(moment, key.step, outcome, key.attempt)

    def is_local(self, command: RunAction | CallOut) -> bool:
        """Whether what it asks touches nothing outside."""
        bound = self._actions.get(command.action) if isinstance(command, RunAction) else None
        return bound is not None and bound.local

    def _run(self, command: RunAction) -> Row | Failure:
        bound = self._actions.get(command.action)
        if bound is None:
            return Failure(NOT_CONFIGURED, f"nothing carries out the action `{command.action}`")
        call = Call.of(command.key, command.run_as)
        return self.resources.caller.call(bound, command.arguments, call, self.program)

    def _call_out(self, command: CallOut) -> Row | Failure | None:
        configuration = self.resources.configuration
        settings = configuration.integrations.get(command.integration)
        if settings is None:
            return Failure(NOT_CONFIGURED, f"the integration `{command.integration}` has no endpoint")
        integration = self.program.integrations[command.integration]
        base = configuration.callbacks.url
        callback_url = None if base is None else f"{base.rstrip('/')}/{CALLBACK_PATH}/{command.integration}"
        request = request_of(command, integration, settings, self.program, callback_url)
        if isinstance(request, Failure):
            return request
        timeout = command.timeout
        try:
            response = self.resources.servers.of(settings.endpoint).request(
                request.method,
                request.url,
                headers=request.headers,
                seconds=None if timeout is None else timeout.total_seconds,
                params=request.params,
                content=request.content,
            )
        except SecretMissing as error:
            return Failure(SECRET_MISSING, str(error))
        except Exception as error:  # a defect must not end the thread that asks
            return failure_of(error)
        if isinstance(response, Failure):
            return response
        return meaning(response, integration, settings, self.program)


def lanes_of(configuration: Configuration) -> Lanes:
    """How fast a dispatcher may send."""
    integrations = {name: settings.lane for name, settings in configuration.integrations.items()}
    return Lanes(configuration.action_lane, integrations)
