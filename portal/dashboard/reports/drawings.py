"""The charts of a report as drawings that stand alone, for print: colours and fonts inside."""

from django.template.loader import render_to_string

from portal.dashboard.charts import LEFT, Chart, Series
from portal.dashboard.reports.pieces import Drawing, Section

LEGEND = 28  # the height of the line that names the series
LETTER, BESIDE = 7, 44  # about how wide a letter is; what a name needs besides


def pictures(sections: list[Section]) -> dict[str, bytes]:
    """Return each chart that is not empty, by its file name."""
    return {
        one.name: svg(one) for section in sections for one in section.charts if one.says_something
    }


def svg(drawing: Drawing) -> bytes:
    """Return one chart as SVG; with several series, their names below it."""
    chart = drawing.chart
    legend = _legend(chart)
    context = {
        "chart": chart,
        "height": chart.height + (LEGEND if legend else 0),
        "legend": legend,
        "legend_at": chart.height + 8,
    }
    return render_to_string("pdf/chart.svg", context).encode()


def _legend(chart: Chart) -> list[tuple[int, Series]]:
    if len(chart.series) < 2:
        return []
    at, places = LEFT, []
    for one in chart.series:
        places.append((at, one))
        at += BESIDE + LETTER * len(one.name)
    return places
