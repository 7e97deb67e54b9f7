//! Splits, mergers and changes of name, which turn the lots of a security into other shares.

use std::collections::HashMap;

use super::{
    Action, Trade,
    ledger::{Ledger, closing, open},
    lots::{Closing, DUST, tidy},
};
use crate::content::LeftOutReason;

/// The rows of one security in a split or an exchange of one day.
struct Side {
    /// The index of the book.
    book: usize,
    trades: Vec<usize>,
    /// Number of shares that were removed.
    removed: f64,
    /// Number of shares that were added.
    added: f64,
}

impl Ledger {
    /// Applies the rows of all splits or of all exchanges of one day and account.
    pub(super) fn change(&mut self, rows: &[usize], trades: &[Trade], securities: &[usize]) {
        self.apply_waiting(trades, securities);
        let is_exchange = rows.iter().any(|index| trades[*index].action == Action::Exchange);
        let mut sides: Vec<Side> = Vec::new();
        let mut of_books = HashMap::new();
        for index in rows {
            let book = self.book(securities[*index], trades[*index].account.as_ref());
            let side = *of_books.entry(book).or_insert(sides.len());
            if side == sides.len() {
                sides.push(Side { book, trades: Vec::new(), removed: 0.0, added: 0.0 });
            }
            sides[side].trades.push(*index);
        }
        for side in &mut sides {
            self.count(side, trades);
        }
        self.find_lost_signs(&mut sides, is_exchange);
        self.convert_pairs(&mut sides, trades, is_exchange);
        let is_alone = sides.len() == 1;
        for side in sides {
            // Some brokers write "corporate action" for a split.
            let is_split = is_alone && side.added > DUST && !self.books[side.book].is_empty();
            if is_exchange && !is_split { self.exchange_one(&side, trades) } else { self.split_one(&side, trades) }
        }
    }

    /// Applies a distribution of shares: a split if the security is held, otherwise new shares.
    pub(super) fn distribute(&mut self, index: usize, trades: &[Trade], security: usize) {
        let mut trade = trades[index].clone();
        let book = self.book(security, trade.account.as_ref());
        if self.books[book].held() > DUST {
            let mut side = Side { book, trades: vec![index], removed: 0.0, added: 0.0 };
            self.count(&mut side, trades);
            self.split_one(&side, trades);
        } else {
            trade.action = Action::SharesReceived;
            open(&mut self.books[book], false, trade.quantity.abs(), &trade);
        }
    }

    /// Counts the shares that a side's rows add and remove.
    fn count(&self, side: &mut Side, trades: &[Trade]) {
        let held = self.books[side.book].held();
        let direction = if held < 0.0 { -1.0 } else { 1.0 };
        for index in &side.trades {
            let quantity = trades[*index].quantity;
            match trades[*index].action {
                Action::SplitClose => side.removed += quantity.abs(),
                Action::SplitOpen => side.added += quantity.abs(),
                _ if quantity * direction < 0.0 && quantity < 0.0 => side.removed += quantity.abs(),
                _ => side.added += quantity.abs(),
            }
        }
        // Some brokers write both numbers of a split without a sign.
        if let [one, other] = side.trades[..]
            && side.removed <= DUST
        {
            let [one, other] = [one, other].map(|index| trades[index].quantity.abs());
            let is_reverse = trades[side.trades[0]].action == Action::ReverseSplit;
            let is_held = |quantity: f64| (quantity - held.abs()).abs() <= DUST;
            if is_held(one) || is_held(other) || is_reverse {
                let removed = if is_held(one) || (is_reverse && !is_held(other)) { one } else { other };
                let removed = if is_reverse { one.max(other) } else { removed };
                (side.removed, side.added) = (removed, tidy(one + other - removed));
            }
        }
    }

    /// Finds out which security was exchanged for which if the rows have no signs: the one that is
    /// held was removed.
    fn find_lost_signs(&self, sides: &mut [Side], is_exchange: bool) {
        if !is_exchange || sides.iter().any(|side| side.removed > DUST) {
            return;
        }
        let is_held = |side: &Side| self.books[side.book].held().abs() > DUST;
        if sides.iter().any(is_held) && !sides.iter().all(is_held) {
            for side in sides.iter_mut().filter(|side| self.books[side.book].held().abs() > DUST) {
                std::mem::swap(&mut side.removed, &mut side.added);
            }
        }
    }

    /// Applies exchanges of one security for another: the rows of one remove shares, those of the
    /// other add shares.
    fn convert_pairs(&mut self, sides: &mut Vec<Side>, trades: &[Trade], is_exchange: bool) {
        let indices = |of: &dyn Fn(&Side) -> bool| -> Vec<usize> {
            (0..sides.len()).filter(|index| of(&sides[*index])).collect()
        };
        let old = indices(&|side| side.removed > DUST && side.added <= DUST);
        let new = indices(&|side| side.added > DUST && side.removed <= DUST);
        if old.len() != new.len() {
            return;
        }
        let mut is_paired = vec![false; sides.len()];
        for (old_index, new_index) in old.into_iter().zip(new) {
            let (old, new) = (&sides[old_index], &sides[new_index]);
            let is_listed_elsewhere = self.books[old.book].is_empty();
            let is_of_one_company = is_listed_elsewhere != self.books[new.book].is_empty()
                && new.trades.iter().all(|index| trades[*index].action != Action::SharesAdded);
            if !is_exchange && !is_of_one_company {
                continue;
            }
            let factor = new.added / old.removed;
            let rows = rows(old.trades.iter().chain(&new.trades), trades);
            if is_listed_elsewhere {
                // The removed shares can be listed under an identifier that no purchase has.
                self.scale(new.book, factor, &rows);
            } else if self.books[old.book].can_scale(factor) {
                self.books[old.book].scale(factor, &rows);
                self.move_lots(old.book, new.book, !is_exchange);
            } else {
                self.record_not_held(&rows);
            }
            (is_paired[old_index], is_paired[new_index]) = (true, true);
        }
        let mut is_paired = is_paired.into_iter();
        sides.retain(|_| is_paired.next() != Some(true));
    }

    /// Moves lots to another security. Closed positions keep theirs unless it is the same company.
    fn move_lots(&mut self, from: usize, to: usize, with_closed: bool) {
        let source = &mut self.books[from];
        let (long, short) = (std::mem::take(&mut source.long), std::mem::take(&mut source.short));
        let closed = if with_closed { std::mem::take(&mut source.closed) } else { Vec::new() };
        let target = &mut self.books[to];
        target.long.extend(long);
        target.short.extend(short);
        target.closed.extend(closed);
        for lots in [&mut target.long, &mut target.short] {
            lots.make_contiguous().sort_by_key(|lot| lot.date);
        }
    }

    fn scale(&mut self, book: usize, factor: f64, rows: &[u64]) {
        let book = &mut self.books[book];
        if !book.is_empty() && book.can_scale(factor) {
            book.scale(factor, rows);
        } else {
            self.record_not_held(rows);
        }
    }

    /// Applies the rows of a split that are about one security alone.
    fn split_one(&mut self, side: &Side, trades: &[Trade]) {
        let rows = rows(side.trades.iter(), trades);
        match self.split_factor(side, trades) {
            Some(factor) => self.scale(side.book, factor, &rows),
            None => self.record_not_held(&rows),
        }
    }

    /// Returns the number of new shares per old share, or `None` if it cannot be known.
    fn split_factor(&self, side: &Side, trades: &[Trade]) -> Option<f64> {
        let held = self.books[side.book].held().abs();
        let first = &trades[*side.trades.first()?];
        let ratio = side.trades.iter().find_map(|index| trades[*index].ratio).filter(|ratio| *ratio > 0.0);
        if side.removed > DUST && side.added > DUST {
            return Some(side.added / side.removed);
        }
        if held <= DUST {
            return None;
        }
        if side.added <= DUST && side.removed <= DUST {
            return ratio;
        }
        if side.removed > DUST {
            return (side.removed < held - DUST).then(|| (held - side.removed) / held).or(ratio);
        }
        let (if_added, if_total) = ((held + side.added) / held, side.added / held);
        match (first.action, ratio) {
            (Action::SplitOpen, _) => Some(if_total),
            // Fractions of a share are paid in money, so the quantity can differ from the ratio.
            (Action::ReverseSplit, Some(ratio)) => {
                Some(if (held * ratio - side.added).abs() < 1.0 { if_total } else { ratio })
            }
            (Action::ReverseSplit, None) => (side.added < held - DUST).then_some(if_total),
            (_, Some(ratio)) if (held * ratio - held - side.added).abs() < 1.0 => Some(if_added),
            (_, Some(ratio)) if (held * ratio - side.added).abs() < 1.0 => Some(if_total),
            (_, Some(ratio)) => Some(ratio),
            (_, None) => Some(if_added),
        }
    }

    /// Applies rows of an exchange whose other security is not in the file: shares that were paid
    /// for in money, or shares that arrived.
    fn exchange_one(&mut self, side: &Side, trades: &[Trade]) {
        if side.removed > DUST && side.added > DUST {
            let rows = rows(side.trades.iter(), trades);
            return self.scale(side.book, side.added / side.removed, &rows);
        }
        for index in &side.trades {
            let trade = &trades[*index];
            let quantity = trade.quantity.abs();
            if quantity <= DUST {
                self.leave_out(&[trade.row], LeftOutReason::MoneyTransfer);
            } else if side.added > DUST {
                open(&mut self.books[side.book], false, quantity, trade);
            } else {
                self.remove(side.book, quantity, trade);
            }
        }
    }

    fn remove(&mut self, book: usize, quantity: f64, trade: &Trade) {
        let price = trade.price_per_share().filter(|price| *price > 0.0);
        let closing = Closing { price, ..closing(trade) };
        let book = &mut self.books[book];
        let left = if price.is_some() {
            book.close(false, quantity, &closing)
        } else {
            super::lots::take(&mut book.long, quantity).1
        };
        if left > DUST {
            self.not_held.insert(trade.row);
            if left >= quantity - DUST {
                self.leave_out(&[trade.row], LeftOutReason::NotHeld);
            }
        }
    }
}

fn rows<'a>(indices: impl Iterator<Item = &'a usize>, trades: &[Trade]) -> Vec<u64> {
    let mut indices: Vec<usize> = indices.copied().collect();
    indices.sort_unstable();
    indices.into_iter().map(|index| trades[index].row).collect()
}
