//! Charts and a table of the daily snapshots: return and drawdown next to those of the benchmark,
//! equity, and the value of long and short positions.

mod days_table;

use chrono::NaiveDate;
use leptos::prelude::*;
use status::counted;

use self::days_table::{
    BENCHMARK_DRAWDOWN, BENCHMARK_SINCE_START, DRAWDOWN, EQUITY, LONG, NET, SHORT, SINCE_START, TABLE,
};
use super::{
    axis::Unit,
    block::{Basis, Block},
    chart::{Chart, Line},
    cumulative::Cumulative,
    format,
    overview::Overview,
    words::period,
};
use crate::server::{batch::phases::snapshots::Snapshot, results::csv::Table};

/// The snapshots with the numbers that only the charts and their table need.
pub struct OverTime<'a> {
    days: &'a [Snapshot],
    /// The day before the first snapshot and the equity at its close, if they are known.
    start: Option<(NaiveDate, f64)>,
    /// Name of the benchmark as people know it.
    benchmark: String,
    cumulative: Option<Cumulative>,
}

/// Renders two blocks: one with return, drawdown and equity, and one with long, short and net
/// value.
pub fn blocks(basis: &Basis, overview: &Overview<'_>) -> impl IntoView + use<> {
    let days = overview.days();
    let over_time = OverTime::new(days, &overview.benchmark.label, overview.start());
    let window = match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            let first = over_time.start.map_or(first.date, |(date, _)| date);
            format!("{}, {}", counted(days.len() as u64, "trading day"), period(first, last.date))
        }
        _ => "no trading days".to_owned(),
    };
    let cash = format::money(days.last().map(|day| day.cash));
    let lowest = overview
        .borrowed()
        .map(|(cash, date)| format!(" Lowest cash: {} on {}.", format::money(Some(cash)), format::date(date)));
    let equity = Block {
        id: "equity",
        title: "Equity",
        window: window.clone(),
        note: format!(
            "Assumes that no money was added or taken out: the cash of the past is worked back from today's {cash}, \
             through the trades.{}",
            lowest.unwrap_or_default()
        ),
        table: Some(Table::Snapshots),
    };
    let exposure = Block {
        id: "exposure",
        title: "Long, short and net",
        window,
        note: "Shorts are shown as negative. Net is long plus short; the rest of the equity is cash.".to_owned(),
        table: Some(Table::Snapshots),
    };
    let charts = [over_time.return_chart(), over_time.drawdown_chart(), over_time.equity_chart()];
    let charts = charts.into_iter().flatten().map(Chart::view).collect_view();
    view! {
        {equity.view(basis, view! { {charts}{over_time.table()} })}
        {exposure.view(basis, over_time.exposure_chart().map(Chart::view))}
    }
}

impl<'a> OverTime<'a> {
    pub fn new(days: &'a [Snapshot], benchmark: &str, start: Option<(NaiveDate, f64)>) -> Self {
        Self { days, start, benchmark: benchmark.to_owned(), cumulative: Cumulative::from_snapshots(days) }
    }

    /// Returns the cumulative returns, if there are any for the benchmark.
    fn against_benchmark(&self) -> Option<&Cumulative> {
        self.cumulative.as_ref().filter(|cumulative| cumulative.has_benchmark())
    }

    fn line(&self, name: &str, class: &'static str, column: usize, value: fn(&Snapshot) -> Option<f64>) -> Line {
        Line { name: name.to_owned(), class, column, values: self.days.iter().map(value).collect() }
    }

    fn benchmark_line(&self, column: usize, values: &[Option<f64>]) -> Line {
        Line { name: self.benchmark.clone(), class: "benchmark", column, values: values.to_vec() }
    }

    fn chart(&self, id: &'static str, title: &'static str, description: String, lines: Vec<Line>) -> Chart {
        Chart {
            id,
            title,
            description,
            dates: self.days.iter().map(|day| day.date).collect(),
            lines,
            with_zero: true,
            unit: Unit::Share,
            origin: None,
            table: TABLE,
        }
    }

    /// Draws the portfolio's return, and its benchmark's, both since the same day.
    pub fn return_chart(&self) -> Option<Chart> {
        let (cumulative, last) = (self.cumulative.as_ref()?, self.days.last()?);
        let total = |values: &[Option<f64>]| format::percent(values.last().copied().flatten());
        let (date, own) = (format::date(last.date), total(&cumulative.portfolio));
        let start = self.start.filter(|_| cumulative.starts_before);
        let at = start.map(|(date, _)| format!(" at the close of {}", format::date(date))).unwrap_or_default();
        let values = cumulative.portfolio.clone();
        let mut lines = vec![Line { name: "Portfolio".to_owned(), class: "main", column: SINCE_START, values }];
        let description = if cumulative.has_benchmark() {
            lines.push(self.benchmark_line(BENCHMARK_SINCE_START, &cumulative.benchmark));
            let other = total(&cumulative.benchmark);
            format!("Both start at 0%{at}. On {date}: portfolio {own}, {} {other}.", self.benchmark)
        } else {
            format!("The portfolio starts at 0%{at}. On {date}: {own}.")
        };
        let chart = self.chart("return-chart", "Return over time", description, lines);
        Some(Chart { origin: cumulative.starts_before.then_some(0.0), ..chart })
    }

    /// Draws how far the portfolio, and its benchmark, were below their highest value so far.
    pub fn drawdown_chart(&self) -> Option<Chart> {
        let drops = self.days.iter().map(|day| day.drawdown);
        let worst = self.worst(drops)?;
        let now = format::percent(self.days.last()?.drawdown);
        let mut description = format!("Drop from the highest value so far: worst {worst}, {now} on the last day.");
        let mut lines = vec![self.line("Portfolio", "main", DRAWDOWN, |day| day.drawdown)];
        if let Some(cumulative) = self.against_benchmark() {
            let drops = &cumulative.benchmark_drawdown;
            if let Some(worst) = self.worst(drops.iter().copied()) {
                description = format!("{description} Worst of {}: {worst}.", self.benchmark);
            }
            lines.push(self.benchmark_line(BENCHMARK_DRAWDOWN, drops));
        }
        Some(self.chart("drawdown-chart", "Drawdown over time", description, lines))
    }

    /// Describes the lowest of the drops and its day, such as "-12.8% on Jun 16, 2022".
    fn worst(&self, drops: impl Iterator<Item = Option<f64>>) -> Option<String> {
        let known = drops.zip(self.days).filter_map(|(drop, day)| Some((drop?, day.date)));
        let (drop, date): (f64, NaiveDate) = known.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(format!("{} on {}", format::percent(Some(drop)), format::date(date)))
    }

    pub fn equity_chart(&self) -> Option<Chart> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        let start = self.start.unwrap_or((first.date, first.equity));
        let all = || std::iter::once(start).chain(self.days.iter().map(|day| (day.date, day.equity)));
        let low = all().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let high = all().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let on = |(date, equity)| format!("{} on {}", format::money(Some(equity)), format::date(date));
        let to = on((last.date, last.equity));
        let description = format!("Equity went from {} to {to}. Low: {}. High: {}.", on(start), on(low), on(high));
        let lines = vec![self.line("Equity", "main", EQUITY, |day| Some(day.equity))];
        let chart = self.chart("equity-chart", "Equity over time", description, lines);
        Some(Chart { with_zero: false, unit: Unit::Dollars, origin: self.start.map(|(_, equity)| equity), ..chart })
    }

    pub fn exposure_chart(&self) -> Option<Chart> {
        let last = self.days.last()?;
        let dollars = |value: f64| format::money(Some(value));
        let description = format!(
            "On the last day: long {}, short {}, net {}, gross {}.",
            dollars(last.long_value),
            dollars(last.short_value),
            dollars(last.net),
            dollars(last.gross),
        );
        let lines = vec![
            self.line("Long", "gain", LONG, |day| Some(day.long_value)),
            self.line("Short", "loss", SHORT, |day| Some(day.short_value)),
            self.line("Net", "main", NET, |day| Some(day.net)),
        ];
        let chart = self.chart("exposure-chart", "Long, short and net value over time", description, lines);
        Some(Chart { unit: Unit::Dollars, ..chart })
    }
}

#[cfg(test)]
mod tests {
    use super::{Chart, OverTime};
    use crate::{pages::results::cumulative::tests::snapshots, server::batch::phases::snapshots::Snapshot};

    fn charts(over_time: &OverTime<'_>) -> Vec<Chart> {
        let charts = [
            over_time.return_chart(),
            over_time.drawdown_chart(),
            over_time.equity_chart(),
            over_time.exposure_chart(),
        ];
        charts.into_iter().flatten().collect()
    }

    /// Asserts that the cells of each chart's columns are what the chart would show.
    fn assert_columns(days: &[Snapshot], lines: usize) {
        let over_time = OverTime::new(days, "S&P 500", None);
        let charts = charts(&over_time);
        for (at, day) in days.iter().enumerate() {
            let cells = over_time.cells(at, day);
            assert_eq!(cells.len(), over_time.columns().len());
            for chart in &charts {
                for line in &chart.lines {
                    let shown = chart.unit.format(line.values[at]).replace('$', "");
                    assert_eq!(cells[line.column], shown, "{}, {}, {at}", chart.title, line.name);
                }
            }
        }
        assert_eq!(charts.iter().map(|chart| chart.lines.len()).sum::<usize>(), lines);
    }

    #[test]
    fn reads_chart_values_from_table_columns() {
        assert_columns(&snapshots(&[(None, Some(0.1)), (Some(-0.02), Some(0.01)), (Some(0.05), None)]), 8);
        assert_columns(&snapshots(&[(Some(0.3), None), (Some(-0.02), None)]), 6);
        assert_columns(&snapshots(&[(None, None), (None, None)]), 4);
    }

    #[test]
    fn describes_returns_and_drops_of_both() {
        let days = snapshots(&[(Some(0.1), Some(-0.5)), (Some(-0.02), Some(0.5))]);
        let words: Vec<String> =
            charts(&OverTime::new(&days, "S&P 500", None)).into_iter().map(|c| c.description).collect();
        assert_eq!(words[0], "Both start at 0%. On Jan 4, 2022: portfolio 7.8%, S&P 500 -25.0%.");
        assert_eq!(
            words[1],
            "Drop from the highest value so far: worst -2.0% on Jan 4, 2022, -2.0% on the last day. \
             Worst of S&P 500: -50.0% on Jan 3, 2022."
        );
    }

    #[test]
    fn starts_at_close_of_day_before() {
        let days = snapshots(&[(Some(0.1), Some(-0.5)), (Some(-0.02), Some(0.5))]);
        let start = Some(("2021-12-31".parse().unwrap(), 90_000.0));
        let over_time = OverTime::new(&days, "S&P 500", start);
        let words = over_time.return_chart().unwrap().description;
        assert!(words.starts_with("Both start at 0% at the close of Dec 31, 2021."), "{words}");
        let equity = over_time.equity_chart().unwrap();
        let words = equity.description;
        assert!(words.starts_with("Equity went from $90,000 on Dec 31, 2021 to $100,000"), "{words}");
        assert!(words.contains("Low: $90,000 on Dec 31, 2021."), "{words}");
        assert_eq!(equity.origin, Some(90_000.0));
    }
}
