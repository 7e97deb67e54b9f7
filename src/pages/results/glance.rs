//! The portfolio in a few numbers.

use leptos::prelude::*;
use status::counted;

use super::{block::Basis, format, sources};
use crate::server::{
    batch::{Outputs, phases::factor_exposures::FactorKind},
    results::PortfolioTotals,
};

/// The numbers, each with what it means.
pub fn facts(out: &Outputs, basis: &Basis) -> Option<impl IntoView + use<>> {
    let totals = PortfolioTotals::from_outputs(out)?;
    let days = &out.snapshots.as_ref()?.days;
    let last = days.last()?;
    let share = |value: f64| format::percent(Some(value / last.equity).filter(|_| last.equity > 0.0));
    let volatility = out.volatility.as_ref().map(|analysis| &analysis.portfolio);
    let bets = out.correlations.as_ref().and_then(|of| of.effective_bets);
    let since = days.first().map(|first| format!("since {}", first.date)).unwrap_or_default();
    let market = out.exposures.iter().flatten().find(|of| of.kind == FactorKind::Market);
    let beta_of = match market.and_then(|of| of.coverage) {
        Some(coverage) if coverage < 1.0 => {
            format!("over 90 days; known of {} of what is held", format::percent(Some(coverage)))
        }
        _ => "over 90 days".to_owned(),
    };
    let facts = [
        ("Equity", format::money(Some(last.equity)), format!("of it cash {}", format::money(Some(last.cash)))),
        ("Last day", format::signed_money(last.pnl), format::percent(last.daily_return)),
        ("Return", format::percent(totals.total_return), format!("over {}", counted(days.len() as u64, "trading day"))),
        ("Deepest fall", format::percent(totals.max_drawdown), format!("from a peak, {since}")),
        (
            "Net exposure",
            share(last.net),
            format!("long {}, short {}", share(last.long_value), share(last.short_value)),
        ),
        ("Market beta", format::number(totals.market_beta.day_90), beta_of),
        (
            "Volatility",
            format::percent(volatility.and_then(|of| of.day_21)),
            match volatility.and_then(|of| of.percentile) {
                Some(percentile) => {
                    format!("21 days, at or above {} of the past year", format::percent(Some(percentile)))
                }
                None => "21 days, a year".to_owned(),
            },
        ),
        ("Effective bets", format::number(bets), "independent sources of risk".to_owned()),
    ];
    let facts = facts.map(|(name, value, more)| {
        view! { <div><dt>{name}</dt><dd><span class="value">{value}</span><span class="more">{more}</span></dd></div> }
    });
    let facts = facts.collect_view();
    let said = format!("{} \u{b7} {}", basis.as_of, basis.source);
    let has_reasons = out.market.as_ref().is_some_and(|market| !market.unavailable.is_empty());
    let which = has_reasons.then(|| view! { " "<a href="#unavailable">"Which, and why"</a> });
    let left_out = sources::left_out(out).map(|said| view! { <p class="small">{said}{which}</p> });
    Some(view! {
        <section aria-label="Portfolio in numbers">
            <p class="small basis">{said}</p>
            <dl class="facts">{facts}</dl>
            {left_out}
        </section>
    })
}
