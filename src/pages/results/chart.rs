//! Line charts over time, drawn as accessible SVG. Each chart has a title and a description for
//! screen readers. A line above it names its lines and shows their values on the last day.
//! `public/results.js` lets pointer, touch and keyboard move to other days; it reads their values
//! from the table that the chart names, so no number is on the page twice.
//!
//! The SVG stretches to the available width, and one of its horizontal units is one trading day.
//! Labels are in elements that do not stretch, so they stay readable on a phone.

use std::fmt::Write;

use chrono::NaiveDate;
use leptos::{either::Either, prelude::*};

use super::{
    axis::Unit,
    end_labels::{EndLabel, end_labels},
    format,
    time_axis::{TimeTick, time_ticks},
};

/// Height of the SVG's view box.
const HEIGHT: i32 = 1000;

/// One line of a chart.
pub struct Line {
    pub name: String,
    /// The CSS class that sets the line's color and dashes.
    pub class: &'static str,
    /// Column of the chart's table that has the line's values, counted from 0.
    pub column: usize,
    /// One value per date of the chart; `None` leaves a gap in the line.
    pub values: Vec<Option<f64>>,
}

/// A line chart, ready to be rendered.
pub struct Chart {
    /// Prefix for the HTML IDs of the chart's title and description.
    pub id: &'static str,
    pub title: &'static str,
    /// A short summary of the most important numbers in the chart.
    pub description: String,
    /// The dates of the horizontal axis, in ascending order.
    pub dates: Vec<NaiveDate>,
    pub lines: Vec<Line>,
    /// Whether the vertical axis always includes zero.
    pub with_zero: bool,
    pub unit: Unit,
    /// The value of all lines one trading day before the first date, if they start there.
    pub origin: Option<f64>,
    /// HTML ID of the element with the chart's table, whose rows are the dates, newest first.
    pub table: &'static str,
}

impl Chart {
    /// Renders the chart, or only its description if there are fewer than two dates or no values at
    /// all.
    pub fn view(self) -> impl IntoView + use<> {
        let description = self.description.clone();
        match self.drawing() {
            Some(drawing) => Either::Left(drawing),
            None => Either::Right(view! { <p class="small">{description}</p> }),
        }
    }

    fn drawing(self) -> Option<impl IntoView + use<>> {
        let values = self.lines.iter().flat_map(|line| line.values.iter().flatten()).chain(&self.origin).copied();
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if self.dates.len() < 2 || !low.is_finite() || !high.is_finite() {
            return None;
        }
        let ticks = self.unit.ticks(low, high, self.with_zero);
        let scale = Scale { bottom: *ticks.first()?, top: *ticks.last()? };
        let (first, last) = (-i32::from(self.origin.is_some()), i32::try_from(self.dates.len()).ok()? - 1);
        let across = |tick: f64| format!("M{first} {}H{last}", scale.height(tick));
        let times = time_ticks(&self.dates);
        let mut rules: String = ticks.iter().filter(|tick| **tick != 0.0).map(|tick| across(*tick)).collect();
        for tick in &times {
            // Writing to a `String` cannot fail.
            let _ = write!(rules, "M{} 0V{HEIGHT}", tick.index);
        }
        let zero = ticks.contains(&0.0).then(|| view! { <path class="zero" d=across(0.0)></path> });
        let drawn = self.lines.iter().map(|line| {
            let points = self.origin.into_iter().map(Some).chain(line.values.iter().copied());
            let points = points.map(|value| value.map(|value| scale.height(value)));
            view! { <path class=format!("series {}", line.class) d=path(first, points)></path> }
        });
        let drawn = drawn.collect_view();
        let ends = self.lines.iter().filter_map(|line| {
            let last = line.values.iter().rev().flatten().next()?;
            let height = 100.0 * f64::from(scale.height(*last)) / f64::from(HEIGHT);
            Some(EndLabel { name: line.name.clone(), class: line.class, height })
        });
        let ends = end_labels(ends.collect());
        let labels = self.unit.tick_labels(&ticks).into_iter().rev();
        let labels = labels.map(|label| view! { <span>{label}</span> }).collect_view();
        let along = times.into_iter().map(|tick| time_label(tick, first, last)).collect_view();
        let (name_id, description_id) = (format!("{}-name", self.id), format!("{}-description", self.id));
        let names = format!("{name_id} {description_id}");
        let columns: Vec<String> = self.lines.iter().map(|line| line.column.to_string()).collect();
        let reading = reading(*self.dates.last()?, &self.lines, self.unit);
        Some(view! {
            <figure class="chart" data-table=self.table data-columns=columns.join(" ") data-prefix=self.unit.prefix()>
                {reading}
                <div class="plot">
                    <div class="up" aria-hidden="true">{labels}</div>
                    <div class="area">
                        <svg viewBox=format!("{first} 0 {} {HEIGHT}", last - first) role="img" aria-labelledby=names preserveAspectRatio="none" fill="none">
                            <title id=name_id>{self.title}</title>
                            <desc id=description_id>{self.description.clone()}</desc>
                            <path class="rule" d=rules></path>
                            {zero}
                            {drawn}
                            <path class="cross"></path>
                            <path class="dots"></path>
                        </svg>
                    </div>
                    {ends}
                    <svg class="along" aria-hidden="true">{along}</svg>
                </div>
                <figcaption class="small">{self.description}</figcaption>
            </figure>
        })
    }
}

/// The values at the two ends of the vertical axis.
struct Scale {
    bottom: f64,
    top: f64,
}

impl Scale {
    /// Converts a value to its distance from the top of the view box.
    fn height(&self, value: f64) -> i32 {
        // The result is between 0 and `HEIGHT`, because the axis spans all values.
        #[allow(clippy::cast_possible_truncation)]
        let height = (f64::from(HEIGHT) * (self.top - value) / (self.top - self.bottom)).round() as i32;
        height
    }
}

/// Renders the label of a tick below the chart. A label at the right end of the axis is aligned to
/// it, so that it does not leave the page; at the left end, there is space for it.
fn time_label(tick: TimeTick, first: i32, last: i32) -> impl IntoView {
    let index = i32::try_from(tick.index).unwrap_or(last);
    let part = 100.0 * f64::from(index - first) / f64::from(last - first);
    let anchor = if part > 95.0 { "end" } else { "middle" };
    let class = (!tick.fits_phone).then_some("wide");
    view! { <text class=class x=format!("{part:.1}%") y="1em" text-anchor=anchor>{tick.label}</text> }
}

/// Renders the date and the values of the last day, next to a sample of each line.
fn reading(date: NaiveDate, lines: &[Line], unit: Unit) -> impl IntoView + use<> {
    let items = lines.iter().map(|line| {
        let class = format!("series {}", line.class);
        let value = unit.format(line.values.last().copied().flatten());
        view! {
            <li>
                <svg viewBox="0 0 28 8" aria-hidden="true" fill="none"><path class=class d="M0 4H28"></path></svg>
                {format!("{} ", line.name)}
                <b>{value}</b>
            </li>
        }
    });
    view! { <ul class="legend"><li class="when">{format::date(date)}</li>{items.collect_view()}</ul> }
}

/// Returns the SVG path of a line, with a gap where a point is missing. Points are one unit apart
/// and start at `first`. Each part of the line starts with absolute coordinates and goes on with
/// relative ones, which take fewer bytes: `M0 500l1-3 1 5`. `public/results.js` reads this form.
fn path(first: i32, points: impl Iterator<Item = Option<i32>>) -> String {
    let mut path = String::new();
    // The point before, and whether it started a part of the line.
    let mut before: Option<(i32, bool)> = None;
    for (x, point) in (first..).zip(points) {
        // Writing to a `String` cannot fail.
        let _ = match (point, before) {
            (None, _) => Ok(()),
            (Some(y), None) => write!(path, "M{x} {y}"),
            (Some(y), Some((last, started))) => {
                let (command, step) = (if started { "l" } else { " " }, y - last);
                let space = if step < 0 { "" } else { " " };
                write!(path, "{command}1{space}{step}")
            }
        };
        before = point.map(|y| (y, before.is_none()));
    }
    path
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use leptos::prelude::*;
    use proptest::prelude::*;

    use super::{Chart, HEIGHT, Line, Scale, Unit, path};

    fn chart(values: &[Vec<Option<f64>>], origin: Option<f64>) -> String {
        let line = |(column, values): (usize, &Vec<Option<f64>>)| Line {
            name: format!("Line {column}"),
            class: "main",
            column: column + 1,
            values: values.clone(),
        };
        let start: chrono::NaiveDate = "2022-01-03".parse().unwrap();
        let count = values.first().map_or(0, Vec::len);
        let chart = Chart {
            id: "it",
            title: "Title",
            description: "Words".to_owned(),
            dates: (0..count as u64).map(|day| start + Days::new(day)).collect(),
            lines: values.iter().enumerate().map(line).collect(),
            with_zero: true,
            unit: Unit::Share,
            origin,
            table: "days",
        };
        Owner::new().with(|| chart.view().into_view().to_html())
    }

    #[test]
    fn breaks_line_where_value_is_missing() {
        let points = [Some(1), Some(2), Some(2), Some(0), None, Some(3)];
        assert_eq!(path(0, points.into_iter()), "M0 1l1 1 1 0 1-2M5 3");
        assert_eq!(path(-1, [Some(7), Some(8)].into_iter()), "M-1 7l1 1");
    }

    #[test]
    fn starts_at_origin_before_first_date() {
        let html = chart(&[vec![Some(-0.5), Some(-1.0)], vec![Some(0.5), Some(1.0)]], Some(0.0));
        assert!(html.contains("viewBox=\"-1 0 2 1000\""), "{html}");
        assert!(html.contains("d=\"M-1 500l1 250 1 250\"") && html.contains("d=\"M-1 500l1-250 1-250\""), "{html}");
    }

    #[test]
    fn reads_last_day_and_names_columns() {
        let html = chart(&[vec![Some(0.1), Some(0.2)], vec![Some(0.1), None]], None);
        assert!(html.contains("data-table=\"days\" data-columns=\"1 2\""), "{html}");
        assert!(html.contains("Jan 4, 2022") && html.contains("20.0%") && html.contains("<b>\u{2013}"), "{html}");
    }

    #[test]
    fn shows_only_words_without_two_dates() {
        for values in [vec![], vec![vec![]], vec![vec![Some(0.1)]], vec![vec![None, None]]] {
            let html = chart(&values, None);
            assert!(html.contains("Words") && !html.contains("<svg"), "{html}");
        }
    }

    proptest! {
        #[test]
        fn draws_each_value_inside_view_box(values in proptest::collection::vec(-1e9..1e9f64, 1..300)) {
            let (low, high) = values.iter().fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(*v), high.max(*v)));
            let ticks = Unit::Dollars.ticks(low, high, true);
            let scale = Scale { bottom: ticks[0], top: ticks[ticks.len() - 1] };
            let heights: Vec<i32> = values.iter().map(|value| scale.height(*value)).collect();
            prop_assert!(heights.iter().all(|height| (0..=HEIGHT).contains(height)), "{:?}", heights);
            // The sum of the steps is the last height, so rounding does not add up.
            let path = path(0, heights.iter().copied().map(Some));
            let numbers = path[1..].replace('l', " ").replace('-', " -");
            let numbers: Vec<i32> = numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
            let end: i32 = numbers.iter().skip(1).step_by(2).sum();
            prop_assert_eq!(end, heights[heights.len() - 1]);
        }
    }
}
