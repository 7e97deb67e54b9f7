//! Line charts over time, drawn as accessible SVG. Each chart has a title and a description for
//! screen readers, and a tooltip with the values of each day. The same numbers are always available
//! in a table or a downloadable file.
//!
//! The SVG stretches to the available width. Its labels are HTML text next to it, so they stay
//! readable on a phone.

use std::fmt::Write;

use chrono::NaiveDate;
use leptos::{either::Either, prelude::*};

use super::format;

/// Width and height of the SVG's view box.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 200.0;

/// One line of a chart.
pub struct Line {
    pub name: &'static str,
    /// The CSS class that sets the line's color and dashes.
    pub class: &'static str,
    /// One value per date of the chart; `None` leaves a gap in the line.
    pub values: Vec<Option<f64>>,
}

/// The unit of a chart's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Dollars,
    /// A fraction, shown as a percentage.
    Share,
}

impl Unit {
    fn format(self, value: f64) -> String {
        match self {
            Self::Dollars => format::money(Some(value)),
            Self::Share => format::percent(Some(value)),
        }
    }

    /// Formats the label of an axis tick with as many decimals as it takes to tell neighboring
    /// ticks apart.
    fn tick_label(self, value: f64, step: f64) -> String {
        let (value, step) = if self == Self::Share { (value * 100.0, step * 100.0) } else { (value, step) };
        let is_whole = |digits: &usize| {
            let scaled = step * 10_f64.powi(i32::try_from(*digits).unwrap_or(0));
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        };
        let digits = (0..6).find(is_whole).unwrap_or(2);
        let text = format::grouped(&format!("{value:.digits$}"));
        match self {
            Self::Share => format!("{text}%"),
            Self::Dollars => format::with_currency(&text),
        }
    }

    /// Returns how far the vertical axis extends below zero in a chart whose values are all zero.
    fn height_of_zero_chart(self) -> f64 {
        match self {
            Self::Dollars => 1.0,
            Self::Share => 0.01,
        }
    }
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
        let values = || self.lines.iter().flat_map(|line| line.values.iter().flatten().copied());
        let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if self.dates.len() < 2 || !low.is_finite() {
            return None;
        }
        let ticks = match (self.with_zero, low.min(0.0), high.max(0.0)) {
            (true, 0.0, 0.0) => vec![-self.unit.height_of_zero_chart(), 0.0],
            (true, low, high) => ticks(low, high),
            (false, ..) => ticks(low, high),
        };
        let (bottom, top, distance) = (*ticks.first()?, *ticks.last()?, ticks.get(1)? - ticks.first()?);
        let y = move |value: f64| HEIGHT * (top - value) / (top - bottom);
        let step = WIDTH / (self.dates.len() - 1) as f64;

        let grid = ticks.iter().map(|&tick| {
            let class = if tick == 0.0 && bottom < 0.0 { "zero" } else { "rule" };
            let at = format!("{:.1}", y(tick));
            view! { <line class=class x1="0" x2=WIDTH.to_string() y1=at.clone() y2=at vector-effect="non-scaling-stroke"></line> }
        });
        let grid = grid.collect_view();
        let drawn = self.lines.iter().map(|line| {
            let class = format!("series {}", line.class);
            view! { <path class=class d=path(&line.values, step, y) fill="none" vector-effect="non-scaling-stroke"></path> }
        });
        let drawn = drawn.collect_view();
        let days = self.dates.iter().enumerate().map(|(at, date)| {
            let known = self.lines.iter().filter_map(|line| Some((line.name, line.values.get(at).copied()??)));
            let values: Vec<String> =
                known.map(|(name, value)| format!("{name} {}", self.unit.format(value))).collect();
            let (x, width) = (format!("{:.1}", step * (at as f64 - 0.5)), format!("{step:.2}"));
            let text = format!("{date}: {}", values.join(", "));
            view! { <rect class="day" x=x y="0" width=width height=HEIGHT.to_string()><title>{text}</title></rect> }
        });
        let days = days.collect_view();
        let (first, middle, last) = (self.dates.first()?, self.dates.get(self.dates.len() / 2)?, self.dates.last()?);
        let along = [first, middle, last].map(|date| view! { <span>{format::date(*date)}</span> }).collect_view();
        let up = ticks
            .iter()
            .rev()
            .map(|&tick| view! { <span>{self.unit.tick_label(tick, distance)}</span> })
            .collect_view();
        let (name_id, description_id) = (format!("{}-name", self.id), format!("{}-description", self.id));
        let names = format!("{name_id} {description_id}");
        let legend = (self.lines.len() > 1).then(|| legend(&self.lines));
        Some(view! {
            <figure class="chart">
                {legend}
                <div class="plot">
                    <div class="up" aria-hidden="true">{up}</div>
                    <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-labelledby=names preserveAspectRatio="none">
                        <title id=name_id>{self.title}</title>
                        <desc id=description_id>{self.description.clone()}</desc>
                        {grid}
                        {drawn}
                        {days}
                    </svg>
                    <div class="along" aria-hidden="true">{along}</div>
                </div>
                <figcaption class="small">{self.description}</figcaption>
            </figure>
        })
    }
}

fn legend(lines: &[Line]) -> impl IntoView + use<> {
    let items = lines.iter().map(|line| {
        let class = format!("series {}", line.class);
        view! {
            <li>
                <svg viewBox="0 0 28 8" aria-hidden="true"><path class=class d="M0 4H28" fill="none"></path></svg>
                {line.name}
            </li>
        }
    });
    view! { <ul class="legend">{items.collect_view()}</ul> }
}

/// Returns the SVG path of a line, with a gap where a value is missing.
fn path(values: &[Option<f64>], step: f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut pen_is_down = false;
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let command = if pen_is_down { 'L' } else { 'M' };
            // Writing to a `String` cannot fail.
            let _ = write!(path, "{command}{:.1} {:.1}", step * at as f64, y(*value));
        }
        pen_is_down = value.is_some();
    }
    path
}

/// Returns two to seven evenly spaced round numbers for the ticks of an axis. The first is at most
/// `low`, and the last is at least `high`.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    // If all values are the same, the line is drawn between one tick above and one tick below it.
    let span = if high > low { high - low } else { (high.abs() * 0.1).max(1.0) };
    let power = 10_f64.powf((span / 4.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| span / step <= 4.0);
    let step = step.unwrap_or(span);
    let (mut first, mut last) = ((low / step).floor(), (high / step).ceil());
    if last - first < 0.5 {
        (first, last) = (first - 1.0, last + 1.0);
    }
    #[allow(clippy::cast_possible_truncation)] // At most six steps.
    let count = (last - first) as i32;
    (0..=count).map(|at| (first + f64::from(at)) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn surrounds_values_with_round_ticks() {
        assert_eq!(ticks(1_030.0, 1_190.0), [1_000.0, 1_050.0, 1_100.0, 1_150.0, 1_200.0]);
        let drawdowns: Vec<String> = ticks(-0.18, 0.0).into_iter().map(|tick| format!("{tick:.3}")).collect();
        assert_eq!(drawdowns, ["-0.200", "-0.150", "-0.100", "-0.050", "0.000"]);
    }

    #[test]
    fn puts_constant_line_between_two_ticks() {
        let ticks = ticks(50_000.0, 50_000.0);
        assert!(ticks[0] < 50_000.0 && ticks[ticks.len() - 1] > 50_000.0, "{ticks:?}");
    }

    #[test]
    fn gives_ticks_the_decimals_of_their_distance() {
        assert_eq!(Unit::Share.tick_label(-0.0025, 0.0025), "-0.25%");
        assert_eq!(Unit::Share.tick_label(-0.05, 0.05), "-5%");
        assert_eq!(Unit::Dollars.tick_label(-1_250.0, 250.0), "-$1,250");
        assert_eq!(Unit::Dollars.tick_label(7.5, 2.5), "$7.5");
    }

    #[test]
    fn breaks_line_where_value_is_missing() {
        assert_eq!(path(&[Some(1.0), Some(2.0), None, Some(3.0)], 10.0, |v| v), "M0.0 1.0L10.0 2.0M30.0 3.0");
    }

    proptest! {
        #[test]
        fn spans_all_values_with_few_ticks(low in -1e9..1e9f64, span in 0.0..1e9f64) {
            let ticks = ticks(low, low + span);
            prop_assert!((2..=7).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks[0] <= low && ticks[ticks.len() - 1] >= low + span, "{:?}", ticks);
        }
    }
}
