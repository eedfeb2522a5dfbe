"""What keeps the inverted index: one contract in `base`, one module for each engine."""

from kb_search.engines.base import Engine
from kb_search.engines.whoosh import WhooshEngine
from kb_search.errors import ConfigError


def engine_named(name: str) -> Engine:
    """The engine that settings or a manifest call by a name. Raises ConfigError for one there is not."""
    if name != WhooshEngine.name:
        raise ConfigError(f"There is no engine {name!r}; there is 'whoosh'.")
    return WhooshEngine()
