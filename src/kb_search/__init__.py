"""kb-search: a full-text research search engine for a folder of articles."""

__version__ = "0.1.0"
