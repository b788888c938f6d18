"""Calling what carries out an action: plain or async, for as long as it may take, and what comes of it."""

import asyncio
import os
import traceback
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

from attrs import field, frozen

import dro_lang
from dro_lang.program.model import Action, Program
from dro_lang.program.types import EnumType
from dro_lang.program.values import Row
from dro_lang.records.validate import row_of
from dro_lang.runtime.configuration.secret import SecretMissing
from dro_lang.runtime.outside.actions.declared import Call, is_async
from dro_lang.runtime.outside.failures import (
    ACTION_FAILED,
    OVERLOADED,
    SECRET_MISSING,
    TIMEOUT,
    ActionError,
    Failure,
)

DEFAULT_TIMEOUT = timedelta(minutes=5)
UNFIT_RESULTS = "UNFIT_RESULTS"
"""What the kernel calls an answer whose results do not fit the signature."""
_OURS = str(Path(dro_lang.__file__).parent) + os.sep
MOST_RUNNING = 256
"""The most plain functions that run at once, with those that have run out of time and cannot be stopped."""


@frozen
class Bound:
    """An action and what carries it out. `call` is the parameter that takes the Call, if one does. What is `local` is
    quick, and is not timed."""

    action: Action
    function: Callable[..., Any]
    timeout: timedelta = DEFAULT_TIMEOUT
    call: str | None = None
    local: bool = False


@frozen
class Caller:
    """Calls functions, each in a thread of its own, and coroutines in one event loop for all. Close it at the end."""

    _loop: "EventLoop" = field(factory=lambda: EventLoop(), init=False, repr=False)
    _running: BoundedSemaphore = field(factory=lambda: BoundedSemaphore(MOST_RUNNING), init=False, repr=False)

    def call(self, bound: Bound, arguments: Row, call: Call, program: Program) -> Row | Failure:
        """The results of an action, or why there are none. Never raises."""
        # What is optional and was not given is unknown.
        given = {definition.name: arguments.get(definition.name) for definition in bound.action.takes}
        if bound.call is not None:
            given[bound.call] = call  # type: ignore[assignment]
        try:
            result = self._result(bound, given)
            return result if isinstance(result, Failure) else results_of(result, bound.action, program)
        except BaseException as error:
            # `sys.exit()` in an action ends the action. Ctrl-C comes to the main thread, where only local ones are.
            if bound.local and isinstance(error, KeyboardInterrupt):
                raise
            return failure_of(error)

    def _result(self, bound: Bound, given: Mapping[str, Any]) -> Any:
        if bound.local:
            return bound.function(**given)
        seconds = bound.timeout.total_seconds()
        if is_async(bound.function):
            return self._loop.run(bound.function(**given), seconds)
        if not self._running.acquire(blocking=False):
            return Failure(OVERLOADED, f"{MOST_RUNNING} calls are running, and none more is started")
        answer: Future[Any] = Future()
        answer.set_running_or_notify_cancel()  # it cannot be stopped any more

        def work() -> None:
            try:
                answer.set_result(bound.function(**given))
            except BaseException as error:  # goes to whoever waits for the answer
                answer.set_exception(error)
            finally:
                self._running.release()

        Thread(target=work, name=f"action {bound.action.name}", daemon=True).start()
        return _within(answer, seconds)

    def close(self) -> None:
        self._loop.close()


def _within(answer: "Future[Any]", seconds: float) -> Any:
    try:
        return answer.result(seconds)
    except TimeoutError:
        if answer.done():
            raise  # the function's own
        answer.cancel()
        return Failure(TIMEOUT, f"it took longer than {seconds:g} seconds")


class EventLoop:
    """An event loop in a thread of its own, which begins with the first coroutine."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """What a coroutine gives; a Failure where that takes too long, and then it is cancelled."""
        return _within(asyncio.run_coroutine_threadsafe(_contained(coroutine), self._begun()), seconds)

    def _begun(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="async actions", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """Cancel what still runs, and end the thread."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _contained(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives. An event loop ends with what ends the program; here it is for others, too."""
    try:
        return await coroutine
    except (SystemExit, KeyboardInterrupt) as error:
        return failure_of(error)


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def failure_of(error: BaseException) -> Failure:
    """What an exception means to a plan. Its message may say anything, so it is shown only with DROLANG_DEBUG=1."""
    if isinstance(error, ActionError):
        return Failure(error.code, error.message)
    if isinstance(error, SecretMissing):
        return Failure(SECRET_MISSING, str(error))
    if isinstance(error, TimeoutError | CancelledError):
        return Failure(TIMEOUT, "it ran out of time, or was stopped")
    frames = list(traceback.extract_tb(error.__traceback__))
    # An ActionError whose code is none is raised in our own code, by a line of the action's.
    frames = [frame for frame in frames if not frame.filename.startswith(_OURS)] or frames
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    message = f": {error}" if os.environ.get("DROLANG_DEBUG", "") not in ("", "0") else ""
    return Failure(ACTION_FAILED, f"{type(error).__name__}{where}{message}")


def results_of(raw: Any, action: Action, program: Program) -> Row | Failure:
    """The typed results in what a callable gave: a mapping, an object with them as attributes, or None for none."""
    gives = action.gives
    if raw is None and not gives:
        return {}
    if isinstance(raw, Mapping):
        data = dict(raw)
        surplus = [str(name) for name in data if all(name != definition.name for definition in gives)]
        if surplus:
            return Failure(UNFIT_RESULTS, f"`{surplus[0]}` is no result of {action.name}")
    elif raw is not None and all(hasattr(raw, definition.name) for definition in gives):
        data = {definition.name: getattr(raw, definition.name) for definition in gives}
    else:
        what = "nothing" if raw is None else f"a value of type {type(raw).__name__}"
        return Failure(UNFIT_RESULTS, f"it gave {what}, which has not the results of {action.name}")
    for definition in gives:
        value = data.get(definition.name)
        if isinstance(value, str):
            value = str(value)  # of a subclass, such as a constant of Python's own, the plain text
            if isinstance(definition.type, EnumType):
                # An action knows constants by their names, as it is given them; data by their texts.
                texts = {constant.name: constant.text for constant in program.enums[definition.type.name].constants}
                value = texts.get(value, value)
            data[definition.name] = value
    row = row_of(data, gives, program)
    if isinstance(row, tuple):
        return Failure(UNFIT_RESULTS, "; ".join(f"`{problem.attribute}`: {problem.reason}" for problem in row))
    return dict(row)
