//! The order in which trades happened.

use super::Trade;

/// Returns whether a file is newest first, or `None` if its dates and times do not tell.
pub(super) fn is_newest_first(trades: &[Trade]) -> Option<bool> {
    let moments = |with_time: bool| {
        let ascending = trades.windows(2).map(move |pair| {
            let [earlier, later] = [&pair[0], &pair[1]].map(|trade| (trade.date, trade.time.filter(|_| with_time)));
            later.cmp(&earlier)
        });
        let (up, down) = ascending.fold((0, 0), |(up, down), order| match order {
            std::cmp::Ordering::Greater => (up + 1, down),
            std::cmp::Ordering::Less => (up, down + 1),
            std::cmp::Ordering::Equal => (up, down),
        });
        (up != down).then_some(down > up)
    };
    moments(false).or_else(|| if has_times(trades) { moments(true) } else { None })
}

/// Returns the trades in the order in which they happened. Within one day this is the order of
/// their times if all trades have one; otherwise it is the order of the file.
pub(super) fn chronological(trades: &[Trade], newest_first: bool) -> Vec<Trade> {
    let mut sorted = trades.to_vec();
    if newest_first {
        sorted.reverse();
    }
    if !has_times(trades) {
        for trade in &mut sorted {
            trade.time = None;
        }
    }
    sorted.sort_by_key(|trade| (trade.date, trade.time));
    sorted
}

fn has_times(trades: &[Trade]) -> bool {
    trades.iter().all(|trade| trade.time.is_some() || !trade.moves_shares())
}
