//! The top of the results page: the portfolio in eight numbers, each with a short explanation.

use std::collections::BTreeSet;

use analytics::volatility::PERCENTILE_WINDOW;
use leptos::prelude::*;
use status::counted;

use super::{block::Basis, format, sources};
use crate::{
    live_page::reader::ReaderWords,
    server::{
        batch::{
            Outputs,
            phases::{factor_exposures::FactorKind, volatility::SeriesVolatility},
        },
        results::PortfolioTotals,
        tracker::RunState,
    },
};

/// Renders the portfolio's key numbers. Returns `None` if its daily snapshots have not been
/// computed yet.
pub fn facts(run: &RunState, out: &Outputs, basis: &Basis, words: &ReaderWords) -> Option<impl IntoView + use<>> {
    let totals = PortfolioTotals::from_outputs(out)?;
    let days = &out.snapshots.as_ref()?.days;
    let last = days.last()?;
    let share = |value: f64| format::percent(Some(value / last.equity).filter(|_| last.equity > 0.0));
    let volatility = out.volatility.as_ref().map(|analysis| &analysis.portfolio);
    let bets = out.correlations.as_ref().and_then(|correlations| correlations.effective_bets);
    let since = days.first().map(|first| format!(" since {}", format::date(first.date))).unwrap_or_default();
    let market = out.exposures.iter().flatten().find(|exposure| exposure.kind == FactorKind::Market);
    let beta_basis = match market.and_then(|market| market.coverage) {
        Some(coverage) if coverage < 1.0 => {
            format!("over 90 days; known for {} of gross value", format::percent(Some(coverage)))
        }
        _ => "over 90 days".to_owned(),
    };
    let lost = totals.equity_lost.map(|date| format!("none since {}, when equity fell to zero", format::date(date)));
    let facts = [
        ("Equity", format::money(Some(last.equity)), format!("incl. {} cash", format::money(Some(last.cash)))),
        ("Last trading day", format::signed_money(last.pnl), format::percent(last.daily_return)),
        (
            "Return",
            format::percent(totals.total_return),
            lost.clone().unwrap_or_else(|| format!("over {}", counted(days.len() as u64, "trading day"))),
        ),
        ("Max drawdown", format::percent(totals.max_drawdown), format!("worst drop from a peak{since}")),
        (
            "Net exposure",
            share(last.net),
            format!("long {}, short {}", share(last.long_value), share(last.short_value)),
        ),
        ("Market beta", format::number(totals.market_beta.day_90), beta_basis),
        (
            "Volatility",
            format::percent(volatility.and_then(|series| series.day_21)),
            match (lost, volatility.and_then(rank_of_volatility)) {
                (Some(lost), _) => lost,
                (None, Some(rank)) => format!("Last 21 days; {rank}"),
                (None, None) => "Last 21 days, annualized".to_owned(),
            },
        ),
        ("Diversification", format::number(bets), diversification(out, words)),
    ];
    let facts = facts.map(|(name, value, more)| {
        view! { <div><dt>{name}</dt><dd><span class="value">{value}</span><span class="more">{more}</span></dd></div> }
    });
    let facts = facts.collect_view();
    let basis = format!("{} \u{b7} {}", basis.as_of, basis.source);
    let has_reasons = out.market.as_ref().is_some_and(|market| !market.unavailable.is_empty());
    let which = has_reasons.then(|| view! { " "<a href="#unavailable">"See which"</a> });
    let left_out = sources::left_out(run, out).map(|positions| view! { <p class="small">{positions}{which}</p> });
    Some(view! {
        <section aria-label="Portfolio in numbers">
            <p class="small basis">{basis}</p>
            <dl class="facts">{facts}</dl>
            {left_out}
        </section>
    })
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

/// Explains the effective number of bets, for example "your 18 symbols behave like little more than
/// one".
fn diversification(out: &Outputs, words: &ReaderWords) -> String {
    let correlated: BTreeSet<&str> =
        out.correlations.iter().flat_map(|found| &found.symbols).map(String::as_str).collect();
    let held = out.values.iter().flatten().filter(|value| value.market_value.is_some_and(|value| value != 0.0));
    let held: BTreeSet<&str> = held.map(|value| value.symbol.as_str()).collect();
    let bets = out.correlations.as_ref().and_then(|found| found.effective_bets);
    bets_in_words(correlated.intersection(&held).count(), bets, words)
}

fn bets_in_words(symbols: usize, bets: Option<f64>, words: &ReaderWords) -> String {
    let bets = match bets {
        None => return "number of independent bets".to_owned(),
        Some(_) if symbols < 2 => return "one symbol is one bet".to_owned(),
        Some(bets) if bets < 1.05 => "one".to_owned(),
        Some(bets) if bets < 1.5 => "little more than one".to_owned(),
        Some(bets) => format!("about {bets:.0}"),
    };
    format!("{} {} symbols behave like {bets}", words.your, format::count(symbols))
}

#[cfg(test)]
mod tests {
    use super::{ReaderWords, SeriesVolatility, bets_in_words, rank_of_volatility};

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

    #[test]
    fn explains_effective_bets() {
        for (symbols, bets, words) in [
            (18, Some(1.25), "your 18 symbols behave like little more than one"),
            (18, Some(1.0), "your 18 symbols behave like one"),
            (20, Some(16.4), "your 20 symbols behave like about 16"),
            (1, Some(1.0), "one symbol is one bet"),
            (0, None, "number of independent bets"),
        ] {
            assert_eq!(bets_in_words(symbols, bets, ReaderWords::new(true)), words);
        }
        assert_eq!(bets_in_words(18, Some(1.0), ReaderWords::new(false)), "the 18 symbols behave like one");
    }
}
