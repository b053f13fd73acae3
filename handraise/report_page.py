"""The report as one page that needs nothing else: to print, to send, to keep."""

from html import escape

from handraise.client import Certificate, Contribution, Figure

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;text-align:left;"
    "vertical-align:top;border-bottom:1px solid #8884}td.figure{white-space:nowrap}"
    "small{opacity:.8}:root{color-scheme:light dark}"
)


def page(found: Contribution) -> str:
    """The whole document."""
    title = f"What people add: {escape(found.project)}"
    figures = "".join(_figure(figure) for figure in found.figures)
    promises = "".join(_promise(certificate) for certificate in found.certificates)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>As of {found.at:%Y-%m-%d %H:%M} UTC. Intervals hold with 95 % confidence.</p>"
        '<table><tr><th scope="col">figure</th><th scope="col">value</th>'
        '<th scope="col">interval</th><th scope="col">rests on</th></tr>'
        f"{figures}</table><h2>What was promised of automatic decisions</h2>"
        f"<table>{promises or '<tr><td>nothing yet</td></tr>'}</table></body></html>\n"
    )


def told(value: float | None, unit: str) -> str:
    """A value with its unit.

    >>> told(0.0512, "share"), told(79.26, "events"), told(7.24, "s"), told(None, "s")
    ('5.1 %', '79', '7.2 s', '-')
    """
    if value is None:
        return "-"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "s":
        return f"{value:,.1f} s"
    return f"{value:,.0f}" if unit == "events" else f"{value:.3g}"


def interval(figure: Figure) -> str:
    """Both ends, as far as they are known."""
    if figure.low is None and figure.high is None:
        return "-"
    return f"{told(figure.low, figure.unit)} to {told(figure.high, figure.unit)}"


def _figure(figure: Figure) -> str:
    name = escape(figure.name.replace("_", " "))
    return (
        f"<tr><td>{name}<br><small>{escape(figure.definition)}</small></td>"
        f'<td class="figure">{told(figure.value, figure.unit)}</td>'
        f'<td class="figure">{interval(figure)}</td><td>{figure.rests_on:,}</td></tr>'
    )


def _promise(certificate: Certificate) -> str:
    ended = f"{certificate.ended_at:%Y-%m-%d}" if certificate.ended_at else "in force"
    return (
        f"<tr><td>{escape(certificate.name)}<br><small>{certificate.began_at:%Y-%m-%d} to "
        f"{ended}</small></td><td>{escape(certificate.statement)}<br>"
        f"<small>{escape(certificate.estimated)}</small></td></tr>"
    )
