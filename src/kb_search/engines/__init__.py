"""What keeps the inverted index: one contract in `base`, one module for each engine.

An engine's module is imported when the engine is asked for, so that nobody needs the library of one that is not used.
"""

import importlib
from dataclasses import replace

from kb_search.config import Settings
from kb_search.engines.base import Engine
from kb_search.errors import ConfigError, IndexMissing
from kb_search.generations import CLUSTER, current_engine, current_name

#: The class of each engine; it stands in the module of the engine's name.
_CLASSES = {"whoosh": "WhooshEngine", "tantivy": "TantivyEngine", "opensearch": "OpenSearchEngine"}


def engine_named(name: str, settings: Settings | None = None) -> Engine:
    """The engine that settings or a manifest call by a name, with the settings it works by (else the defaults).

    Raises ConfigError for an engine there is not, and for one whose library is not installed.
    """
    if name not in _CLASSES:
        raise ConfigError(f"There is no engine {name!r}; choose one of {', '.join(_CLASSES)}.")
    try:
        module = importlib.import_module(f"kb_search.engines.{name}")
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The engine {name} needs the package {error.name}, which is not installed. "
            f"In the folder of the program, `.venv/bin/pip install --editable '.[{name}]'` brings it."
        ) from error
    engine: type[Engine] = getattr(module, _CLASSES[name])
    return engine(settings)


def reading(settings: Settings, *, hasty: bool = False) -> Settings:
    """Settings with the index folder to read from.

    Where settings name the engine in a cluster, and the folder has no index of it, the small files of the one in the
    cluster are brought here. An index of another engine answers until the cluster has the collection. Whoever is
    `hasty` has these files already, and does not wait long for a cluster. Raises ClusterProblem and IndexProblem.
    """
    if settings.engine != "opensearch" or current_engine(settings.index) == settings.engine:
        return settings
    there = current_name(settings.index)
    if there and not settings.engine_url:
        return settings
    try:
        return replace(settings, index=engine_named(settings.engine, settings).fetched(hasty=hasty))
    except IndexMissing:
        if there:
            return settings
        raise


def sweep_elsewhere(settings: Settings) -> None:
    """Throw away what a cluster keeps of generations that are gone, whichever engine keeps the index now."""
    if (settings.index / CLUSTER).exists():
        engine_named("opensearch", settings).sweep()
