//! Tests that a style factor that is short, missing or constant takes nothing from the others, and
//! that a constant price is called constant.

use super::{Factors, Input, panel, position, prices, reprice, run_all, shown_lines};
use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::factor_analysis::{RidgeBetas, SymbolFactors},
    },
    tracker::{Cause, LiveRun},
};

const ROWS: u32 = 200;

/// Builds a panel with a market, two style factors, a share and a fund with a constant price.
fn market() -> MarketPanel {
    let moving = |speed: f64| prices((1..ROWS).map(|row| 0.01 * (f64::from(row) * speed).sin()));
    panel(&[
        ("M", moving(1.0)),
        ("S", moving(1.3)),
        ("T", moving(1.7)),
        ("A", moving(2.1)),
        ("F", vec![1.0; ROWS as usize]),
    ])
}

/// Runs the phases on one position in `symbol`, with the given style factors.
fn run(symbol: &str, styles: &[&str], panel: MarketPanel) -> (Outputs, LiveRun) {
    let styles = styles.iter().map(|style| (*style).to_owned()).collect();
    let factors = Factors { market: "M".to_owned(), styles, spreads: Vec::new(), rate: None };
    run_all(&Input::new(vec![position(symbol, 1.0, 100.0, 0)], 0.0, factors, "local".to_owned(), 1), panel)
}

fn ridge(out: &Outputs) -> Option<&RidgeBetas> {
    let [SymbolFactors { ridge, .. }] = out.factors.as_deref().unwrap() else { panic!("one symbol") };
    ridge.as_ref()
}

/// Builds the panel of [`market`] in which the factor `T` has prices on the last `rows` rows only.
fn with_short_factor(rows: u32) -> MarketPanel {
    let mut panel = market();
    reprice(&mut panel, "T", |prices| prices[..(ROWS - rows) as usize].fill(None));
    panel
}

#[test]
fn leaves_out_short_factor_alone() {
    let (alone, _) = run("A", &["S"], market());
    for rows in [5, 20, 45, 81] {
        let (out, live) = run("A", &["S", "T"], with_short_factor(rows));
        assert_eq!(ridge(&out), ridge(&alone), "{rows} rows");
        let line = format!("T: left out of the style betas (has {} of the last 90 returns)", rows - 1);
        assert_eq!(shown_lines(&live, "style betas"), [line]);
        let causes = live.read(|state| state.phases[1].warned.iter().map(|warned| warned.cause).collect::<Vec<_>>());
        assert_eq!(causes, [Cause::ShortFactor]);
    }
}

#[test]
fn keeps_factor_with_nine_tenths_of_days() {
    let (out, live) = run("A", &["S", "T"], with_short_factor(82));
    assert_eq!(ridge(&out).map(|ridge| (ridge.betas.len(), ridge.observations)), Some((2, 81)));
    assert_eq!(shown_lines(&live, "style betas"), Vec::<String>::new());
}

#[test]
fn leaves_out_factor_that_ended_early() {
    let mut panel = market();
    reprice(&mut panel, "T", |prices| prices[120..].fill(None));
    let (alone, _) = run("A", &["S"], market());
    assert_eq!(ridge(&run("A", &["S", "T"], panel).0), ridge(&alone));
}

#[test]
fn leaves_out_missing_factor_alone() {
    let mut panel = market();
    panel.series.remove("T");
    let (out, live) = run("A", &["S", "T"], panel);
    assert_eq!(ridge(&out), ridge(&run("A", &["S"], market()).0));
    assert_eq!(shown_lines(&live, "style betas"), Vec::<String>::new());
}

#[test]
fn warns_of_nothing_without_style_factors() {
    let (out, live) = run("A", &[], market());
    assert_eq!(ridge(&out), None);
    assert_eq!(live.read(|state| state.phases[1].warnings), 0);
}

#[test]
fn blames_constant_factor_not_the_symbol() {
    let mut panel = market();
    reprice(&mut panel, "S", |prices| prices.fill(Some(7.0)));
    let (out, live) = run("A", &["S"], panel);
    assert_eq!(ridge(&out), None);
    assert_eq!(shown_lines(&live, "A: no style betas"), ["A: no style betas (the factor does not vary)"]);
}

#[test]
fn calls_constant_price_constant_although_short() {
    let mut panel = market();
    reprice(&mut panel, "F", |prices| prices[..180].fill(None));
    let (_, live) = run("F", &["S"], panel);
    let causes: Vec<Cause> = live.read(|state| {
        let warned = state.phases.iter().flat_map(|phase| &phase.warned);
        warned.filter(|warned| warned.symbols == ["F"]).map(|warned| warned.cause).collect()
    });
    assert_eq!(causes, [Cause::ReturnsDoNotVary; 4]);
    assert_eq!(shown_lines(&live, "F: no beta"), ["F: no beta (the series does not vary)"]);
}
