//! Turns drafts into positions once every question is answered, by applying the assumptions.

use chrono::{Days, NaiveDate};

use crate::{
    content::{DraftClass, DraftPosition, FileContent},
    position::{EntryPriceSource, Exit, InvestmentClass, OptionContract, Position},
    reading::{EntryDateAssumption, EntryPriceAssumption},
    row::UploadRules,
};

/// Number of calendar days before the last price at which a position that was held throughout is
/// opened. It is before the first day that is analyzed.
const WINDOW_DAYS: u64 = 420;

impl FileContent {
    /// Returns whether the portfolio can start: the file has positions and no open question.
    pub fn can_start(&self) -> bool {
        self.problems.is_empty() && !self.positions.is_empty()
    }

    /// Returns whether a person should see the file's content before the portfolio starts.
    pub fn needs_check(&self) -> bool {
        !self.can_start() || !self.warnings.is_empty()
    }

    /// Returns the positions with all assumptions applied, or `None` if a question is still open.
    pub fn finished_positions(&self, rules: &UploadRules) -> Option<Vec<Position>> {
        if !self.can_start() {
            return None;
        }
        self.positions.iter().map(|draft| self.finished(draft, rules)).collect()
    }

    fn finished(&self, draft: &DraftPosition, rules: &UploadRules) -> Option<Position> {
        let assumptions = &self.reading.assumptions;
        let entry_date = draft.entry_date.or_else(|| match assumptions.entry_date? {
            EntryDateAssumption::WholeWindow => window_start(rules),
            EntryDateAssumption::On(date) => Some(date),
        })?;
        let stated = draft.entry_price.filter(|price| draft.price_currency.is_none() && *price > 0.0);
        let (entry_price, price_source) = match stated {
            Some(price) => (price, EntryPriceSource::Stated),
            None if assumptions.entry_price != Some(EntryPriceAssumption::Market) => return None,
            None if draft.entry_date.is_some() => (0.0, EntryPriceSource::EntryClose),
            None => (0.0, EntryPriceSource::LastClose),
        };
        let class = match (draft.class, &draft.option) {
            (DraftClass::Public, _) => InvestmentClass::Public,
            (DraftClass::Private, _) => InvestmentClass::Private,
            (DraftClass::Options, option) => {
                let option = option.as_ref()?;
                InvestmentClass::Options(OptionContract {
                    underlying: option.underlying.clone(),
                    strike: option.strike,
                    expiration: option.expiration,
                    kind: option.kind,
                    multiplier: option.multiplier,
                })
            }
        };
        Some(Position {
            symbol: draft.symbol.clone()?,
            quantity: draft.quantity,
            entry_price,
            price_source,
            entry_date,
            class,
            subtype: draft.subtype.clone(),
            exit: draft.exit_date.zip(draft.exit_price).map(|(date, price)| Exit { date, price }),
        })
    }
}

/// Returns a day before the first one that is analyzed.
fn window_start(rules: &UploadRules) -> Option<NaiveDate> {
    rules.last_price_date.unwrap_or(rules.today).checked_sub_days(Days::new(WINDOW_DAYS))
}
