//! The first thing on the results page: a few sentences on how the portfolio did, how it moves with
//! the market, how deep it fell, and which symbols helped and hurt most.
//!
//! Each sentence is a function of the numbers it mentions, and is left out if one of them is
//! unknown. Nothing is estimated or advised.

mod situation;
mod view;

#[cfg(test)]
mod tests;

use status::counted;

use self::situation::{Gain, Invested, Situation};
pub use self::view::block;
use super::{
    format,
    words::{amount, period, share, signed_amount},
};

/// Returns and differences below this fraction round to 0.0%, so the sentences call them "about the
/// same".
const ABOUT_ZERO: f64 = 0.0005;

/// With fewer trading days than this (one month), the answer says that they are too few.
const ENOUGH_DAYS: usize = 21;

impl Situation {
    /// Returns the sentences on what happened and how the portfolio moves.
    pub fn main_sentences(&self) -> Vec<String> {
        let sentences = [self.return_sentence(), self.days_sentence(), self.market_sentence(), self.fall_sentence()];
        sentences.into_iter().flatten().collect()
    }

    /// Returns the sentences on the risk and on the symbols behind the result.
    pub fn more_sentences(&self) -> Vec<String> {
        let sentences = [
            self.gain_sentence(),
            self.borrowed_sentence(),
            self.leverage_sentence(),
            self.bad_day_sentence(),
            self.symbols_sentence(),
        ];
        sentences.into_iter().flatten().collect()
    }

    /// "Your portfolio lost 3.2% since Dec 24, 2021, while the S&P 500 lost 21.0%."
    fn return_sentence(&self) -> Option<String> {
        let portfolio = format!("{} portfolio", self.words.your_first);
        if let Some(date) = self.equity_lost {
            return Some(format!(
                "{portfolio}'s value fell to zero or below on {}, so it has no return from that day on.",
                format::date(date)
            ));
        }
        let own = self.total_return?;
        let (start, end) = self.period?;
        let until = if self.has_sample_prices {
            format!(" (sample prices up to {})", format::date(end))
        } else {
            String::new()
        };
        let since = format!("since {}", format::date(start));
        Some(match &self.benchmark {
            None => format!("{portfolio} {} {since}{until}.", moved(own)),
            Some((name, market)) if own.abs() < ABOUT_ZERO && market.abs() < ABOUT_ZERO => {
                format!("{portfolio} and {name} both stayed about the same {since}{until}.")
            }
            Some((name, market)) if (own - market).abs() < ABOUT_ZERO => {
                format!("{portfolio} {} {since}, about the same as {name}{until}.", moved(own))
            }
            Some((name, market)) => {
                format!("{portfolio} {} {since}, while {name} {}{until}.", moved(own), moved(*market))
            }
        })
    }

    fn days_sentence(&self) -> Option<String> {
        let days = self.days_compared.filter(|days| *days < ENOUGH_DAYS && self.equity_lost.is_none())?;
        Some(format!("That is only {}, too few to judge by.", counted(days as u64, "trading day")))
    }

    /// "It moves about 0.7% for each 1% move of the market."
    fn market_sentence(&self) -> Option<String> {
        if self.invested.is_some_and(|invested| invested.gross == 0.0) && !self.has_options {
            return Some("All of it is in cash, so it doesn't move with the market.".to_owned());
        }
        let (beta, coverage) = self.beta?;
        let known = if coverage < 0.995 {
            format!(", counting only the {} of its positions whose moves are known", share(coverage))
        } else {
            String::new()
        };
        let size = format!("{:.1}%", beta.abs());
        Some(match beta {
            beta if beta.abs() < 0.05 => format!("It hardly moves with the market{known}."),
            beta if (0.95..1.05).contains(&beta) => format!("It moves about as much as the market{known}."),
            beta if beta > 0.0 => format!("It moves about {size} for each 1% move of the market{known}."),
            _ => format!("It moves about {size} against each 1% move of the market{known}."),
        })
    }

    /// "Its worst fall was 12.8%, from Mar 29 to Jun 16, 2022."
    fn fall_sentence(&self) -> Option<String> {
        let fall = self.fall.filter(|_| self.equity_lost.is_none())?;
        if fall.value == 0.0 {
            // Without a return, the drawdown is zero only because nothing was measured.
            return self.total_return.map(|_| "It never closed below an earlier high.".to_owned());
        }
        let dates = fall.dates.map(|(peak, trough)| format!(", from {}", period(peak, trough))).unwrap_or_default();
        Some(format!("Its worst fall was {}{dates}.", share(fall.value)))
    }

    /// "Its open positions have gained $2,100 since they were opened." The return covers only the
    /// days of the snapshots.
    fn gain_sentence(&self) -> Option<String> {
        let Gain { amount: gain, unknown } = self.gain?;
        let left_out = match unknown {
            0 => String::new(),
            unknown => format!(" (without {})", counted(unknown as u64, "position")),
        };
        let moved = match gain {
            gain if gain.abs() < 0.5 => "neither gained nor lost".to_owned(),
            gain if gain > 0.0 => format!("gained {}", amount(gain)),
            gain => format!("lost {}", amount(gain)),
        };
        Some(format!("Its open positions have {moved} since they were opened{left_out}."))
    }

    /// "Its cash was −$65,700 on Mar 3, 2022, worked back from today's cash."
    fn borrowed_sentence(&self) -> Option<String> {
        let (cash, date) = self.borrowed?;
        Some(format!(
            "Its cash was {} on {}, worked back from today's cash without deposits or withdrawals. If it never borrowed, \
             check the cash.",
            signed_amount(cash),
            format::date(date)
        ))
    }

    fn leverage_sentence(&self) -> Option<String> {
        let Invested { net, gross } = self.invested?;
        let options = if self.has_options { "With options counted by their delta, its" } else { "Its" };
        let leverage = format!("{options} positions add up to {gross:.1} times its value");
        match (net < 0.0, gross >= 1.2) {
            (true, true) => Some(format!("{leverage}, and its short positions outweigh its long ones.")),
            (true, false) => Some("Its short positions outweigh its long ones.".to_owned()),
            (false, true) => Some(format!("{leverage}.")),
            (false, false) => None,
        }
    }

    /// "A bad day (1 in 20) costs about $1,234 or more."
    fn bad_day_sentence(&self) -> Option<String> {
        let loss = self.bad_day.filter(|loss| *loss > 0.0)?;
        if loss < 0.5 {
            return Some("A bad day (1 in 20) costs cents.".to_owned());
        }
        Some(format!("A bad day (1 in 20) costs about {} or more.", amount(loss)))
    }

    /// "Since Dec 24, 2021, AAPL helped most (+$2,100), XOM hurt most (−$900)."
    fn symbols_sentence(&self) -> Option<String> {
        if self.pnl.len() < 2 {
            return None;
        }
        let since = format!("Since {}", format::date(self.period?.0));
        // Of symbols with the same P&L, the first one is named.
        let best = self.pnl.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|best| best.1 > 0.0);
        let worst = self.pnl.iter().min_by(|a, b| a.1.total_cmp(&b.1)).filter(|worst| worst.1 < 0.0);
        let with_amount =
            |verb: &str, (symbol, pnl): &(String, f64)| format!("{symbol} {verb} most ({})", signed_amount(*pnl));
        match (best.map(|best| with_amount("helped", best)), worst.map(|worst| with_amount("hurt", worst))) {
            (Some(best), Some(worst)) => Some(format!("{since}, {best}, {worst}.")),
            (Some(best), None) => Some(format!("{since}, {best}; no symbol lost money.")),
            (None, Some(worst)) => Some(format!("{since}, {worst}; no symbol made money.")),
            (None, None) => None,
        }
    }
}

/// Describes a return with a verb: "gained 3.2%", "lost 3.2%" or "stayed about the same".
fn moved(value: f64) -> String {
    if value.abs() < ABOUT_ZERO {
        "stayed about the same".to_owned()
    } else if value > 0.0 {
        format!("gained {}", share(value))
    } else {
        format!("lost {}", share(value))
    }
}
