"""The command line: one group whose subcommands are loaded when they are called.

So `--help` and `search` never pay for what only `index` or `serve` need.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from kb_search import __version__
from kb_search.errors import KbSearchError

#: What a program that was ended by Ctrl-C gives back, as shells have it (128 + SIGINT).
INTERRUPTED = 130

#: Each subcommand with the module of `kb_search.commands` that has it, and what `--help` says of it.
COMMANDS = {
    "index": ("indexing", "Bring the index up to date with a folder of articles."),
    "search": ("searching", "Search the collection and print the passages that match."),
    "serve": ("serving", "Serve the pages and the API on this machine."),
    "stats": ("looking", "Say what the index holds."),
    "articles": ("looking", "List all articles."),
    "show": ("looking", "Print one article, or one passage."),
    "extract": ("extracting", "Say what a loader makes of some files, without an index."),
    "set": ("setting", "Say the date, source … of an article in a sidecar beside it."),
    "similar": ("likening", "List articles that are about what an article or a passage is about."),
    "explain": ("explaining", "Say why a passage stands where it stands."),
    "evaluate": ("evaluating", "Measure the order against judged questions."),
    "related": ("relating", "Print the words that stand beside those of a query."),
    "variants": ("variants", "List the names that mean the same, or suggest some."),
    "verify": ("looking", "Compare every file of the index with its checksum, and scan it."),
}

#: Those that read files, for which processes get ready while the program still loads its own modules.
_READING = {"index", "extract"}


class _Subcommands(click.Group):
    """A group that imports a subcommand's module only to run it."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of the subcommands, in the order of their use."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The subcommand of a name; None for one there is not."""
        if name not in COMMANDS:
            return None
        if name in _READING:
            importlib.import_module("kb_search.nursery").warm_up()
        module = importlib.import_module(f"kb_search.commands.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a subcommand. That nobody reads its output any more (`| head`) ends it, and is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _discard_output()
            return 0

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb-search")
def cli() -> None:
    """Search a folder of articles, passage by passage.

    Start with `kb-search index FOLDER`, then `kb-search search WORDS` or `kb-search serve`.

    Exit codes: 0 done or found, 1 nothing found (or files failed under --strict), 2 wrong usage, 3 the index is
    missing, locked or damaged.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; an error is a sentence on stderr, never a traceback.

    `arguments` are those of the program where none are given.
    """
    try:
        code: int = cli.main(arguments, prog_name="kb-search", standalone_mode=False)
        sys.stdout.flush()  # here and not at exit, where an error could not be told any more
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KbSearchError as error:
        return _complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _complain("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        return _complain(f"The answer cannot be written: {error.strerror or error}.", KbSearchError.exit_code)
    return code


def _complain(message: str, code: int) -> int:
    click.echo(f"kb-search: {message}", err=True)
    return code


def _discard_output() -> None:
    """Whoever read our output has gone; Python must not try to flush it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
