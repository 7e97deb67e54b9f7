//! The sums that a person can compare with a statement, and how long the setup will take.

use leptos::prelude::*;
use positions::{Assumptions, CashAssumption, DraftClass};
use status::format_about;

use super::CheckView;
use crate::{
    pages::format::{self, count},
    server::{
        market_data::ONE_PRICE_COLUMN,
        previews::{PriceEstimate, SecondsRange},
    },
};

/// Renders the sums of the file, and what is known about its prices.
pub fn sums(view: &CheckView) -> impl IntoView + use<> {
    let totals = &view.checked.totals;
    let positions = match totals.closed {
        0 => count(totals.positions),
        closed => format!("{} ({} still held, {} sold)", count(totals.positions), count(totals.open), count(closed)),
    };
    let valued = (totals.value.is_none() && totals.valued > 0)
        .then(|| format!("{} of {} positions", count(totals.valued), count(totals.open)));
    let has_private = view.checked.content.positions.iter().any(|position| position.class == DraftClass::Private);
    let cash = cash(view);
    view! {
        <section aria-labelledby="sum-title">
            <h2 id="sum-title">"Compare with your statement"</h2>
            <dl class="facts sums">
                <div><dt>"Positions"</dt><dd class="value">{positions}</dd></div>
                <div><dt>"Cost of what you hold"</dt><dd class="value">{dollars(totals.cost)}</dd></div>
                <div>
                    <dt>"Value at the last prices we know"</dt>
                    <dd class="value">{dollars(totals.value.or(totals.known_value))}</dd>
                    {valued.map(|valued| view! { <dd class="more">{valued}</dd> })}
                </div>
                <div><dt>"Cash"</dt><dd class="value">{cash}</dd></div>
            </dl>
            <p>{prices(&view.checked.prices, has_private)}</p>
            {view.source.has_one_price_column.then(|| view! { <p>{ONE_PRICE_COLUMN}</p> })}
        </section>
    }
}

fn dollars(value: Option<f64>) -> String {
    value.map_or_else(|| "Not known yet".to_owned(), |value| format::with_currency(&format::price(Some(value))))
}

fn cash(view: &CheckView) -> String {
    match view.checked.cash(&view.cash) {
        Ok(cash) => dollars(Some(cash)),
        Err(_) => format::MISSING.to_owned(),
    }
}

/// Returns whether the cash balance is that of the file.
pub fn takes_cash_from_file(assumptions: &Assumptions) -> bool {
    assumptions.cash == Some(CashAssumption::FromFile)
}

/// Says for how many symbols prices are known, how many will be asked for, and how long the setup
/// will take. Private positions need no prices.
fn prices(prices: &PriceEstimate, has_private: bool) -> String {
    let PriceEstimate { known, to_ask, unavailable, seconds } = prices;
    let total = known + to_ask + unavailable.len();
    if unavailable.len() == total && total > 0 && !has_private {
        let symbols =
            if let [symbol] = unavailable.as_slice() { symbol.clone() } else { "any of your symbols".to_owned() };
        return format!("There are no prices for {symbols}, so there is nothing to analyze. Check the spelling.");
    }
    let mut sentences = vec![match (known, total) {
        (0, 0) => return "No prices are needed.".to_owned(),
        (known, total) if *known == total => match total {
            1 => "The price of your symbol is known.".to_owned(),
            total => format!("Prices are known for all {} symbols.", count(total)),
        },
        (known, total) => format!("Prices are known for {} of {} symbols.", count(*known), count(total)),
    }];
    if *to_ask > 0 {
        sentences.push(format!("We'll ask the data provider for {}.", count(*to_ask)));
    }
    if !unavailable.is_empty() {
        let named: Vec<&str> = unavailable.iter().take(5).map(String::as_str).collect();
        let more = unavailable.len() - named.len();
        let more = if more == 0 { String::new() } else { format!(" and {} more", count(more)) };
        let left_out = if unavailable.len() == 1 { "it" } else { "they" };
        sentences.push(format!("There are no prices for {}{more}; {left_out} will be left out.", named.join(", ")));
    }
    if let Some(SecondsRange { low, high }) = *seconds {
        sentences.push(format!("The setup takes {}.", duration(low, high)));
    }
    sentences.join(" ")
}

/// Formats how long a setup takes: "about a second", "a few seconds", "about 4 min", "6 to 9 min".
fn duration(low: u64, high: u64) -> String {
    match (low / 60, high.div_ceil(60)) {
        _ if high <= 1 => "about a second".to_owned(),
        (0, 1) => format_about(high),
        (0, minutes) => format!("up to {minutes} min"),
        (low, high) if low == high => format!("about {high} min"),
        (low, high) => format!("{low} to {high} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(known: usize, to_ask: usize, unavailable: &[&str]) -> PriceEstimate {
        let unavailable = unavailable.iter().map(|symbol| (*symbol).to_owned()).collect();
        PriceEstimate { known, to_ask, unavailable, seconds: None }
    }

    #[test]
    fn says_which_prices_are_known() {
        assert_eq!(prices(&estimate(0, 0, &[]), false), "No prices are needed.");
        assert_eq!(prices(&estimate(1, 0, &[]), false), "The price of your symbol is known.");
        assert_eq!(prices(&estimate(3, 0, &[]), false), "Prices are known for all 3 symbols.");
        let some = "Prices are known for 1 of 4 symbols. We'll ask the data provider for 2. \
                    There are no prices for HZNP; it will be left out.";
        assert_eq!(prices(&estimate(1, 2, &["HZNP"]), false), some);
        let none = "There are no prices for HZNP, so there is nothing to analyze. Check the spelling.";
        assert_eq!(prices(&estimate(0, 0, &["HZNP"]), false), none);
        assert!(prices(&estimate(0, 0, &["HZNP"]), true).ends_with("it will be left out."));
    }

    #[test]
    fn rounds_setup_time_outward() {
        assert_eq!(duration(0, 1), "about a second");
        assert_eq!(duration(3, 9), "a few seconds");
        assert_eq!(duration(20, 61), "up to 2 min");
        assert_eq!(duration(60, 60), "about 1 min");
        assert_eq!(duration(119, 181), "1 to 4 min");
    }
}
