//! A picture of the weights: the largest symbols and the cash as horizontal bars. Long values
//! extend to the right of zero, short ones to the left. Every bar has its numbers as text.

use std::collections::BTreeMap;

use leptos::prelude::*;
use status::counted;

use super::format;
use crate::server::batch::phases::position_values::PositionValue;

/// Maximum number of symbols with a bar of their own. The others are counted.
const MAX_BARS: usize = 20;

/// A bar of the picture.
#[derive(Debug, PartialEq)]
struct Bar {
    name: String,
    /// In dollars; negative for shorts.
    value: f64,
    /// Whether the bar stands for something other than one symbol.
    is_sum: bool,
}

/// Renders the picture, or nothing if no position has a value. `equity` and `cash` are those of the
/// as-of date, in dollars. If the equity is not positive, there are no weights, so the bars show
/// dollars only.
pub fn picture(values: &[PositionValue], equity: f64, cash: f64) -> Option<impl IntoView + use<>> {
    let bars = bars(values, cash)?;
    let extent = |sign: f64| bars.iter().map(|bar| (bar.value * sign).max(0.0)).fold(0.0, f64::max);
    let (left, right) = (extent(-1.0), extent(1.0));
    let scale = 100.0 / (left + right);
    let zero = left * scale;
    let weight = |value: f64| Some(value / equity).filter(|weight| equity > 0.0 && weight.is_finite());
    let items = bars.into_iter().map(|bar| {
        let Bar { name, value, is_sum } = bar;
        let width = value.abs() * scale;
        let x = if value < 0.0 { zero - width } else { zero };
        let class = match (is_sum, value < 0.0) {
            (true, _) => "bar sum",
            (false, true) => "bar loss",
            (false, false) => "bar gain",
        };
        let dollars = format::money(Some(value));
        let (much, more) = match weight(value) {
            Some(weight) => (format::percent(Some(weight)), Some(dollars)),
            None => (dollars, None),
        };
        let short = (value < 0.0 && !is_sum).then(|| view! { " "<span class="small">"short"</span> });
        view! {
            <li>
                <span class="of">{name}{short}</span>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class=class x=format!("{x:.2}") y="1" width=format!("{width:.2}") height="8"></rect>
                    <path class="zero" d=format!("M{zero:.2} 0V10")></path>
                </svg>
                <span class="much">{much}</span>
                {more.map(|more| view! { <span class="dollars small">{more}</span> })}
            </li>
        }
    });
    let items = items.collect_view();
    let base = if equity > 0.0 {
        format!("Share of the equity of {}. Long to the right of zero, short to the left.", format::money(Some(equity)))
    } else {
        "The equity isn't above zero, so there are no shares of it. Long to the right of zero, short to the left."
            .to_owned()
    };
    Some(view! {
        <figure class="chart weights">
            <ul class="bars">{items}</ul>
            <figcaption class="small">{base}</figcaption>
        </figure>
    })
}

/// Adds up the lots of each symbol, and returns the largest symbols, the sum of the others, and the
/// cash. Returns `None` if no position has a value other than zero.
fn bars(values: &[PositionValue], cash: f64) -> Option<Vec<Bar>> {
    let mut symbols: BTreeMap<&str, f64> = BTreeMap::new();
    for (symbol, value) in values.iter().filter_map(|value| Some((value.symbol.as_str(), value.market_value?))) {
        *symbols.entry(symbol).or_default() += value;
    }
    let mut bars: Vec<Bar> = symbols
        .into_iter()
        .filter(|(_, value)| *value != 0.0 && value.is_finite())
        .map(|(symbol, value)| Bar { name: symbol.to_owned(), value, is_sum: false })
        .collect();
    if bars.is_empty() {
        return None;
    }
    // The sort is stable, so symbols with equal values stay in alphabetical order.
    bars.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let others = bars.split_off(bars.len().min(MAX_BARS));
    if !others.is_empty() {
        let value = others.iter().map(|bar| bar.value).sum();
        let name = format!("{}, net", counted(others.len() as u64, "other symbol"));
        bars.push(Bar { name, value, is_sum: true });
    }
    bars.push(Bar { name: "Cash".to_owned(), value: cash, is_sum: true });
    Some(bars)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use proptest::prelude::*;

    use super::{Bar, MAX_BARS, bars, picture};
    use crate::server::batch::phases::position_values::PositionValue;

    fn position(symbol: &str, value: Option<f64>) -> PositionValue {
        PositionValue::of_one_share(symbol, value)
    }

    fn html(values: &[PositionValue], equity: f64, cash: f64) -> String {
        Owner::new().with(|| picture(values, equity, cash).map(|view| view.into_view().to_html())).unwrap_or_default()
    }

    #[test]
    fn adds_lots_and_puts_largest_first() {
        let values = [
            position("KO", Some(300.0)),
            position("AAPL", Some(200.0)),
            position("XOM", Some(-400.0)),
            position("AAPL", Some(250.0)),
            position("HZNP", None),
            position("GONE", Some(0.0)),
        ];
        let found: Vec<(String, f64)> =
            bars(&values, 50.0).unwrap().into_iter().map(|bar| (bar.name, bar.value)).collect();
        let expected = [("AAPL", 450.0), ("XOM", -400.0), ("KO", 300.0), ("Cash", 50.0)];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn draws_shorts_to_the_left_of_zero() {
        let html = html(&[position("AAPL", Some(600.0)), position("XOM", Some(-200.0))], 500.0, 100.0);
        assert!(html.contains("x=\"25.00\" y=\"1\" width=\"75.00\""), "{html}");
        assert!(html.contains("x=\"0.00\" y=\"1\" width=\"25.00\""), "{html}");
        assert!(html.contains("120.0%") && html.contains("-40.0%") && html.contains(">short<"), "{html}");
    }

    #[test]
    fn shows_dollars_without_positive_equity() {
        let html = html(&[position("XOM", Some(-900.0))], -100.0, 800.0);
        assert!(html.contains("-$900") && html.contains("$800") && !html.contains('%'), "{html}");
    }

    #[test]
    fn draws_nothing_without_values() {
        assert_eq!(html(&[position("HZNP", None)], 100.0, 100.0), "");
    }

    proptest! {
        #[test]
        fn keeps_sum_of_any_number_of_symbols(values in proptest::collection::vec(-1e6..1e6f64, 1..200), cash in -1e6..1e6f64) {
            let positions: Vec<PositionValue> =
                values.iter().enumerate().map(|(at, value)| position(&format!("S{at}"), Some(*value))).collect();
            let bars: Vec<Bar> = bars(&positions, cash).unwrap();
            prop_assert!(bars.len() <= MAX_BARS + 2);
            let sum: f64 = bars.iter().map(|bar| bar.value).sum();
            prop_assert!((sum - values.iter().sum::<f64>() - cash).abs() < 1e-3, "{}", sum);
        }
    }
}
