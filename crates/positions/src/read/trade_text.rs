//! Trades that are written as a sentence, such as `Sold 80 ERO @ 18.08`.

use crate::{
    cells::number::{DecimalMark, amount},
    columns::unit,
};

/// Words with which such a sentence begins, or that follow `OPEN` or `CLOSE`.
const SIDES: [&str; 6] = ["bought", "sold", "buy", "sell", "purchase", "sale"];

/// A trade as far as a sentence describes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TradeText<'t> {
    pub side: &'t str,
    pub quantity: Option<f64>,
    pub price: Option<f64>,
    pub currency: Option<&'static str>,
}

/// Reads a sentence with a side, a number of shares and perhaps a price.
pub(super) fn trade_text(text: &str) -> Option<TradeText<'_>> {
    let mut words = text.split_whitespace();
    let mut side = words.next()?;
    if side.eq_ignore_ascii_case("open") || side.eq_ignore_ascii_case("close") {
        side = words.next()?;
    }
    if !SIDES.iter().any(|known| side.eq_ignore_ascii_case(known)) {
        return None;
    }
    let number = |text: &str| amount(text, DecimalMark::Point).ok().map(|amount| amount.value);
    let quantity = words.next()?;
    // `34/42.5658` is a part of an order: 34 of 42.5658 shares.
    let quantity = quantity.split('/').next().and_then(number).filter(|quantity| *quantity != 0.0)?;
    let after = text.split_once('@').map(|(_, after)| after.trim());
    let price = after.and_then(|after| after.split_whitespace().next()).and_then(number);
    let currency = after.and_then(|after| after.split_whitespace().nth(1)).and_then(unit).map(|unit| unit.currency);
    Some(TradeText { side, quantity: Some(quantity), price, currency })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_trades_in_sentences() {
        let read = |text| trade_text(text).map(|trade| (trade.side, trade.quantity, trade.price, trade.currency));
        assert_eq!(read("Sold 80 ERO @ 18.08"), Some(("Sold", Some(80.0), Some(18.08), None)));
        assert_eq!(read("Sell 3 @ 139.74 USD"), Some(("Sell", Some(3.0), Some(139.74), Some("USD"))));
        assert_eq!(read("OPEN BUY 34/42.5658 @ 11.7480"), Some(("BUY", Some(34.0), Some(11.748), None)));
        assert_eq!(read("Bought 1,550 Foo ETF (FOO)"), Some(("Bought", Some(1550.0), None, None)));
        assert_eq!(read("Buy"), None);
        assert_eq!(read("Buy to open"), None);
    }
}
