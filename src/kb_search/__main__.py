"""The program, as `kb-search` or `python -m kb_search`."""

import os
import sys

from kb_search.cli import cli
from kb_search.errors import KbSearchError


def main() -> None:
    """Run the command line and end with its exit code; an error is one sentence, never a traceback."""
    try:
        code = cli.main(standalone_mode=False, prog_name="kb-search")
    except KbSearchError as error:
        code = _complain(str(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not try to flush it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"kb-search: {message}\n")
    return code


if __name__ == "__main__":
    main()
