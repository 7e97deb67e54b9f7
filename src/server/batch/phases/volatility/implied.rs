//! Computes an option's implied volatility from its own price, as part of phase 8.

use std::collections::BTreeMap;

use analytics::implied_volatility::implied_volatility;
use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract};
use serde::{Deserialize, Serialize};

use crate::server::batch::model::{
    input::Input,
    option_models::{OptionModels, terms_on},
    panel::{MarketPanel, Series},
    prices::quotes,
};

/// An option's implied volatility, computed from its own last price. All fields are null for a
/// position that is not an option.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Implied {
    /// Annualized implied volatility; null if it cannot be computed.
    #[serde(rename = "implied", default)]
    pub volatility: Option<f64>,
    /// Date of the prices used: the option's own price and the underlying's price on the same day.
    /// Null if the option has no price of its own.
    #[serde(rename = "implied_date", default)]
    pub date: Option<NaiveDate>,
    /// Reason why an option has no implied volatility; null if it has one.
    #[serde(rename = "implied_reason", default)]
    pub reason: Option<String>,
}

impl Implied {
    /// Returns whether this result belongs to an option.
    pub fn is_of_an_option(&self) -> bool {
        self.volatility.is_some() || self.reason.is_some()
    }

    fn missing(date: Option<NaiveDate>, reason: impl ToString) -> Self {
        Self { volatility: None, date, reason: Some(reason.to_string()) }
    }

    /// Computes the implied volatility on the last day on which the option has a price of its own,
    /// with the underlying's price on the same day, and with the interest rate and dividend yield
    /// that the option model uses for that day.
    fn latest(contract: &OptionContract, own: Option<&Series>, models: &OptionModels, panel: &MarketPanel) -> Self {
        let quotes = own.map(|own| quotes(contract, own, panel)).unwrap_or_default();
        let last = quotes.iter().enumerate().rev().find_map(|(row, quote)| Some((row, (*quote)?)));
        let Some((row, price)) = last else {
            return Self::missing(None, "it has no price of its own");
        };
        let date = panel.calendar[row];
        let underlying = models.for_contract(contract);
        let Some((model, spot)) = underlying.and_then(|model| Some((model, model.closes()[row]?))) else {
            return Self::missing(Some(date), "its underlying has no price on that day");
        };
        match implied_volatility(&terms_on(contract, date), price, spot, model.carry(row)) {
            Ok(volatility) => Self { volatility: Some(volatility), date: Some(date), reason: None },
            Err(why) => Self::missing(Some(date), why),
        }
    }
}

/// Returns the implied volatility of each option that is open on the last date and has not expired.
/// Returns `None` if the source has no prices of any option in the portfolio.
pub fn for_open_options<'a>(input: &'a Input, panel: &MarketPanel) -> Option<BTreeMap<&'a str, Implied>> {
    let quotes = panel.option_quotes(input);
    let as_of = panel.as_of().filter(|_| !quotes.is_empty())?;
    let models = OptionModels::new(input, panel);
    let mut implied = BTreeMap::new();
    for position in input.positions().iter().filter(|position| position.is_open_on(as_of)) {
        if let InvestmentClass::Options(contract) = &position.class
            && contract.expiration > as_of
        {
            let symbol = position.symbol.as_str();
            let own = quotes.get(symbol).copied();
            implied.entry(symbol).or_insert_with(|| Implied::latest(contract, own, &models, panel));
        }
    }
    Some(implied)
}

/// Returns the log line that summarizes the result of [`for_open_options`], or `None` if the
/// portfolio has no options.
pub fn line(input: &Input, implied: Option<&BTreeMap<&str, Implied>>) -> Option<String> {
    input.options().next()?;
    let Some(implied) = implied else {
        return Some("Implied volatility not computed: the data source has no option quotes".to_owned());
    };
    let count = |predicate: fn(&&Implied) -> bool| implied.values().filter(predicate).count();
    let (quoted, computed) = (count(|implied| implied.date.is_some()), count(|implied| implied.volatility.is_some()));
    let have_quote = if computed < quoted { format!("; {quoted} have a quote") } else { String::new() };
    Some(match implied.len() {
        0 => "Implied volatility: no options are open".to_owned(),
        open => format!("Implied volatility: computed for {computed} of {open} open options{have_quote}"),
    })
}
