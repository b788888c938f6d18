"""`drolang`: the group of commands, and the place where what goes wrong becomes a line and an exit code."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TextIO

import click
from click.shell_completion import CompletionItem

from dro_lang import __version__
from dro_lang.cli.output import Exit, Misuse, Problem, say

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Write": {
        "new": "Make a folder with a plan, records and a test.",
        "check": "Find what is wrong in plans, before they run.",
        "fmt": "Bring files into the canonical form.",
        "explain": "Explain a code, such as E0702, or list them all.",
        "graph": "Draw a plan: its groups, steps and waits.",
        "compile": "Write a checked program for other programs.",
    },
    "Know before it runs": {
        "select": "Choose the scenario of every record, also of millions.",
        "simulate": "Simulate plans day by day, with slow people and failing calls.",
        "test": "Run the tests and properties of plans.",
        "prove": "Prove what a plan promises, or refute it with records.",
        "why": "Tell what decided about a record and its steps.",
        "why-not": "Find the smallest change that would give a record a step.",
        "diff": "Tell what differs between two versions of a plan.",
    },
    "Run": {
        "run": "Run a plan with records: for real, or on a virtual clock.",
        "worker": "Carry plans out, as a service.",
        "serve": "Carry plans out, and serve them over HTTP.",
    },
    "See what runs": {
        "plans": "List the plans of a store.",
        "plan": "Show one plan: its steps, what they wait for, and why.",
        "steps": "List steps of all plans: failed, late, waiting for somebody.",
        "tasks": "The inbox: list, claim, assign and complete tasks.",
        "history": "Tell what happened to a plan: when, what, and by whom.",
    },
    "Work on what runs": {
        "complete": "Complete steps by hand, with their results.",
        "retry": "Try failed steps again.",
        "discard": "Discard steps that have not run.",
        "set": "Change the data of records while their plans run.",
        "freeze": "Freeze plans, so that they may be changed.",
        "unfreeze": "Let frozen plans go on.",
        "amend": "Amend the source of frozen plans while they run.",
        "cancel": "Cancel the source of frozen plans while they run.",
        "integration": "List integrations, and set them offline or online.",
    },
    "Set up and look after": {
        "store": "Check, back up, export, import and compact a store.",
        "config": "Check the configuration, and that it has what plans need.",
        "user": "Manage who may sign in to the server.",
        "token": "Manage the tokens with which machines call the server.",
        "completion": "Print a script that completes commands in your shell.",
    },
}
"""The commands in the order in which they are wanted, each with its one-line help, so that listing them loads none.
`dro_lang.cli.NAME` holds it as `command`; a hyphen is an underscore there."""

COMMANDS: Mapping[str, str] = {name: help for section in SECTIONS.values() for name, help in section.items()}


class ClosedPipe(Exception):
    """Whoever read the output has gone. Not an OSError: for such a one click would end the process itself."""


class LazyGroup(click.Group):
    """A group that imports a command's module when it is wanted, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        # All that modules make stays: to look for garbage in it, now or later, would take a tenth of the time in which
        # commands begin.
        gc.disable()
        try:
            command = import_module(f"dro_lang.cli.{cmd_name.replace('-', '_')}").command
        finally:
            gc.freeze()
            gc.enable()
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ClosedPipe from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, n=1, cutoff=0.6)
            suggestion = f"did you mean `{close[0]}`?" if close else "`drolang --help` lists them"
            raise click.UsageError(f"there is no command `{name}`; {suggestion}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                # One column for all sections.
                formatter.write_dl([(name.ljust(width), help) for name, help in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="drolang", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> Exit | None:
    """Orchestration plans as text: checked before they run, tried on a virtual clock, carried out from a store.

    \b
    Examples:
      drolang new reminders
      drolang check reminders/plan.dro
      drolang run reminders/plan.dro --records reminders/records.ndjson

    Exit codes: 0 done; 1 findings or rejected records; 2 the command line is wrong; 3 a defect of drolang.
    """
    if ctx.invoked_subcommand is not None:
        return None
    say(ctx.get_help())
    return Exit.USAGE


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code. Shows a traceback only with DROLANG_DEBUG=1."""
    try:
        code = run(arguments)
    except KeyboardInterrupt:  # a second one, while the first was told
        code = Exit.INTERRUPTED
    if code == Exit.INTERRUPTED:
        # One more would only end what ends anyway, with a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; whatever goes wrong has been told."""
    # Python has no stream at all for a descriptor that was closed before it started.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A path or a text that the terminal's encoding lacks must not end the run.
        with suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = cli.main(arguments, prog_name="drolang", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return _close(Exit.INTERRUPTED)
    except (ClosedPipe, BrokenPipeError):
        return _close(Exit.CLOSED_PIPE)
    except click.UsageError as error:
        usage = f"\n{error.ctx.get_usage()}" if error.ctx else ""
        Misuse(f"{error.format_message()}{usage}").show()
        return _close(Exit.USAGE)
    except click.ClickException as error:
        error.show()
        return _close(Exit(error.exit_code))
    except OSError as error:
        if _debugging():
            traceback.print_exc()
        Problem(_told(error)).show()
        return _close(Exit.PROBLEMS)
    except Exception as error:
        return _close(_defect(error))
    return code if isinstance(code, int) else Exit.OK


def _debugging() -> bool:
    return os.environ.get("DROLANG_DEBUG", "") not in ("", "0")


def _told(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"cannot write the output: {what}" if error.filename is None else f"{error.filename}: {what}"


def _defect(error: Exception) -> Exit:
    if _debugging():
        traceback.print_exc()
        return Exit.INTERNAL
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    version = f"drolang {__version__}, Python {sys.version.split()[0]}"
    say(f"internal error: {what} ({where}, {version}); please report this line and the file that shows it")
    return Exit.INTERNAL


def _close(code: Exit) -> Exit:
    """Deliver what is still buffered; where nobody takes it, drop it, so that Python does not complain at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _discard(stream)
    return code


def _discard(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
