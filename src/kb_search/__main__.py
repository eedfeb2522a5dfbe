"""The program, as `kb-search` or `python -m kb_search`."""

import gc
import io
import sys

from kb_search.cli import run


def main() -> None:
    """Run the command line and end with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal's encoding lacks is written out, and no error
            stream.reconfigure(errors="backslashreplace")
    code = run()
    gc.freeze()  # what is left goes with the process: to look through it once more takes 0.1 s after a large build
    sys.exit(code)


if __name__ == "__main__":
    main()
