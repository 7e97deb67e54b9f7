//! Volatility: how much the portfolio moves, how that compares with its past year, and what is expected next.

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{self, percent},
    tables::{Shown, table},
};
use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::volatility::{Forecast, SeriesVolatility, VolatilityAnalysis, VolatilityTrend, implied::Implied},
    },
    results::csv::Table,
};

/// The block.
pub fn block(basis: &Basis, analysis: &VolatilityAnalysis, out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(analysis.positions.iter().map(|of| of.symbol.as_str()), out);
    let mut rows = vec![row("Portfolio", &analysis.portfolio)];
    let listed = || analysis.positions.iter().filter(|of| shown.has(&of.symbol));
    rows.extend(listed().map(|of| row(&of.symbol, &of.volatility)));
    let mut columns = vec![
        "Of",
        "21 days",
        "63 days",
        "252 days",
        "EWMA",
        "Percentile",
        "Trend",
        "Forecast, 1 day",
        "Forecast, 21 days",
        "Fit (R\u{b2}), 21 days",
    ];
    // Without options that have prices it would be a column of dashes.
    let has_options = analysis.positions.iter().any(|of| of.implied.is_of_an_option());
    if has_options {
        columns.push("Implied");
        let none = Implied::default();
        let of_rows = std::iter::once(&none).chain(listed().map(|of| &of.implied));
        for (row, of) in rows.iter_mut().zip(of_rows) {
            row.push(implied(of, out));
        }
    }
    let note = format!(
        "A year's volatility, as a share. Percentile: share of the last 252 rolling 21-day volatilities at or below \
         today's. Forecasts by HAR on squared daily returns; one marked * left the range it was trained on and is the \
         average instead.{}{}",
        if has_options { IMPLIED } else { "" },
        shown.note(),
    );
    let block = Block {
        id: "volatility",
        title: "Volatility",
        window: "the last 21, 63 and 252 daily returns of each".to_owned(),
        note,
        table: Some(Table::Volatility),
    };
    block.view(basis, view! { {sentence(&analysis.portfolio)}{table("Volatility", &columns, rows)} })
}

/// What the column of implied volatilities holds.
const IMPLIED: &str = " Implied: the volatility at which Black-Scholes, without interest, gives an option's own last \
                       price, of the date named where that is not the last one; options have no returns of their own.";

fn implied(of: &Implied, out: &Outputs) -> String {
    let as_of = out.market.as_ref().and_then(MarketPanel::as_of);
    match (of.volatility, of.date, &of.reason) {
        (Some(volatility), Some(date), _) if Some(date) != as_of => format!("{} on {date}", percent(Some(volatility))),
        (None, _, Some(reason)) => format!("none: {reason}"),
        (volatility, ..) => percent(volatility),
    }
}

fn trend(of: &SeriesVolatility) -> Option<&'static str> {
    Some(match of.trend? {
        VolatilityTrend::Rising => "rising",
        VolatilityTrend::Falling => "falling",
        VolatilityTrend::Stable => "stable",
    })
}

/// The portfolio's own volatility in words; nothing where it is not known.
fn sentence(of: &SeriesVolatility) -> Option<impl IntoView + use<>> {
    let today = of.day_21?;
    let percentile = of.percentile.map(|share| format!(", at or above {} of the past year", percent(Some(share))));
    let trend = trend(of).map(|trend| format!("; {trend} against 21 days before"));
    let forecast = of.har.day_21.as_ref();
    let forecast = forecast.map(|of| {
        let bounded = if of.bounded { " (the average of its past: the forecast left the range it knows)" } else { "" };
        format!(". For the next 21 days {} a year is expected{bounded}", percent(Some(of.forecast)))
    });
    let more = [percentile, trend, forecast].into_iter().flatten().collect::<String>();
    let said = format!("The portfolio moved by {} a year over the last 21 days{more}", percent(Some(today)));
    Some(view! { <p>{said}"."</p> })
}

fn row(name: &str, of: &SeriesVolatility) -> Vec<String> {
    let forecast = |forecast: &Option<Forecast>| match forecast {
        Some(forecast) if forecast.bounded => format!("{} *", percent(Some(forecast.forecast))),
        Some(forecast) => percent(Some(forecast.forecast)),
        None => format::MISSING.to_owned(),
    };
    vec![
        name.to_owned(),
        percent(of.day_21),
        percent(of.day_63),
        percent(of.day_252),
        percent(of.ewma),
        percent(of.percentile),
        trend(of).unwrap_or(format::MISSING).to_owned(),
        forecast(&of.har.day_1),
        forecast(&of.har.day_21),
        percent(of.har.day_21.as_ref().map(|of| of.r_squared)),
    ]
}
