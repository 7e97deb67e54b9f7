//! Tests that the log lines and the counts of each phase match its results.

use positions::{InvestmentClass, Position};
use status::{LogLevel, Phase};

use super::{input, panel, position, prices, run_all};
use crate::server::{batch::Outputs, tracker::LiveRun};

/// Runs the phases on a portfolio of four positions: a share with prices on every day, a recently
/// listed share, a share without prices, and a private fund.
fn mixed() -> (Outputs, LiveRun) {
    let moving = |scale: f64| prices((1..90).map(|row| scale * f64::from(row).sin()));
    let mut panel = panel(&[("M", moving(0.01)), ("S", moving(0.02)), ("A", moving(0.03)), ("B", moving(0.04))]);
    super::reprice(&mut panel, "B", |prices| prices[..80].fill(None));
    let fund = Position { class: InvestmentClass::Private, ..position("FUND", 1.0, 50.0, 0) };
    let positions =
        vec![position("A", 1.0, 100.0, 0), position("B", 1.0, 100.0, 85), position("GONE", 1.0, 9.0, 0), fund];
    run_all(&input(positions, 0.0), panel)
}

fn debug_lines(live: &LiveRun, phase: Phase) -> Vec<String> {
    live.read(|state| {
        let phase_entries =
            state.entries.iter().filter(|entry| entry.phase == Some(phase) && entry.level == LogLevel::Debug);
        phase_entries.map(|entry| entry.message.clone()).collect()
    })
}

fn count(live: &LiveRun, phase: Phase) -> (u64, u64) {
    live.read(|state| (state.phases[phase.index()].current, state.phases[phase.index()].total))
}

#[test]
fn skips_symbols_without_beta_and_says_why() {
    let (out, live) = mixed();
    let betas = out.betas.unwrap();
    let with_beta = betas.iter().filter(|position| position.market_beta.day_90.is_some()).count() as u64;
    assert_eq!(count(&live, Phase::PositionBetas), (with_beta, 4));
    assert_eq!(
        debug_lines(&live, Phase::PositionBetas),
        [
            "A: beta calculated",
            "B: skipped (needs 30 rows, has 9)",
            "GONE: skipped (no prices)",
            "FUND: skipped (a private position has no returns)"
        ]
    );
}

#[test]
fn counts_values_that_positions_have() {
    let (out, live) = mixed();
    let with_value = out.values.unwrap().iter().filter(|value| value.market_value.is_some()).count() as u64;
    assert_eq!(count(&live, Phase::PositionValues), (with_value, 4));
    assert_eq!(
        debug_lines(&live, Phase::PositionValues),
        ["A: value updated", "B: value updated", "GONE: skipped (no prices)", "FUND: value updated"]
    );
}

#[test]
fn counts_positions_whose_exposures_are_added() {
    let (_, live) = mixed();
    assert_eq!(count(&live, Phase::FactorExposures), (1, 4));
    let lines = debug_lines(&live, Phase::FactorExposures);
    assert_eq!(
        lines,
        [
            "A: exposures added",
            "B: skipped (no betas)",
            "GONE: skipped (no value)",
            "FUND: skipped (a private position has no returns)"
        ]
    );
}

#[test]
fn counts_positions_with_volatility() {
    let (out, live) = mixed();
    let with_any =
        out.volatility.unwrap().positions.iter().filter(|position| position.volatility.day_21.is_some()).count() as u64;
    assert_eq!(count(&live, Phase::Volatility), (with_any, 4));
    assert_eq!(
        debug_lines(&live, Phase::Volatility),
        [
            "A: volatility analyzed",
            "B: skipped (needs 21 rows, has 9)",
            "GONE: skipped (no prices)",
            "FUND: skipped (a private position has no returns)"
        ]
    );
}

#[test]
fn skips_symbol_without_factor_betas() {
    let (out, live) = mixed();
    assert_eq!(out.factors.unwrap().len(), 2);
    let lines = debug_lines(&live, Phase::FactorAnalysis);
    assert_eq!(lines.first().unwrap(), "A: factor betas calculated");
    assert_eq!(lines.last().unwrap(), "B: skipped (needs 30 rows, has 9)");
    assert_eq!(count(&live, Phase::FactorAnalysis), (1, 2));
}
