//! The volatility block: realized and forecast volatility of the portfolio and of each symbol.

use std::collections::BTreeMap;

use analytics::TRADING_DAYS_PER_YEAR;
use chrono::NaiveDate;
use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{self, percent},
    glance::rank_of_volatility,
    overview::Overview,
    symbols::ends_early,
    tables::{Shown, missing_note, table},
    words::share,
};
use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::volatility::{Forecast, SeriesVolatility, VolatilityAnalysis, VolatilityTrend, implied::Implied},
    },
    results::csv::Table,
};

/// Renders the block with a sentence about the portfolio's volatility, and a table with the
/// volatilities of the portfolio and its symbols.
pub fn block(overview: &Overview<'_>, basis: &Basis, analysis: &VolatilityAnalysis) -> AnyView {
    let out = overview.out;
    let shown = Shown::from_symbols(analysis.positions.iter().map(|position| position.symbol.as_str()), out);
    let mut rows = vec![row("Portfolio", &analysis.portfolio)];
    let listed = || analysis.positions.iter().filter(|position| shown.has(&position.symbol));
    let ended: BTreeMap<&str, NaiveDate> = out
        .metrics
        .iter()
        .flatten()
        .filter_map(|metrics| Some((metrics.symbol.as_str(), ends_early(metrics, overview.as_of())?)))
        .collect();
    rows.extend(listed().map(|position| {
        let symbol = position.symbol.as_str();
        let name = ended.get(symbol).map_or_else(|| symbol.to_owned(), |date| format!("{symbol}, up to {date}"));
        row(&name, &position.volatility)
    }));
    let mut columns = vec![
        "Symbol",
        "21 days",
        "63 days",
        "252 days",
        "EWMA",
        "Percentile",
        "Trend",
        "Forecast for 1 day, a year",
        "Forecast for 21 days, a year",
        "Fit (R\u{b2}), 21 days",
    ];
    // If the source has no option prices, or no option is open, the *Implied* column
    // would contain nothing but dashes. It is then omitted.
    let has_options = analysis.positions.iter().any(|position| position.implied.is_of_an_option());
    if has_options {
        columns.push("Implied");
        let no_value = Implied::default();
        let implied_volatilities = std::iter::once(&no_value).chain(listed().map(|position| &position.implied));
        for (row, volatility) in rows.iter_mut().zip(implied_volatilities) {
            row.push(implied(volatility, out));
        }
    }
    let note = format!(
        "Annualized volatility. Percentile: share of the last 252 rolling 21-day volatilities at or below today's. \
         Forecasts come from a HAR model on squared daily returns; those marked * left the range that the model was \
         trained on and fall back to the long-run average.{}{}",
        if has_options { implied_note(overview) } else { String::new() },
        shown.note(),
    );
    let block = Block {
        id: "volatility",
        title: "Volatility",
        window: "the last 21, 63 and 252 daily returns of each symbol".to_owned(),
        note,
        table: Some(Table::Volatility),
    };
    let portfolio = description(&analysis.portfolio).map(|text| view! { <p>{text}</p> });
    let missing = missing_note(&rows, MISSING_FIGURES);
    block.view(basis, view! { {portfolio}{table("Volatility", &columns, rows)}{missing} })
}

/// Explains missing figures.
const MISSING_FIGURES: &str = "too few daily returns, or returns that don't vary. A window needs all of its days, EWMA 60, \
                               a forecast 62 or 82, the trend 42 and the percentile 272.";

/// Explains the *Implied* column of the table to the user.
fn implied_note(overview: &Overview<'_>) -> String {
    format!(
        " Implied: the volatility at which Black-Scholes, with a risk-free rate of {}, gives an option's last price. A \
         date is shown if that price is an older one. Options have no returns of their own.",
        share(overview.snapshots.map_or(0.0, |snapshots| snapshots.risk_free_rate))
    )
}

fn implied(implied: &Implied, out: &Outputs) -> String {
    let as_of = out.market.as_ref().and_then(MarketPanel::as_of);
    match (implied.volatility, implied.date, &implied.reason) {
        (Some(volatility), Some(date), _) if Some(date) != as_of => format!("{} on {date}", percent(Some(volatility))),
        (None, _, Some(reason)) => format!("not available: {reason}"),
        (volatility, ..) => percent(volatility),
    }
}

fn trend(series: &SeriesVolatility) -> Option<&'static str> {
    Some(match series.trend? {
        VolatilityTrend::Rising => "rising",
        VolatilityTrend::Falling => "falling",
        VolatilityTrend::Stable => "stable",
    })
}

/// Describes the volatility of the whole portfolio in words. Returns `None` if it is unknown.
fn description(series: &SeriesVolatility) -> Option<String> {
    let today = percent(Some(series.day_21?));
    let trend = series.trend.map(|trend| match trend {
        VolatilityTrend::Rising => "higher than a month ago",
        VolatilityTrend::Falling => "calmer than a month ago",
        VolatilityTrend::Stable => "about the same as a month ago",
    });
    let comparisons: Vec<String> =
        [rank_of_volatility(series), trend.map(str::to_owned)].into_iter().flatten().collect();
    let comparisons = if comparisons.is_empty() { String::new() } else { format!(": {}", comparisons.join(", ")) };
    let forecast = series.har.day_21.as_ref().map(forecast_in_words).unwrap_or_default();
    Some(format!("Volatility over the last 21 days was {today} (annualized){comparisons}.{forecast}"))
}

fn forecast_in_words(forecast: &Forecast) -> String {
    let expected = percent(Some(forecast.forecast));
    if forecast.bounded {
        return format!(
            " For the next 21 days, expect swings of about {expected} a year: this is the long-run average, because the \
             forecast left the range that the model was trained on."
        );
    }
    let confidence = if forecast.r_squared < LOW_FIT { "; confidence is low" } else { "" };
    let fit = percent(Some(forecast.r_squared));
    let day = percent(Some(forecast.forecast / TRADING_DAYS_PER_YEAR.sqrt()));
    format!(
        " For the next 21 days, expect swings of about {expected} a year, which is {day} on a normal day{confidence} \
         (R\u{b2} {fit})."
    )
}

/// If the R² of a forecast is below this value, the page says that confidence in it is low.
const LOW_FIT: f64 = 0.1;

fn row(name: &str, series: &SeriesVolatility) -> Vec<String> {
    let forecast = |forecast: &Option<Forecast>| match forecast {
        Some(forecast) if forecast.bounded => format!("{} *", percent(Some(forecast.forecast))),
        Some(forecast) => percent(Some(forecast.forecast)),
        None => format::MISSING.to_owned(),
    };
    vec![
        name.to_owned(),
        percent(series.day_21),
        percent(series.day_63),
        percent(series.day_252),
        percent(series.ewma),
        percent(series.percentile),
        trend(series).unwrap_or(format::MISSING).to_owned(),
        forecast(&series.har.day_1),
        forecast(&series.har.day_21),
        percent(series.har.day_21.as_ref().map(|forecast| forecast.r_squared)),
    ]
}
