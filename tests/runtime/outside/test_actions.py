"""Actions are Python callables: how they are found, called, and stopped, and what they may give."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from attrs import frozen

from dro_lang.actions import ActionError, Call, action
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.values import Row
from dro_lang.runtime.outside.actions.calling import Bound, Caller
from dro_lang.runtime.outside.actions.declared import Declared, Unusable, in_entry_points, in_modules
from dro_lang.runtime.outside.configured import ConfiguredOutside, Resources
from dro_lang.runtime.outside.failures import Failure
from tests.runtime.outside.conftest import Outsides
from tests.runtime.outside.plans import NOW, configuration, key, program, run

PLAN = program(
    """
action Book {
  takes { account : Id, sum : Money in EUR, note : Text optional }
  gives { reference : Text, day : Date optional, level : Level optional }
}
action Mark { takes { account : Id } }
""",
    "step work: auto Book { with { account: id, sum: 5 EUR } }  step mark: auto Mark { with { account: id } }",
)
ARGUMENTS: Row = {"account": "A-1", "sum": Decimal("5.50")}


@pytest.fixture
def caller() -> Any:
    made = Caller()
    yield made
    made.close()


def called(caller: Caller, function: Callable[..., Any], seconds: float = 30, action: str = "Book") -> Any:
    from datetime import timedelta

    bound = Bound(PLAN.actions[action], function, timedelta(seconds=seconds), "call")
    return caller.call(bound, ARGUMENTS if action == "Book" else {"account": "A-1"}, Call.of(key(), "ann"), PLAN)


def test_arguments_are_typed_and_the_key_is_there(caller: Caller) -> None:
    seen: dict[str, Any] = {}

    def book(account: str, sum: Decimal, note: str | None, call: Call) -> dict[str, object]:
        seen.update(account=account, sum=sum, note=note, call=call)
        return {"reference": "R", "day": date(2026, 12, 1), "level": "VeryHigh"}

    assert called(caller, book) == {"reference": "R", "day": date(2026, 12, 1), "level": "VeryHigh"}
    assert (seen["account"], seen["sum"], seen["note"]) == ("A-1", Decimal("5.50"), None)
    assert seen["call"] == Call("A-1/Steps.work/-/1", "A-1", "Steps.work", None, 1, "ann")


def test_an_async_one_is_awaited(caller: Caller) -> None:
    async def book(call: Call, **arguments: object) -> dict[str, object]:
        await asyncio.sleep(0)
        return {"reference": threading.current_thread().name}

    assert called(caller, book) == {"reference": "async actions", "day": None, "level": None}


def test_results_may_be_an_object(caller: Caller) -> None:
    @frozen
    class Booked:
        reference: str
        day: date | None = None
        level: str | None = None

    assert called(caller, lambda **_: Booked("R")) == {"reference": "R", "day": None, "level": None}


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "it gave nothing, which has not the results of Book"),
        ("R", "it gave a value of type str, which has not the results of Book"),
        ({}, "`reference`: a value is required, and there is none"),
        ({"reference": 5}, "`reference`: `5` is not text"),
        ({"reference": "R", "other": 1}, "`other` is no result of Book"),
        ({"reference": "R", "day": "1.12.2026"}, "`day`: `1.12.2026` is not read"),
        ({"reference": "R", "level": "Higher"}, "`level`: `Higher` is no Level"),
    ],
)
def test_results_that_do_not_fit(result: object, why: str, caller: Caller) -> None:
    failure = called(caller, lambda **_: result)
    assert isinstance(failure, Failure)
    assert failure.code == "UNFIT_RESULTS"
    assert failure.detail.startswith(why)


def test_an_action_without_results_gives_none(caller: Caller) -> None:
    assert called(caller, lambda **_: None, action="Mark") == {}
    assert isinstance(called(caller, lambda **_: {"reference": "R"}, action="Mark"), Failure)


def test_a_failure_has_the_code_that_is_raised(caller: Caller) -> None:
    def busy(**_: object) -> None:
        raise ActionError("MAILBOX_BUSY", "try later")

    assert called(caller, busy) == Failure("MAILBOX_BUSY", "try later")


@pytest.mark.parametrize("code", ["", "two words", "x" * 65, "a\nb"])
def test_what_is_no_code_cannot_be_raised(code: str) -> None:
    with pytest.raises(ValueError, match="a code has letters"):
        ActionError(code)


def test_anything_else_that_is_raised_says_where_and_not_what(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise KeyError("hunter2hunter2")

    async def broken_later(**_: object) -> None:
        raise KeyError("hunter2hunter2")

    for function in (broken, broken_later):
        failure = called(caller, function)
        assert failure.code == "ACTION_FAILED"
        assert failure.detail.startswith("KeyError at test_actions.py:")
        assert "hunter2" not in failure.detail
    monkeypatch.setenv("DROLANG_DEBUG", "1")
    assert "hunter2" in called(caller, broken).detail


@pytest.mark.parametrize("problem", [SystemExit, KeyboardInterrupt])
def test_what_would_end_the_program_ends_the_action(problem: type[BaseException], caller: Caller) -> None:
    def ends(**_: object) -> None:
        raise problem

    async def ends_later(**_: object) -> None:
        raise problem

    async def book(**_: object) -> dict[str, object]:
        return {"reference": "R"}

    for function in (ends, ends_later):
        failure = called(caller, function)
        assert failure.code == "ACTION_FAILED"
        assert failure.detail.startswith(f"{problem.__name__} at test_actions.py:")
    assert called(caller, book)["reference"] == "R"  # the event loop is still there for others


def test_a_local_one_does_not_end_the_program_either(caller: Caller) -> None:
    def ends(**_: object) -> None:
        sys.exit(3)

    bound = Bound(PLAN.actions["Mark"], ends, local=True)
    failure = caller.call(bound, {"account": "A-1"}, Call.of(key(), "ann"), PLAN)
    assert isinstance(failure, Failure)
    assert failure.code == "ACTION_FAILED"


def test_results_that_break_when_they_are_looked_at(caller: Caller) -> None:
    class Booked:
        @property
        def reference(self) -> str:
            raise LookupError

    failure = called(caller, lambda **_: Booked())
    assert isinstance(failure, Failure)
    assert failure.detail.startswith("LookupError at test_actions.py:")


def test_a_code_that_is_none_is_told_by_the_line_of_the_action(caller: Caller) -> None:
    def broken(**_: object) -> None:
        raise ActionError("two words")

    assert called(caller, broken).detail.startswith("ValueError at test_actions.py:")


def test_what_takes_too_long_is_left(caller: Caller) -> None:
    over = threading.Event()

    def slow(**_: object) -> None:
        over.wait(30)

    assert called(caller, slow, 0.05) == Failure("TIMEOUT", "it took longer than 0.05 seconds")
    over.set()


def test_what_is_async_and_takes_too_long_is_cancelled(caller: Caller) -> None:
    cancelled = threading.Event()

    async def slow(**_: object) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    assert called(caller, slow, 0.05).code == "TIMEOUT"
    assert cancelled.wait(10)


def test_a_timeout_of_its_own_is_one(caller: Caller) -> None:
    def slow(**_: object) -> None:
        raise TimeoutError("socket")

    assert called(caller, slow).code == "TIMEOUT"


def test_closing_ends_what_is_async() -> None:
    caller = Caller()
    begun = threading.Event()

    async def endless(**_: object) -> None:
        begun.set()
        await asyncio.sleep(3600)

    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(called(caller, endless)))
    thread.start()
    assert begun.wait(10)
    caller.close()
    thread.join(10)
    assert [answer.code for answer in answers] == ["TIMEOUT"]


# ---- where they are found


@pytest.fixture(autouse=True)
def imports_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in list(sys.modules):
        if name.startswith("found_"):
            monkeypatch.delitem(sys.modules, name)


def module(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    sys.modules.pop(name, None)


BOOKING = """
    from dro_lang.actions import ActionError, Call, action

    @action("Book", timeout=7)
    def book(account: str, sum, note: str | None, call: Call):
        if account == "unlucky":
            raise ActionError("NO_ACCOUNT")
        return {"reference": f"{account} {sum} {call.key}"}

    @action("Mark")
    async def mark(account: str) -> None:
        pass
"""


def test_modules_beside_the_configuration(tmp_path: Path, outside: Outsides) -> None:
    module(tmp_path, "found_here", BOOKING)
    module(tmp_path, "found_again", "from found_here import book, mark")
    made = outside(PLAN, 'modules = ["found_here", "found_again"]')
    answer = made.answer(run("Book", ARGUMENTS), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results["reference"] == "A-1 5.50 A-1/Steps.work/-/1"
    failed = made.answer(run("Book", {**ARGUMENTS, "account": "unlucky"}), NOW)
    assert isinstance(failed, Failed)
    assert failed.code == "NO_ACCOUNT"
    assert isinstance(made.answer(run("Mark", {"account": "A-1"}), NOW), Succeeded)


def test_how_long_an_action_may_take(tmp_path: Path, outside: Outsides) -> None:
    module(tmp_path, "found_slow", BOOKING)
    for more, seconds in (("", 7), ('[actions.Book]\ntimeout = "9 seconds"', 9)):
        made = outside(PLAN, f'modules = ["found_slow"]\n{more}')
        bound = made.resources.binder().bind(PLAN.actions["Book"], PLAN, [])
        assert bound is not None
        assert bound.timeout.total_seconds() == seconds


def test_a_local_action_is_called_where_it_is_asked(tmp_path: Path, outside: Outsides) -> None:
    text = """
        import threading
        from dro_lang.actions import action

        @action("Book", local=True)
        def book(account: str, sum, note: str | None):
            return {"reference": threading.current_thread().name}
        """
    module(tmp_path, "found_local", text)
    made = outside(PLAN, 'modules = ["found_local"]')
    assert made.is_local(run("Book", ARGUMENTS))
    assert not made.is_local(run("Mark", {"account": "A-1"}))
    answer = made.answer(run("Book", ARGUMENTS), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results["reference"] == threading.current_thread().name


def test_a_local_action_is_neither_timed_nor_async() -> None:
    async def slow() -> None: ...

    with pytest.raises(ValueError, match="not timed"):
        action("Book", timeout=5, local=True)
    with pytest.raises(ValueError, match="a plain function"):
        action("Book", local=True)(slow)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "there is no such module"),
        ("import nowhere_to_be_found", "it needs the module `nowhere_to_be_found`, which is not installed"),
        ("x = (", "line 1 is not Python: '(' was never closed"),
        ("raise OSError('hunter2hunter2')", "importing it raises OSError"),
    ],
)
def test_a_module_that_cannot_be_imported(text: str | None, reason: str, tmp_path: Path) -> None:
    if text is not None:
        module(tmp_path, "found_broken", text)
    assert list(in_modules(("found_broken",), tmp_path)) == [Unusable("found_broken", reason)]


def test_installed_packages(tmp_path: Path) -> None:
    """A real distribution, as pip would leave it."""
    module(tmp_path, "found_package", BOOKING)
    module(tmp_path, "found_function", "def send(account: str) -> None: pass")
    info = tmp_path / "found-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: found\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[drolang.actions]\nall = found_package\nSend = found_function:send\nNone = found_nowhere\n", encoding="utf-8"
    )
    sys.path.insert(0, str(tmp_path))
    found = list(in_entry_points())
    assert {each.name for each in found if isinstance(each, Declared)} == {"Book", "Mark", "Send"}
    assert [each for each in found if isinstance(each, Unusable)] == [
        Unusable("found_nowhere", "there is no such module")
    ]


def test_two_for_one_action(tmp_path: Path) -> None:
    module(tmp_path, "found_one", BOOKING)
    module(tmp_path, "found_two", BOOKING)
    resources = Resources(configuration('modules = ["found_one", "found_two"]', tmp_path))
    assert [each.code for each in resources.declarations.findings] == ["C0203", "C0203"]
    assert "both `found_one.book` and `found_two.book`" in resources.declarations.findings[0].message
    resources.close()


def test_an_action_that_is_not_there_fails(tmp_path: Path) -> None:
    made = ConfiguredOutside(PLAN, Resources(configuration("", tmp_path)))
    answer = made.answer(run("Book", ARGUMENTS), NOW)
    assert isinstance(answer, Failed)
    assert answer.code == "NOT_CONFIGURED"


def test_a_secret_in_results_is_not_taken(
    tmp_path: Path, outside: Outsides, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    text = """
        import os
        from dro_lang.actions import ActionError, action

        @action("Book")
        def book(account: str, sum, note):
            if account == "loud":
                raise ActionError("LOUD", "the password is " + os.environ["SECRET"])
            return {"reference": os.environ["SECRET"]}

        @action("Mark")
        def mark(account: str) -> None: ...
    """
    module(tmp_path, "found_loose", text)
    made = outside(
        PLAN,
        'modules = ["found_loose"]\n[endpoints.e]\nurl = "https://e.example"\nheaders = { X = { env = "SECRET" } }\n',
    )
    answer = made.answer(run("Book", ARGUMENTS), NOW)
    assert isinstance(answer, Failed)
    assert answer.code == "SECRET_IN_ANSWER"
    made.answer(run("Book", {**ARGUMENTS, "account": "loud"}), NOW)
    assert "failed with LOUD: the password is ***" in caplog.text
    assert "hunter2" not in caplog.text


def test_what_code_imports_is_light() -> None:
    script = "import sys, dro_lang.actions; print(*sys.modules)"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert not {"httpx", "jinja2", "lark", "business_rules", "cattrs"} & set(done.stdout.split())
