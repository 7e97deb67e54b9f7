//! The tiles below the answer: the portfolio in eight numbers, each with one line of plain reading.

use analytics::volatility::PERCENTILE_WINDOW;
use leptos::prelude::*;
use status::counted;

use super::{
    format,
    glossary::Term,
    overview::Overview,
    sources,
    words::{amount, period, points, share, signed_amount, signed_share},
};
use crate::server::batch::phases::volatility::SeriesVolatility;

/// One number with its explanation.
struct Tile {
    term: Term,
    /// The tile's title, if it differs from the term's name.
    label: &'static str,
    value: String,
    reading: String,
}

/// Renders the portfolio's key numbers. Returns `None` if its daily snapshots have not been
/// computed yet.
pub fn tiles(overview: &Overview<'_>) -> Option<impl IntoView + use<>> {
    overview.last_day()?;
    let tiles = [
        value(overview),
        last_day(overview),
        total_return(overview),
        worst_drop(overview),
        risk_a_year(overview),
        bad_day(overview),
        market_sensitivity(overview),
        diversification(overview),
    ];
    let tiles = tiles.map(|Tile { term, label, value, reading }| {
        view! {
            <div>
                <dt>{term.button_with_label(label)}</dt>
                <dd><span class="value">{value}</span><span class="more">{reading}</span></dd>
            </div>
        }
    });
    let tiles = tiles.collect_view();
    let out = overview.out;
    let has_reasons = out.market.as_ref().is_some_and(|market| !market.unavailable.is_empty());
    let which = has_reasons.then(|| view! { " "<a href="#unavailable">"See which"</a> });
    let left_out =
        sources::left_out(overview.run, out).map(|positions| view! { <p class="small">{positions}{which}</p> });
    Some(view! {
        <dl class="facts">{tiles}</dl>
        {left_out}
    })
}

/// Formats a number, or returns a dash.
fn or_dash(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| format::MISSING.to_owned(), text)
}

/// Explains why there is no return after the equity was lost.
fn equity_lost(overview: &Overview<'_>) -> Option<String> {
    let date = overview.totals.as_ref()?.equity_lost?;
    Some(format!("none since {}, when equity fell to zero", format::date(date)))
}

fn value(overview: &Overview<'_>) -> Tile {
    let day = overview.last_day();
    let date = day.map(|day| format!(" on {}", format::date(day.date))).unwrap_or_default();
    let cash = format::money(day.map(|day| day.cash));
    Tile {
        term: Term::Equity,
        label: "Value",
        value: format::money(day.map(|day| day.equity)),
        reading: format!("incl. {cash} cash{date}"),
    }
}

fn last_day(overview: &Overview<'_>) -> Tile {
    let day = overview.last_day();
    let own = day.and_then(|day| day.daily_return).map(signed_share);
    let market = day.and_then(|day| day.benchmark_return);
    let market = market.map(|market| format!("{} {}", overview.benchmark.label, signed_share(market)));
    let parts: Vec<String> = [own, market].into_iter().flatten().collect();
    let date = day.map(|day| format::date(day.date)).unwrap_or_default();
    let reading =
        if parts.is_empty() { format!("no return for {date}") } else { format!("{} on {date}", parts.join("; ")) };
    Tile {
        term: Term::Return,
        label: "Last trading day",
        value: or_dash(day.and_then(|day| day.pnl), signed_amount),
        reading,
    }
}

fn total_return(overview: &Overview<'_>) -> Tile {
    let days = overview.comparison.as_ref().map_or(overview.days().len(), |comparison| comparison.observations);
    let compared = overview.comparison.as_ref().map(|comparison| {
        let (name, market) = (&overview.benchmark.label, signed_share(comparison.benchmark_return));
        format!("{name} {market}; difference {}", points(comparison.active_return))
    });
    let reading =
        equity_lost(overview).or(compared).unwrap_or_else(|| format!("over {}", counted(days as u64, "trading day")));
    Tile { term: Term::Return, label: "Return", value: or_dash(overview.total_return(), signed_share), reading }
}

fn worst_drop(overview: &Overview<'_>) -> Tile {
    let fall = overview.fall();
    let dates = fall.and_then(|fall| fall.dates).map(|(peak, trough)| period(peak, trough));
    let market = overview.comparison.as_ref().and_then(|comparison| comparison.benchmark_max_drawdown);
    let market = market.map(|market| format!("{} {}", overview.benchmark.label, signed_share(market)));
    let parts: Vec<String> = [dates, market].into_iter().flatten().collect();
    let reading = if parts.is_empty() { "worst drop from a peak".to_owned() } else { parts.join("; ") };
    Tile {
        term: Term::Drawdown,
        label: "Max drawdown",
        value: or_dash(fall.map(|fall| fall.value), signed_share),
        reading,
    }
}

fn risk_a_year(overview: &Overview<'_>) -> Tile {
    let today = overview.risk.and_then(|risk| risk.volatility);
    let past = overview.out.volatility.as_ref().and_then(|analysis| past_volatility(&analysis.portfolio));
    let past_words = past.map(|(volatility, days)| format!("{} in the last {days} days", share(volatility)));
    let reading = match (today, past_words, equity_lost(overview)) {
        (Some(_), Some(past), _) => format!("volatility of today's positions; in fact {past}"),
        (Some(_), None, _) => "volatility of today's positions".to_owned(),
        (None, _, Some(lost)) => lost,
        (None, Some(past), None) => format!("today's unknown: {}; in fact {past}", overview.risk_reason()),
        (None, None, None) => overview.risk_reason(),
    };
    Tile {
        term: Term::Volatility,
        label: "Risk a year",
        value: or_dash(today, share),
        reading: format!("{reading}{}", left_out_of_risk(overview)),
    }
}

/// Says how many positions the risk leaves out, as the end of a reading.
fn left_out_of_risk(overview: &Overview<'_>) -> String {
    match overview.risk.map_or(0, |risk| risk.left_out.len()) {
        0 => String::new(),
        left_out => format!("; without {}", counted(left_out as u64, "position")),
    }
}

/// Returns the portfolio's own volatility over the longest window that has one, with the number of
/// days of that window.
pub fn past_volatility(series: &SeriesVolatility) -> Option<(f64, u32)> {
    let windows = [(series.day_252, 252), (series.day_63, 63), (series.day_21, 21)];
    windows.into_iter().find_map(|(volatility, days)| Some((volatility?, days)))
}

fn bad_day(overview: &Overview<'_>) -> Tile {
    let risk = overview.risk;
    let loss = overview.equity().zip(risk.and_then(|risk| risk.value_at_risk.percent_95));
    let average = overview.equity().zip(risk.and_then(|risk| risk.expected_shortfall.percent_95));
    let reading = match (loss, average) {
        (Some((_, loss)), _) if loss <= 0.0 => "even the worst 1 day in 20 gained".to_owned(),
        (Some((_, loss)), Some((equity, average))) => {
            format!("{} or more on 1 day in 20; {} on average then", share(loss), amount(equity * average))
        }
        (Some((_, loss)), None) => format!("{} or more on 1 day in 20", share(loss)),
        (None, _) => overview.risk_reason(),
    };
    let value = loss.filter(|(_, loss)| *loss > 0.0).map(|(equity, loss)| equity * loss);
    Tile {
        term: Term::ValueAtRisk,
        label: "Bad day",
        value: or_dash(value, amount),
        reading: format!("{reading}{}", left_out_of_risk(overview)),
    }
}

fn market_sensitivity(overview: &Overview<'_>) -> Tile {
    let beta = overview.beta();
    let reading = match beta {
        Some((_, coverage)) if coverage < 0.995 => {
            format!("beta over 90 days; known for {} of the positions", share(coverage))
        }
        Some((beta, _)) if beta < 0.0 => "beta over 90 days; moves against the market".to_owned(),
        Some((beta, _)) => format!("beta over 90 days; {:.1}% for each 1% of the market", beta.abs()),
        None => "needs 30 daily returns of a position".to_owned(),
    };
    let value = format::number(beta.map(|(beta, _)| beta));
    Tile { term: Term::Beta, label: "Market sensitivity", value, reading }
}

fn diversification(overview: &Overview<'_>) -> Tile {
    let correlations = overview.out.correlations.as_ref();
    let positions = correlations.and_then(|correlations| correlations.effective_positions);
    let mean = correlations.and_then(|correlations| correlations.mean_abs);
    let value = match positions {
        Some(positions) if positions < 1.05 => "1 position".to_owned(),
        Some(positions) => format!("{positions:.1} positions"),
        None => format::MISSING.to_owned(),
    };
    let reading = match (positions, mean) {
        (Some(positions), _) if positions < 1.05 => "all in one symbol".to_owned(),
        (Some(_), Some(mean)) => {
            let mean = format::number(Some(mean));
            format!("as concentrated as that many equal ones; mean absolute correlation {mean}")
        }
        (Some(_), None) => "as concentrated as that many equal ones".to_owned(),
        (None, _) => "needs a symbol with 30 daily returns".to_owned(),
    };
    Tile { term: Term::EffectivePositions, label: "Diversification", value, reading }
}

/// Describes how today's 21-day volatility ranks among those of the past year, for example "higher
/// than 43% of the past year". Returns `None` if the percentile is unknown or if the volatility is
/// zero.
pub fn rank_of_volatility(series: &SeriesVolatility) -> Option<String> {
    let percentile = series.percentile.filter(|_| series.day_21.is_some_and(|volatility| volatility > 0.0))?;
    // The percentile is the share of 252 daily values, including today's, that are no higher than
    // today's.
    let others = (PERCENTILE_WINDOW - 1) as f64;
    let lower = (percentile * PERCENTILE_WINDOW as f64).round() - 1.0;
    Some(match lower {
        lower if lower >= others => "the highest of the past year".to_owned(),
        lower if lower <= 0.0 => "the lowest of the past year".to_owned(),
        lower => format!("higher than {:.0}% of the past year", (100.0 * lower / others).clamp(1.0, 99.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::{SeriesVolatility, rank_of_volatility};

    fn rank(volatility: f64, at_most_today: f64) -> Option<String> {
        let percentile = Some(at_most_today / 252.0);
        rank_of_volatility(&SeriesVolatility { day_21: Some(volatility), percentile, ..SeriesVolatility::default() })
    }

    #[test]
    fn ranks_volatility_among_the_other_days() {
        for (at_most_today, words) in [
            (1.0, "the lowest of the past year"),
            (2.0, "higher than 1% of the past year"),
            (108.0, "higher than 43% of the past year"),
            (251.0, "higher than 99% of the past year"),
            (252.0, "the highest of the past year"),
        ] {
            assert_eq!(rank(0.155, at_most_today).as_deref(), Some(words));
        }
    }

    #[test]
    fn omits_rank_of_zero_volatility() {
        assert_eq!(rank(0.0, 252.0), None);
    }
}
