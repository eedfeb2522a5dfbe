"""What the tests of all loaders share."""

from kb_search.loaders import Defaults, SourceFile, load

PROSE = "The two sides met in the valley on Tuesday and spoke about the road, the water and the school."


def source(folder, name, content, **more):
    """A file with the given content (text or bytes) in a folder, which may be `sub/name.txt`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return SourceFile(path, name, more.pop("defaults", Defaults()), **more)


def read(folder, name, content, **more):
    """The only article of a file with the given content."""
    (article,) = load(source(folder, name, content, **more))
    return article


def heads(article):
    """Each section's title with the first words of what it heads."""
    return [(section.title, article.text[section.start :][:12]) for section in article.sections]
