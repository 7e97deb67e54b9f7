//! Tests the drawing of each kind of finding, and that a page which gets findings poll by poll
//! shows the same as one that gets all at once.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::{
    Bars, CorrelationGrid, EquityCurve, Finding, FindingRecord, TilePrice, Trend, Volatility, all_for_page,
    changed_after, drawing,
};

fn record(finding: Finding) -> FindingRecord {
    FindingRecord { seq: 3, at_ms: 1_250, finding, is_withdrawn: false }
}

fn draw(finding: Finding) -> String {
    drawing(&record(finding), false)
}

fn price(price: TilePrice) -> Finding {
    Finding::Price { tile: 2, symbol: "BRK.B".to_owned(), price }
}

fn curve(days: u64, portfolio: Vec<i32>) -> Finding {
    Finding::Equity(EquityCurve {
        from: "2025-01-09".parse().unwrap(),
        to: "2026-01-09".parse().unwrap(),
        days,
        of_days: 254,
        portfolio,
        market_symbol: "SPY".to_owned(),
        market: vec![1000, 1040, 1099],
    })
}

fn betas() -> Finding {
    let bars = vec![("NVDA".to_owned(), 1.84), ("GLD".to_owned(), -0.2), ("BIL".to_owned(), 0.0)];
    Finding::Betas(Bars { bars, more: 1_204, without: 1 })
}

fn grid() -> CorrelationGrid {
    CorrelationGrid {
        symbols: ["AAPL", "MSFT", "GLD"].map(str::to_owned).into(),
        cells: vec![100, 82, -30, 82, 100, -45, -30, -45, 100],
        of: 40,
        mean_absolute: Some(0.31),
        effective_bets: Some(4.2),
    }
}

#[test]
fn draws_price_tile_with_line_and_change() {
    insta::assert_snapshot!(draw(price(TilePrice::Known { points: vec![0, 40, 99], change: Some(0.123), days: 273 })));
}

#[test]
fn draws_tile_that_waits() {
    insta::assert_snapshot!(draw(price(TilePrice::Waiting)));
}

#[test]
fn draws_tile_with_reason_without_price() {
    insta::assert_snapshot!(draw(price(TilePrice::Missing { reason: "unknown to Tiingo".to_owned() })));
}

#[test]
fn draws_counts_of_other_symbols() {
    insta::assert_snapshot!(draw(Finding::MorePrices { priced: 1_204, missing: 0, waiting: 3 }));
}

#[test]
fn draws_equity_curve_beside_market() {
    insta::assert_snapshot!(draw(curve(254, vec![1000, 950, 1123])));
}

#[test]
fn draws_betas_as_bars_around_zero() {
    insta::assert_snapshot!(draw(betas()));
}

#[test]
fn draws_exposures_with_missing_factors() {
    let bars = vec![("SPY".to_owned(), 0.93), ("MTUM".to_owned(), -0.11)];
    insta::assert_snapshot!(draw(Finding::Exposures(Bars { bars, more: 0, without: 2 })));
}

#[test]
fn draws_volatility_with_forecast_and_trend() {
    let measured = [Some(0.182), Some(0.17), None];
    let volatility = Volatility { measured, forecast: Some(0.19), trend: Some(Trend::Rising) };
    insta::assert_snapshot!(draw(Finding::Volatility(volatility)));
}

#[test]
fn draws_correlations_as_grid_with_words() {
    insta::assert_snapshot!(draw(Finding::Correlations(grid())));
}

#[test]
fn says_how_far_the_curve_is() {
    let html = draw(curve(26, vec![1000, 1001]));
    assert!(html.contains("(26 of 254 days so far)") && html.contains("M0 "), "{html}");
    let without = draw(curve(254, Vec::new()));
    assert!(without.contains("The equity was not above zero on the first day"), "{without}");
}

#[test]
fn says_so_when_nothing_is_known() {
    let bars = Bars::default;
    for (finding, words) in [
        (Finding::Betas(bars()), "No holding has enough returns"),
        (Finding::Exposures(bars()), "No exposure could be computed"),
        (Finding::Volatility(Volatility::default()), "too few daily returns"),
        (Finding::Correlations(CorrelationGrid::default()), "Fewer than two symbols"),
    ] {
        assert!(draw(finding).contains(words));
    }
}

#[test]
fn shows_falling_price_by_its_sign() {
    let html = draw(price(TilePrice::Known { points: vec![9, 0], change: Some(-0.04), days: 1 }));
    assert!(
        html.contains("class=\"tile falling\"") && html.contains(">-4.0%<") && html.contains("in 1 day<"),
        "{html}"
    );
}

#[test]
fn draws_nothing_for_withdrawn_finding() {
    assert_eq!(drawing(&FindingRecord { is_withdrawn: true, ..record(betas()) }, true), "");
}

#[test]
fn stays_small_at_every_limit() {
    let long = "W".repeat(20);
    let tile = Finding::Price {
        tile: 23,
        symbol: long.clone(),
        price: TilePrice::Known { points: vec![99; super::TILE_POINTS], change: Some(-12.345), days: 273 },
    };
    let grid = CorrelationGrid {
        symbols: vec![long.clone(); super::GRID_SIDE],
        cells: (0..144).map(|cell| if cell % 2 == 0 { 99 } else { -99 }).collect(),
        ..grid()
    };
    let curve = EquityCurve {
        portfolio: vec![1_000_000_000; super::CURVE_POINTS],
        market: vec![-1; super::CURVE_POINTS],
        ..if let Finding::Equity(curve) = curve(254, Vec::new()) { curve } else { unreachable!() }
    };
    let bars = Bars { bars: vec![(long, -1e9); super::MAX_BARS], more: u64::MAX, without: u64::MAX };
    for finding in [tile, Finding::Correlations(grid), Finding::Equity(curve), Finding::Betas(bars)] {
        let html = drawing(&record(finding), true);
        assert!(html.len() < super::MAX_BYTES + 500, "{} bytes: {html}", html.len());
    }
}

/// Text from a file or a data provider.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,200}", Just("</li><script>alert(1)</script>".to_owned()), Just("\" onload=\"x".to_owned())]
}

proptest! {
    /// Text from outside may not add elements, attributes or lines.
    #[test]
    fn escapes_symbols_and_reasons_of_any_text(symbol in any_text(), reason in any_text()) {
        let html = draw(Finding::Price { tile: 0, symbol, price: TilePrice::Missing { reason } });
        prop_assert_eq!(html.matches('<').count(), 6, "{}", html);
        prop_assert_eq!(html.matches('"').count(), 6, "{}", html);
        prop_assert!(!html.contains('\n'));
        prop_assert!(html.len() < 2_000, "{}", html.len());
    }

    /// A page polls at any time and gets any number of bytes. In the end it shows what a page shows
    /// that is opened then, in the same order.
    #[test]
    fn equals_the_whole_after_all_polls(
        steps in prop::collection::vec((0_u8..6, any::<bool>(), prop::option::of(0_usize..900)), 0..60)
    ) {
        let mut run: Vec<Arc<FindingRecord>> = Vec::new();
        let (mut page, mut found) = (BTreeMap::new(), 0);
        let poll = |run: &[Arc<FindingRecord>], page: &mut BTreeMap<String, String>, found: &mut u64, bytes| {
            let changes = changed_after(run, *found, bytes);
            let is_complete = changes.is_empty();
            for change in changes {
                assert!(change.seq > *found, "changes come in order");
                *found = change.seq;
                page.insert(change.id, change.html);
            }
            is_complete
        };
        for (seq, (tile, is_withdrawn, polled)) in (1..).zip(steps) {
            let finding = Finding::Price { tile, symbol: format!("S{seq}"), price: TilePrice::Waiting };
            run.retain(|known| known.finding.place() != finding.place());
            run.push(Arc::new(FindingRecord { seq, at_ms: seq, finding, is_withdrawn }));
            if let Some(bytes) = polled {
                poll(&run, &mut page, &mut found, bytes);
            }
        }
        while !poll(&run, &mut page, &mut found, 300) {}
        page.retain(|_, html| !html.is_empty());
        let whole = all_for_page(&run).into_iter().filter(|found| !found.html.is_empty());
        let whole: Vec<_> = whole.map(|found| (found.id, found.html)).collect();
        let page: Vec<_> = page.into_iter().map(|(id, html)| (id, html.replace(" new\"", "\""))).collect();
        prop_assert_eq!(page, whole);
    }
}
