"""A chart's drawing, its table and what is said to whoever cannot see it are the same figures."""

import re
from typing import Any

from django.template.loader import render_to_string

from portal.dashboard.charts import HEIGHT, LEFT, RIGHT, WIDTH, Chart, Mark, Series, Shape


def chart(shape: Shape = Shape.BARS, **more: Any) -> Chart:
    series = [Series("late", [0, 3, 1], ["", "/staff/?a", "/staff/?b"]), Series("due", [2, 4, 0])]
    given: dict[str, Any] = {
        "name": "Due",
        "labels": ["May", "June", "July"],
        "series": series,
        "shape": shape,
    }
    return Chart(**(given | more))


def drawn(one: Chart) -> str:
    return render_to_string("dashboard/chart.html", {"chart": one, "first": "Month"})


def test_bars_are_stacked_as_high_as_their_figures():
    heights = [bar.height for bar in chart().bars()]
    unit = heights[0] / 2
    assert [round(height / unit) for height in heights] == [2, 3, 4, 1]
    assert len({bar.series for bar in chart().bars()}) == 2


def test_a_line_has_a_point_for_each_label_and_none_is_outside():
    paths = list(chart(Shape.LINE).paths())
    assert [path.points.count(",") for path in paths] == [3, 3]
    for x, y in (point.split(",") for path in paths for point in path.points.split()):
        assert LEFT < float(x) < WIDTH - RIGHT
        assert 0 <= float(y) <= HEIGHT
    assert not list(chart(Shape.LINE).bars())


def test_each_series_has_its_own_lane_on_one_scale():
    one = chart(Shape.LANES)
    lanes = {floor: series for _named, floor, series in one.lanes()}
    unit = max(bar.height for bar in one.bars()) / 4
    read: dict[float, list[int]] = {floor: [] for floor in lanes}
    for bar in one.bars():
        read[bar.y + bar.height].append(round(bar.height / unit))
    assert [read[floor] for floor in lanes] == [[3, 1], [2, 4]]
    assert max(lanes) < one.height


def test_the_mark_stands_after_its_label():
    one = chart(mark=Mark(1, "one month"))
    assert one.limit is not None
    by_x = sorted(one.bars(), key=lambda bar: bar.x)
    assert by_x[-2].x + by_x[-2].width < one.limit.at < by_x[-1].x
    assert "A line marks: one month." in drawn(one)


def test_the_table_has_every_figure_and_the_links_to_what_is_behind_it():
    text = drawn(chart())
    assert re.findall(r'<td class="num">(?:<a[^>]*>)?(\d+)', text) == list("023410")
    assert re.findall(r'<a href="([^"]+)">(\d+)', text) == [("/staff/?a", "3"), ("/staff/?b", "1")]


def test_a_line_that_ends_earlier_shows_no_figure_for_what_was_not_counted():
    """March beside February: the days that were none are not said to be zero."""
    series = [Series("now", [1, 2, 3]), Series("before", [4, 5], ["/staff/?a", "/staff/?b"])]
    one = chart(Shape.LINE, series=series)
    assert [path.points.count(",") for path in one.paths()] == [3, 2]
    cells = re.findall(r'<td class="num">(?:<a[^>]*>)?([^<]+)', drawn(one))
    assert cells == ["1", "4", "2", "5", "3", "–"]
    assert "Due: 15 in all; the highest figure is 7, at June." in drawn(one)


def test_the_drawing_has_a_name_and_says_its_sum_and_its_highest_figure():
    assert 'role="img" aria-label="Due: 10 in all; the highest figure is 7, at June."' in drawn(
        chart()
    )


def test_a_chart_of_nothing_says_so():
    empty = drawn(chart(series=[Series("due", [0, 0, 0])]))
    assert "every figure of this period is zero" in empty
    assert "<svg" not in empty
