"""The settings of one run: read once, frozen, and passed down. Nothing below reads the environment."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from kb_search.errors import ConfigError

CONFIG_NAME = "kb-search.toml"
#: The language of articles of which nothing says it, where none is set.
FALLBACK_LANGUAGE = "en"
ENV_PREFIX = "KB_SEARCH_"
#: What can keep an index; the first is taken for a new one.
ENGINES = ("whoosh", "tantivy", "opensearch")
#: The lists of names that come with the program; `none` is no list.
NAME_LISTS = ("caucasus", "none")

_ADDRESS = re.compile(r"https?://[^/@?#\s]+(?:/[^@?#\s]*)?")
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9_-]+)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with the value it has if nobody sets it.

    Order of precedence: command line, environment (`KB_SEARCH_CORPUS` …), `kb-search.toml`, these defaults.
    """

    #: Folder with the articles; only ever read.
    corpus: Path = Path("corpus")
    #: Folder that holds the index; made when it is missing.
    index: Path = Path("index")
    #: The name that pages show for the collection.
    title: str = "kb-search"
    #: What keeps the index, one of ENGINES; empty for that which keeps it already.
    engine: str = ""
    #: The addresses of an OpenSearch cluster's nodes, with a comma between them.
    engine_url: str = ""
    #: What the collection is called in the cluster; several can live in one.
    engine_collection: str = "kb-search"
    #: Into how many parts the index is divided there; more than one for millions of passages on several machines.
    engine_shards: int = 1
    #: How many further copies of each part there are, on other machines; where there are fewer of those, fewer.
    engine_replicas: int = 1
    #: A login for the cluster; better given as KB_SEARCH_ENGINE_USER and KB_SEARCH_ENGINE_PASSWORD than in a file.
    engine_user: str = ""
    engine_password: str = field(default="", repr=False)
    #: A file with the certificates by which the cluster's own is checked; empty for those of this machine.
    engine_ca: str = ""
    #: `no` takes any certificate: for trying things out.
    engine_verify: str = "yes"
    #: The region of a cluster that wants Amazon's signatures: engine_user is the key then, engine_password its secret.
    engine_aws_region: str = ""
    #: What comes with a key that is only lent.
    engine_aws_token: str = field(default="", repr=False)
    #: Where readers that have only the cluster's address keep its small files; below $XDG_CACHE_HOME, if that is set.
    engine_cache: Path = Path("~/.cache/kb-search")
    #: Language of articles that do not say theirs (an ISO 639-1 code); empty for FALLBACK_LANGUAGE, which is a guess.
    language: str = ""
    #: Which list of names that mean the same is used beside the collection's own `variants.toml`.
    variants: str = "caucasus"
    host: str = "127.0.0.1"
    port: int = 8765
    per_page: int = 10
    #: Seconds that one search may take.
    time_limit: float = 1.0
    #: Larger files are reported and not read.
    max_file_bytes: int = 64 * 1024 * 1024
    #: How many processes read files side by side; 0 for one on each core.
    workers: int = 0
    #: Seconds of processor time that reading one article may take.
    max_seconds: float = 60.0
    #: Memory that reading one file may take, beyond what the program itself needs.
    max_memory_bytes: int = 1024 * 1024 * 1024


def load_settings(
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **overrides: object,
) -> Settings:
    """Settings from a file, the environment and the command line, in rising order of precedence.

    `config` is read if given (ConfigError where it is missing), else `kb-search.toml` of the working folder
    if there is one. Overrides that are None do not count. Relative paths in the file are relative to the
    file's folder. Raises ConfigError with the name of the setting that is wrong.
    """
    named = _named_cache(environment or {})
    values: dict[str, object] = {"engine_cache": named / "kb-search"} if named else {}
    values.update(_from_file(config))
    values.update(_from_environment(environment or {}))
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = Settings()
    for name, value in values.items():
        settings = _with(settings, name, value)
    return _checked(settings)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where the user keeps what programs can make anew (XDG Base Directory), as far as it is ours.

    Raises RuntimeError where the system knows of no folder of the user's own.
    """
    return (_named_cache(environment) or Path("~/.cache").expanduser()) / "kb-search"


def _named_cache(environment: Mapping[str, str]) -> Path | None:
    """The folder of $XDG_CACHE_HOME; None where that is no absolute path, which then does not count."""
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else None


def _from_file(config: Path | None) -> dict[str, object]:
    path = config or Path(CONFIG_NAME)
    if config is None and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {path} is not valid TOML: {error}.") from error
    for name in ("corpus", "index", "engine_cache", "engine_ca"):
        if isinstance(values.get(name), str) and values[name]:
            values[name] = str(path.parent / _path(values[name]))
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    names = {ENV_PREFIX + field.name.upper(): field.name for field in fields(Settings)}
    return {name: environment[key] for key, name in names.items() if environment.get(key)}


def _path(text: str) -> Path:
    """A path, with `~` for the reader's own folder. Raises ConfigError."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"The path {text!r} cannot be used: {error}") from error


#: How a setting is read; paths are the rest.
_KINDS: dict[type, Callable[[str], object]] = {str: str, int: int, float: float}


def _with(settings: Settings, name: str, value: object) -> Settings:
    """The settings with one of them changed to a value of its kind."""
    defaults = {field.name: field.default for field in fields(Settings)}
    if name not in defaults:
        raise ConfigError(f"There is no setting {name!r}; the settings are {', '.join(sorted(defaults))}.")
    kind = type(defaults[name])
    fitting = (int, float, str) if kind in (int, float) else str if kind is str else (str, Path)
    if isinstance(value, bool) or not isinstance(value, fitting):
        raise ConfigError(f"The setting {name!r} cannot be {value!r}.")
    try:
        typed = _KINDS.get(kind, _path)(str(value))
    except ValueError as error:
        raise ConfigError(f"The setting {name!r} cannot be {value!r}.") from error
    return replace(settings, **{name: typed})  # type: ignore[arg-type]  # it has the default's own type


def _checked(settings: Settings) -> Settings:
    """The settings, if all of them are possible."""
    if settings.engine and settings.engine not in ENGINES:
        raise ConfigError(f"There is no engine {settings.engine!r}; choose one of {', '.join(ENGINES)}.")
    _check_cluster(settings)
    if settings.variants not in NAME_LISTS:
        raise ConfigError(f"There is no list of names {settings.variants!r}; choose one of {', '.join(NAME_LISTS)}.")
    if settings.language and not _LANGUAGE.fullmatch(settings.language):
        raise ConfigError(f"The setting 'language' must be a code such as en or hy, not {settings.language!r}.")
    if not settings.host:
        raise ConfigError("The setting 'host' must not be empty, which would mean every address of this machine.")
    if not 0 <= settings.port <= 65535:
        raise ConfigError(f"The port must be between 0 and 65535, not {settings.port}.")
    for name in ("time_limit", "max_file_bytes", "max_seconds", "max_memory_bytes"):
        if not 0 < getattr(settings, name) < math.inf:
            raise ConfigError(f"The setting {name!r} must be a number above 0.")
    if not 0 <= settings.workers <= 256:
        raise ConfigError(f"The setting 'workers' must be between 0 and 256, not {settings.workers}.")
    if not 1 <= settings.per_page <= 200:
        raise ConfigError(f"The setting 'per_page' must be between 1 and 200, not {settings.per_page}.")
    return settings


def _check_cluster(settings: Settings) -> None:
    """Refuse what cannot be said of a cluster. A password is never part of the message."""
    for address in filter(None, settings.engine_url.split(",")):
        if not _is_address(address.strip()):
            raise ConfigError("The setting 'engine_url' must be addresses such as https://search.example:9200.")
    if not _COLLECTION.fullmatch(settings.engine_collection):
        raise ConfigError(
            "The setting 'engine_collection' must be a name of small letters, digits, - and _, "
            f"not {settings.engine_collection!r}."
        )
    if not 1 <= settings.engine_shards <= 64:
        raise ConfigError(f"The setting 'engine_shards' must be between 1 and 64, not {settings.engine_shards}.")
    if not 0 <= settings.engine_replicas <= 16:
        raise ConfigError(f"The setting 'engine_replicas' must be between 0 and 16, not {settings.engine_replicas}.")
    if settings.engine_aws_region and not (settings.engine_user and settings.engine_password):
        raise ConfigError("With 'engine_aws_region', 'engine_user' must be a key and 'engine_password' its secret.")
    if settings.engine_verify not in ("yes", "no"):
        raise ConfigError(f"The setting 'engine_verify' must be yes or no, not {settings.engine_verify!r}.")


def _is_address(text: str) -> bool:
    """Whether a text is the address of a node: a host, perhaps with a port and a path, and nothing else."""
    try:
        parts = urlsplit(text)
        return bool(_ADDRESS.fullmatch(text) and parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number or too large
        return False


def read_by(settings: Settings) -> str:
    """The settings that decide what is read from a file, and how, as one string that changes when they do."""
    names = ("language", "max_file_bytes", "max_seconds", "max_memory_bytes")
    return " ".join(f"{name}={getattr(settings, name)}" for name in names)
