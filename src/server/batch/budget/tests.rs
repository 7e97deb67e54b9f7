use positions::{InvestmentClass, OptionContract, OptionKind, Position};

use super::*;
use crate::server::market_data::{Factors, Spread};

fn option(at: usize) -> Position {
    let contract = OptionContract {
        underlying: format!("U{at}"),
        strike: 1.0,
        expiration: "2030-01-18".parse().unwrap(),
        kind: OptionKind::Call,
        multiplier: positions::SHARES_PER_CONTRACT,
    };
    Position { class: InvestmentClass::Options(contract), ..share(at) }
}

fn share(at: usize) -> Position {
    Position {
        symbol: format!("S{at}"),
        quantity: 1.0,
        entry_price: 1.0,
        price_source: positions::EntryPriceSource::Stated,
        entry_date: "2022-01-03".parse().unwrap(),
        class: InvestmentClass::Public,
        subtype: None,
        exit: None,
    }
}

fn input(position: fn(usize) -> Position, count: usize) -> Input {
    let factors = Factors {
        market: "SPY".to_owned(),
        styles: ["VTV", "VUG", "MTUM", "QUAL", "IWM", "USMV"].map(str::to_owned).to_vec(),
        spreads: ["VUG", "MTUM", "IWM", "QUAL"].map(|long| Spread::new(long, "SPY")).to_vec(),
        rate: Some("TLT".to_owned()),
    };
    Input::new((0..count).map(position).collect(), 0.0, factors, "local".to_owned(), 1)
}

#[test]
fn accepts_largest_portfolio_in_every_phase() {
    for input in [input(share, 10_000), input(option, 10_000)] {
        for phase in Phase::ALL {
            assert_eq!(check(phase, &input), Ok(()), "{}: {:?}", phase.name(), Cost::estimate(phase, &input));
        }
    }
}

#[test]
fn refuses_phase_over_any_limit() {
    let input = input(share, 100);
    let cost = Cost::estimate(Phase::Correlations, &input);
    assert_eq!(check_against(cost, Phase::Correlations, &input), Ok(()));
    let too_small = [
        Cost { symbols: cost.symbols - 1, ..cost },
        Cost { bytes: cost.bytes - 1, ..cost },
        Cost { seconds: 0.5 * cost.seconds, ..cost },
    ];
    for limit in too_small {
        let refused = check_against(limit, Phase::Correlations, &input);
        assert!(matches!(refused, Err(Stop::Failed { failure: Failure::TooLarge, .. })), "{refused:?}");
    }
}

#[test]
fn bounds_cost_of_correlations() {
    let cost = |count: usize| Cost::estimate(Phase::Correlations, &input(share, count));
    let (at_bound, beyond) = (cost(MAX_CORRELATED), cost(10_000));
    assert_eq!((at_bound.symbols, at_bound.seconds), (beyond.symbols, beyond.seconds));
    assert!(beyond.bytes < 12_000_000, "{beyond:?}");
}
