"""`drolang completion`: the script that completes commands in a shell."""

import click
from click.shell_completion import get_completion_class

from dro_lang.cli.output import Exit, emit

_INSTRUCTIONS = {
    "bash": """# Completion for bash: keep this file, and load it in ~/.bashrc.
#   drolang completion bash > ~/.drolang-completion.bash
#   echo '. ~/.drolang-completion.bash' >> ~/.bashrc
""",
    "zsh": """# Completion for zsh: keep this file, and load it in ~/.zshrc after compinit.
#   drolang completion zsh > ~/.drolang-completion.zsh
#   echo '. ~/.drolang-completion.zsh' >> ~/.zshrc
""",
    "fish": """# Completion for fish: keep this file where fish looks for it.
#   drolang completion fish > ~/.config/fish/completions/drolang.fish
""",
}


@click.command("completion", short_help="Print a script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(list(_INSTRUCTIONS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> Exit:
    """Print a script that completes drolang's commands and options in your shell.

    \b
    Examples:
      drolang completion bash > ~/.drolang-completion.bash
      drolang completion zsh > ~/.drolang-completion.zsh
      drolang completion fish > ~/.config/fish/completions/drolang.fish
    """
    completion = get_completion_class(shell)
    assert completion is not None
    script = completion(ctx.find_root().command, {}, "drolang", "_DROLANG_COMPLETE").source()
    # zsh wants its `#compdef` on the first line, so the instructions come last.
    emit(f"{script.strip()}\n\n{_INSTRUCTIONS[shell]}")
    return Exit.OK
