//! Turns drafts into positions once every question is answered, by applying the assumptions.

use crate::{
    check::resolved,
    content::{DraftClass, DraftPosition, FileContent},
    position::{EntryPriceSource, Exit, InvestmentClass, OptionContract, Position},
    upload_rules::UploadRules,
};

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
        let entry_date = resolved::entry_date(draft, &self.reading, rules)?;
        let (entry_price, price_source) = match resolved::stated_price(draft) {
            Some(price) => (price, EntryPriceSource::Stated),
            None if !resolved::takes_market_price(draft, &self.reading) => return None,
            None if draft.entry_date.is_some() => (0.0, EntryPriceSource::EntryClose),
            None => (0.0, EntryPriceSource::LastClose),
        };
        if draft.exit_price.is_some() && draft.price_currency.is_some() {
            return None;
        }
        if draft.exit_price.is_some() != draft.exit_date.is_some() {
            return None;
        }
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
