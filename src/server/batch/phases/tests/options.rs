//! Tests the value and the implied volatility of options with and without prices of their own.

use std::sync::Arc;

use analytics::black_scholes::{self, Carry, EuropeanOption};
use chrono::NaiveDate;
use positions::{Exit, InvestmentClass, OptionContract, OptionKind, Position};
use status::Phase;

use super::{Control, Reporter, assert_close, day, input, live_run, panel, position, reprice, run_all, shown_lines};
use crate::server::{
    batch::{
        Outputs,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
        },
        phases::{
            self,
            position_values::{PositionValue, Pricing},
        },
    },
    market_data::{Limiter, OptionQuotes, csv_files},
};

/// Creates a position in one call option on `A` with a strike of 100, bought on day 0.
pub(super) fn option(symbol: &str, expires: u64) -> Position {
    let contract = OptionContract {
        underlying: "A".to_owned(),
        strike: 100.0,
        expiration: day(expires),
        kind: OptionKind::Call,
        multiplier: positions::SHARES_PER_CONTRACT,
    };
    Position { class: InvestmentClass::Options(contract), ..position(symbol, 1.0, 3.0, 0) }
}

/// Builds a panel with ninety days of prices, in which `A` moves between 100 and 106.
pub(super) fn market() -> MarketPanel {
    let rising: Vec<f64> = (0..90).map(|row| 100.0 + f64::from(row % 7)).collect();
    panel(&[("M", rising.clone()), ("S", rising.clone()), ("A", rising)])
}

/// Builds the same panel as [`market`], plus an option with prices of its own. Each entry of
/// `quotes` is a calendar row and the option's price on it.
pub(super) fn quoted(symbol: &str, quotes: &[(usize, f64)]) -> MarketPanel {
    let mut panel = market();
    let mut close = vec![None; 90];
    for (row, price) in quotes {
        close[*row] = Some(*price);
    }
    panel.series.insert(symbol.to_owned(), Series::new(close.clone(), close));
    panel
}

fn values(input: &Input, panel: MarketPanel) -> Vec<PositionValue> {
    run_all(input, panel).0.values.unwrap()
}

fn implied(out: &Outputs, symbol: &str) -> (Option<f64>, Option<NaiveDate>, Option<String>) {
    let positions = &out.volatility.as_ref().unwrap().positions;
    let implied = &positions.iter().find(|entry| entry.symbol == symbol).unwrap().implied;
    (implied.volatility, implied.date, implied.reason.clone())
}

#[test]
fn values_option_at_its_own_price() {
    let value = values(&input(vec![option("CALL", 200)], 0.0), quoted("CALL", &[(89, 7.5)])).remove(0);
    assert_eq!((value.pricing, value.market_value, value.stale), (Pricing::Market, Some(750.0), false));
}

#[test]
fn carries_last_option_price_and_marks_it_stale() {
    let value = values(&input(vec![option("CALL", 200)], 0.0), quoted("CALL", &[(80, 7.5), (85, 8.5)])).remove(0);
    assert_eq!((value.pricing, value.market_value), (Pricing::Market, Some(850.0)));
    assert_eq!((value.price_date, value.stale), (Some(day(85)), true));
}

#[test]
fn models_option_before_its_first_own_price() {
    let options = input(vec![option("CALL", 200)], 0.0);
    let net_values =
        |panel| -> Vec<f64> { run_all(&options, panel).0.snapshots.unwrap().days.iter().map(|day| day.net).collect() };
    let (with, without) = (net_values(quoted("CALL", &[(50, 7.5)])), net_values(market()));
    assert_eq!(with[..50], without[..50]);
    assert_eq!(with[50..], [750.0; 40], "carried from then on");
}

/// Tests an option whose contract covers 10 shares, in its value, its cost and the cash of its
/// trade.
#[test]
fn scales_option_by_its_own_multiplier() {
    let mut mini = option("MINI", 200);
    if let InvestmentClass::Options(contract) = &mut mini.class {
        contract.multiplier = 10.0;
    }
    let mini = Position { quantity: 2.0, entry_date: day(60), ..mini };
    let share = position("A", 1.0, 100.0, 0);
    let (out, _) = run_all(&input(vec![mini, share], 50.0), quoted("MINI", &[(60, 4.0), (89, 7.5)]));
    let value = &out.values.as_ref().unwrap()[0];
    assert_eq!((value.multiplier, value.market_value, value.cost_basis), (10.0, Some(150.0), Some(60.0)));
    assert_eq!(value.unrealized_pnl, Some(90.0));
    // At the end, A is worth 105, so the equity is 50 + 150 + 105.
    assert_close(value.weight, 150.0 / 305.0);
    let days = out.snapshots.unwrap().days;
    assert_eq!((days[59].cash, days[60].cash, days[60].net), (110.0, 50.0, 80.0 + 104.0));
    // A moves like the market, and so does the option, with its exposure to A.
    let market = &out.exposures.as_ref().unwrap()[0];
    assert_close(market.dollars, 105.0 + value.exposure_value.unwrap());
    assert_close(market.coverage, 1.0);
}

#[test]
fn leaves_out_option_that_expired_before_all_prices() {
    let mut panel = market();
    panel.calendar = (100..190).map(day).collect();
    let options = input(vec![option("CALL", 99)], 1_000.0);
    assert_eq!(panel.facts(&options).positions_unavailable, 1);
    let (out, _) = run_all(&options, panel);
    assert_eq!(out.values.unwrap()[0].pricing, Pricing::Unavailable);
    let equity: Vec<f64> = out.snapshots.unwrap().days.iter().map(|day| day.equity).collect();
    assert_eq!(equity, [1_000.0; 90]);
}

#[test]
fn values_option_without_underlying_at_own_price() {
    let mut panel = quoted("CALL", &[(89, 7.5)]);
    panel.series.remove("A");
    let options = input(vec![option("CALL", 200)], 0.0);
    assert_eq!(panel.facts(&options).positions_unavailable, 0);
    assert_eq!(values(&options, panel).remove(0).market_value, Some(750.0));
}

#[test]
fn ignores_option_prices_under_shared_symbol() {
    let is_option_symbol = |others: Vec<Position>, symbol: &str| {
        let positions = others.into_iter().chain([option(symbol, 200)]).collect();
        input(positions, 0.0).option_symbols().contains(symbol)
    };
    assert!(is_option_symbol(vec![option("CALL", 200)], "CALL"), "two lots of one contract");
    assert!(!is_option_symbol(vec![], "A"), "its underlying");
    assert!(!is_option_symbol(vec![], "M"), "a factor");
    assert!(!is_option_symbol(vec![position("CALL", 1.0, 1.0, 0)], "CALL"), "a share");
    assert!(!is_option_symbol(vec![option("CALL", 230)], "CALL"), "another contract");
    let value = values(&input(vec![option("A", 200)], 0.0), market()).remove(0);
    assert_eq!(value.pricing, Pricing::Modelled);
    assert!(value.price.unwrap() < 50.0, "{value:?}");
}

#[test]
fn requests_no_options_from_source_without_them() {
    let options = input(vec![option("CALL", 200)], 0.0);
    let requests_option = |quotes| options.required_series(quotes).into_iter().any(|series| series.symbol == "CALL");
    assert!(requests_option(OptionQuotes::Possible) && !requests_option(OptionQuotes::Never));
}

#[test]
fn recovers_implied_volatility_on_day_of_price() {
    // On day 85, the underlying closes at 101 and the option has 115 days left. With an annual
    // volatility of 7.5%, the standard deviation until the expiration is 7.5% · √(115/365).
    let terms = EuropeanOption { kind: black_scholes::Payoff::Call, strike: 100.0, years: 115.0 / 365.0 };
    let price = terms.price(101.0, 0.075, Carry::default()).unwrap();
    let (out, live) = run_all(&input(vec![option("CALL", 200)], 0.0), quoted("CALL", &[(85, price)]));
    let (volatility, date, reason) = implied(&out, "CALL");
    assert_close(volatility, 0.075);
    assert_eq!((date, reason), (Some(day(85)), None));
    assert_eq!(shown_lines(&live, "Implied"), ["Implied volatility: computed for 1 of 1 open options"]);
}

#[test]
fn explains_missing_implied_volatility() {
    let others = ["NONE", "HOLE", "DEEP"].map(|symbol| option(symbol, 200));
    let mut panel = quoted("HOLE", &[(88, 5.0)]);
    reprice(&mut panel, "A", |prices| prices[88] = None);
    // On day 89, the underlying closes at 105, so the intrinsic value of the option is 5. The
    // option's price of 4 is lower than that, which no volatility can explain.
    panel.series.insert("DEEP".to_owned(), quoted("DEEP", &[(89, 4.0)]).series["DEEP"].clone());
    let (out, live) = run_all(&input(others.to_vec(), 0.0), panel);
    let because = |reason: &str, date: Option<u64>| (None, date.map(day), Some(reason.to_owned()));
    assert_eq!(implied(&out, "NONE"), because("it has no price of its own", None));
    assert_eq!(implied(&out, "HOLE"), because("its underlying has no price on that day", Some(88)));
    assert_eq!(implied(&out, "DEEP"), because("its price is not above its intrinsic value", Some(89)));
    let line = "Implied volatility: computed for 0 of 3 open options; 2 have a quote";
    assert_eq!(shown_lines(&live, "Implied"), [line]);
}

#[test]
fn implies_nothing_for_sold_or_expired_options() {
    let sold = Position { exit: Some(Exit { date: day(70), price: 4.0 }), ..option("SOLD", 200) };
    let (out, live) = run_all(&input(vec![sold, option("OVER", 60)], 0.0), quoted("SOLD", &[(60, 5.0)]));
    assert_eq!(out.volatility.unwrap().positions, []);
    assert_eq!(shown_lines(&live, "Implied"), ["Implied volatility: no options are open"]);
}

#[test]
fn reports_missing_option_quotes_in_one_line() {
    let (out, live) = run_all(&input(vec![option("CALL", 200)], 0.0), market());
    assert_eq!(out.volatility.unwrap().positions, []);
    assert_eq!(shown_lines(&live, "mplied"), ["Implied volatility not computed: the data source has no option quotes"]);
}

/// Runs phase 1 on a folder of price files that has a file for one of the portfolio's two options
/// but not for the other.
#[tokio::test]
async fn fetches_option_prices_without_counting_them_as_symbols() {
    let folder = tempfile::TempDir::new().unwrap();
    let rows: Vec<String> = (0..90).map(|row| format!("{},{}", day(row), 100 + row % 7)).collect();
    for name in ["M", "S", "A", "CALL"] {
        std::fs::write(folder.path().join(format!("{name}.csv")), format!("Date,Close\n{}\n", rows.join("\n")))
            .unwrap();
    }
    let source = csv_files(folder.path(), Limiter::unlimited(), None).unwrap();
    let live = live_run();
    let reporter = Reporter::new(live.clone(), Phase::MarketData, Control::default());
    let shared = Arc::new(input(vec![position("A", 1.0, 99.0, 0), option("CALL", 200), option("PUT", 210)], 0.0));
    let mut outputs = Outputs::default();
    let summary = phases::run(Phase::MarketData, &shared, &mut outputs, &source, &reporter).await.unwrap();
    assert_eq!(summary, "1/1 symbols (100% coverage)");
    let market = outputs.market.unwrap();
    assert!(market.unavailable.is_empty() && market.series.contains_key("CALL"), "{:?}", market.unavailable);
    assert_eq!(shown_lines(&live, "CALL"), ["Fetched CALL: 90 days of history (option)"]);
    assert_eq!(live.read(|state| (state.phases[0].total, state.phases[0].warnings)), (1, 0));
    let debug = live
        .read(|state| state.entries.iter().any(|e| e.message == "PUT: No price of its own (not in the price files)"));
    assert!(debug);
}
