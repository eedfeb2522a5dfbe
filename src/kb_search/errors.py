"""Every error that kb-search raises on purpose, and what it costs.

    KbSearchError                     exit 3   500
    ├── UsageError                    exit 2   400   the request cannot be carried out as written
    │   └── ConfigError               exit 2   500   kb-search.toml or an environment variable is wrong
    ├── NotFound                      exit 1   404   no article or passage has that id
    ├── DocumentError                 exit 1   422   one file cannot be read; the run goes on
    │   └── SkippedDocument           exit 0   422   a file that is not ours to read
    ├── RemovalsRefused               exit 3   409   a run would remove more than half of the articles
    ├── ClusterProblem                exit 3   503   the cluster that keeps the index does not do what it was asked
    └── IndexProblem                  exit 3   503
        ├── IndexMissing              nothing has been built yet
        ├── IndexOutdated             built by another schema of the program
        ├── IndexLocked               somebody else is building
        ├── IndexDamaged              what is on disk is not what was written
        └── IndexUnsafe               others could have written into the folder

More live where they arise: `SearchTooLong` in `engines.base` (503), `_HttpError` in `web.app`, which carries the
status that Flask gave it, and in `engines.cluster` and `engines.clusterhealth` four kinds of ClusterProblem that are
told apart in `engines` alone: `NotThere`, `TooLong`, `ShardsLost` and `NotPlaced`.

The message of each is one or two sentences in plain words, safe to show to a reader: it names the file or
the value, says what is wrong and what to do. It never holds a traceback.
"""

#: What helps where an index is damaged or outdated.
REBUILD = "Build it anew with `kb-search index --full`."


class KbSearchError(Exception):
    """Any error that kb-search raises on purpose.

    `kind` is the stable name that JSON answers carry, `exit_code` what the command line ends with,
    `http_status` what a page or the API answers with. `str(error)` is safe to show.
    """

    kind = "error"
    exit_code = 3
    http_status = 500


class UsageError(KbSearchError):
    """The request cannot be carried out as it was written."""

    kind = "usage"
    exit_code = 2
    http_status = 400


class ConfigError(UsageError):
    """The configuration file or an environment variable holds something impossible."""

    kind = "configuration"
    http_status = 500


class NotFound(KbSearchError):
    """No article or passage has the id that was asked for."""

    kind = "not_found"
    exit_code = 1
    http_status = 404


class DocumentError(KbSearchError):
    """One file cannot be read. The run reports it and goes on."""

    kind = "document"
    exit_code = 1
    http_status = 422


class SkippedDocument(DocumentError):
    """A file that kb-search does not read, with the reason why."""

    kind = "skipped"
    exit_code = 0


class RemovalsRefused(KbSearchError):
    """A run would remove more than half of the articles."""

    kind = "removals_refused"
    http_status = 409


class ClusterProblem(KbSearchError):
    """The cluster that keeps the index is away, or does not do what it was asked."""

    kind = "cluster"
    http_status = 503


class IndexProblem(KbSearchError):
    """The index cannot answer now."""

    kind = "index"
    http_status = 503


class IndexMissing(IndexProblem):
    """There is no index yet."""

    kind = "index_missing"


class IndexOutdated(IndexProblem):
    """The index was built by another schema of the program."""

    kind = "index_outdated"


class IndexLocked(IndexProblem):
    """Somebody else is building the index."""

    kind = "index_locked"


class IndexDamaged(IndexProblem):
    """What is on disk is not what was written."""

    kind = "index_damaged"


class IndexUnsafe(IndexProblem):
    """Others could have written into the index folder, which holds pickles."""

    kind = "index_unsafe"
