"""The templates of the pages, and what all of them know."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.review.web.words import span, told, whole

_HERE = Path(__file__).parent


def environment(**known: object) -> Environment:
    """Templates that escape everything, and are given what they know besides a page's content."""
    templates = Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE / "static"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    icon = (_HERE / "static" / "icon.svg").read_text()
    templates.globals.update(icon=icon, **known)
    templates.filters.update(span=span, told=told, whole=whole)
    return templates
