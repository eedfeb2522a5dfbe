"""The command line: one group whose subcommands are loaded when they are called.

So `--help` and `search` never pay for what only `index` or `serve` need.
"""

from __future__ import annotations

import importlib

import click

from kb_search import __version__

#: Each subcommand with the module of `kb_search.commands` that has it, and what `--help` says of it.
COMMANDS = {
    "index": ("indexing", "Bring the index up to date with a folder of articles."),
    "search": ("searching", "Search the collection and print the passages that match."),
    "serve": ("serving", "Serve the pages and the API on this machine."),
    "stats": ("looking", "Say what the index holds."),
    "articles": ("looking", "List all articles."),
    "show": ("looking", "Print one article, or one passage."),
    "extract": ("extracting", "Say what a loader makes of some files, without an index."),
    "verify": ("looking", "Compare every file of the index with its checksum, and scan it."),
}


class _Subcommands(click.Group):
    """A group that imports a subcommand's module only to run it."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of the subcommands, in the order of their use."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The subcommand of a name; None for one there is not."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"kb_search.commands.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

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
