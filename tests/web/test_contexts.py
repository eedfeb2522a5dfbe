"""What templates use and what their dataclasses give are the same."""

from dataclasses import fields
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from jinja2 import meta, nodes

from kb_search.web.contexts import PAGES

GLOBALS = {"asset"}


def used_by(environment: jinja2.Environment, template: str) -> set[str]:
    """The variables that a template, and what it extends or includes, takes from outside."""
    assert environment.loader is not None
    source = environment.loader.get_source(environment, template)[0]
    tree = environment.parse(source)
    imports = list(tree.find_all(nodes.Import))
    names = meta.find_undeclared_variables(tree) - {node.target for node in imports}
    names -= {node.name for node in tree.find_all(nodes.Macro)}
    imported = {node.template.value for node in imports}
    for other in meta.find_referenced_templates(tree):
        if other not in imported:  # an imported template does not see the context
            names |= used_by(environment, other)
    return names


def test_every_template_has_its_dataclass(app: Flask) -> None:
    """Each page template belongs to one dataclass; the others are only extended or imported."""
    templates = {name for name in app.jinja_env.list_templates() if not name.startswith("_")} - {"base.html"}
    assert {page.template for page in PAGES} == templates


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_dataclass_is_what_its_template_uses(app: Flask, page: type) -> None:
    """No variable is missing from the dataclass, and none of its fields is unused."""
    assert used_by(app.jinja_env, page.template) - GLOBALS == {field.name for field in fields(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_page_says_what_it_is(page: type) -> None:
    """Each dataclass is documented."""
    assert page.__doc__
    assert not page.__doc__.startswith(page.__name__)


def test_an_unknown_variable_is_an_error(app: Flask) -> None:
    """A misspelt name in a template fails instead of showing nothing."""
    with pytest.raises(jinja2.UndefinedError):
        app.jinja_env.from_string("{{ no_such_thing }}").render()


def test_templates_escape_whatever_their_name(app: Flask) -> None:
    """Everything that is printed is escaped, and no template declares anything safe."""
    assert app.jinja_env.from_string("{{ '<' }}").render() == "&lt;"
    for name in app.jinja_env.list_templates():
        source = Path(app.jinja_env.get_template(name).filename or "").read_text("utf-8")
        for word in ("|safe", "| safe", "autoescape", "Markup", "style=", "onclick", "javascript:"):
            assert word not in source, (name, word)
