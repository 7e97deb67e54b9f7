//! Charts and a table of the daily snapshots: equity, drawdown, and the value of long and short
//! positions.

use chrono::NaiveDate;
use leptos::prelude::*;
use status::counted;

use super::{
    block::{Basis, Block},
    chart::{Chart, Line, Unit},
    format,
    tables::table,
};
use crate::server::{batch::phases::snapshots::Snapshot, results::csv::Table};

/// Renders two blocks: one with equity and drawdown, and one with long, short and net value.
pub fn blocks(basis: &Basis, days: &[Snapshot]) -> impl IntoView + use<> {
    let window = match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            let (first, last) = (format::date(first.date), format::date(last.date));
            format!("{}, {first} to {last}", counted(days.len() as u64, "trading day"))
        }
        _ => "no trading days".to_owned(),
    };
    let equity = Block {
        id: "equity",
        title: "Equity",
        window: window.clone(),
        note: String::new(),
        table: Some(Table::Snapshots),
    };
    let exposure = Block {
        id: "exposure",
        title: "Long, short and net",
        window,
        note: "Shorts are shown as negative. Net is long plus short; the rest of the equity is cash.".to_owned(),
        table: Some(Table::Snapshots),
    };
    view! {
        {equity.view(basis, view! { {equity_chart(days)}{drawdown_chart(days)}{snapshots(days)} })}
        {exposure.view(basis, exposure_chart(days))}
    }
}

fn dates(days: &[Snapshot]) -> Vec<NaiveDate> {
    days.iter().map(|day| day.date).collect()
}

fn line(name: &'static str, class: &'static str, days: &[Snapshot], value: fn(&Snapshot) -> Option<f64>) -> Line {
    Line { name, class, values: days.iter().map(value).collect() }
}

fn equity_chart(days: &[Snapshot]) -> Option<impl IntoView + use<>> {
    let (first, last) = (days.first()?, days.last()?);
    let by_equity = |a: &&Snapshot, b: &&Snapshot| a.equity.total_cmp(&b.equity);
    let (low, high) = (days.iter().min_by(by_equity)?, days.iter().max_by(by_equity)?);
    let on = |day: &Snapshot| format!("{} on {}", format::money(Some(day.equity)), format::date(day.date));
    let description = format!("Equity went from {} to {}. Low: {}. High: {}.", on(first), on(last), on(low), on(high));
    let chart = Chart {
        id: "equity-chart",
        title: "Equity over time",
        description,
        dates: dates(days),
        lines: vec![line("Equity", "main", days, |day| Some(day.equity))],
        with_zero: false,
        unit: Unit::Dollars,
    };
    Some(chart.view())
}

fn drawdown_chart(days: &[Snapshot]) -> Option<impl IntoView + use<>> {
    let known = days.iter().filter(|day| day.drawdown.is_some());
    let worst = known.min_by(|a, b| a.drawdown.unwrap_or(0.0).total_cmp(&b.drawdown.unwrap_or(0.0)))?;
    let now = format::percent(days.last()?.drawdown);
    let description = format!(
        "Drop from the highest equity so far: worst {} on {}, {now} on the last day.",
        format::percent(worst.drawdown),
        format::date(worst.date),
    );
    let chart = Chart {
        id: "drawdown-chart",
        title: "Drawdown over time",
        description,
        dates: dates(days),
        lines: vec![line("Drawdown", "loss", days, |day| day.drawdown)],
        with_zero: true,
        unit: Unit::Share,
    };
    Some(chart.view())
}

fn exposure_chart(days: &[Snapshot]) -> Option<impl IntoView + use<>> {
    let last = days.last()?;
    let dollars = |value: f64| format::money(Some(value));
    let description = format!(
        "On the last day: long {}, short {}, net {}, gross {}.",
        dollars(last.long_value),
        dollars(last.short_value),
        dollars(last.net),
        dollars(last.gross),
    );
    let lines = vec![
        line("Long", "gain", days, |day| Some(day.long_value)),
        line("Short", "loss", days, |day| Some(day.short_value)),
        line("Net", "main", days, |day| Some(day.net)),
    ];
    let chart = Chart {
        id: "exposure-chart",
        title: "Long, short and net value over time",
        description,
        dates: dates(days),
        lines,
        with_zero: true,
        unit: Unit::Dollars,
    };
    Some(chart.view())
}

fn snapshots(days: &[Snapshot]) -> impl IntoView + use<> {
    let row = |day: &Snapshot| {
        vec![
            day.date.to_string(),
            format::dollars(Some(day.equity)),
            format::dollars(Some(day.cash)),
            format::dollars(Some(day.long_value)),
            format::dollars(Some(day.short_value)),
            format::dollars(Some(day.net)),
            format::dollars(day.pnl),
            format::percent(day.daily_return),
            format::percent(day.drawdown),
        ]
    };
    let columns = ["Date", "Equity, $", "Cash, $", "Long, $", "Short, $", "Net, $", "P&L, $", "Return", "Drawdown"];
    let rows = days.iter().rev().map(row).collect();
    let summary = match days.len() {
        1 => "The only date as a table".to_owned(),
        count => format!("All {count} dates as a table"),
    };
    view! {
        <details>
            <summary>{summary}</summary>
            {table("Daily snapshots, newest first", &columns, rows)}
        </details>
    }
}
