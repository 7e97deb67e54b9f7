//! Findings are the results that phases have while a run goes on: prices, the equity curve, betas,
//! exposures, volatility, correlations. The live page shows each finding as a small drawing.
//!
//! A phase reports a [`Finding`] as plain data, the tracker and the store keep it as a
//! [`FindingRecord`], and this module draws it as HTML for the page and its polls. The module
//! depends on nothing but text and formats.
//!
//! | file | content |
//! |---|---|
//! | `sample.rs` | reduces long series to the few points that a drawing needs |
//! | `wire.rs` | chooses which findings a page gets with a poll |
//! | `draw/` | draws each kind of finding, one file per kind |

mod draw;
pub mod sample;
#[cfg(test)]
mod tests;
mod wire;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use draw::drawing;
pub use wire::{MAX_BYTES, all_for_page, changed_after, has_all};

/// Maximum number of symbols whose prices are shown one by one. The other symbols are counted.
pub const MAX_TILES: usize = 24;

/// Maximum number of points of a price line.
pub const TILE_POINTS: usize = 24;

/// Maximum number of points of the equity curve and of the market's curve.
pub const CURVE_POINTS: usize = 120;

/// Maximum number of bars in a panel.
pub const MAX_BARS: usize = 8;

/// Maximum number of symbols on each side of the correlation grid.
pub const GRID_SIDE: usize = 12;

/// A finding of a phase, as plain data that is ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The prices of one symbol.
    Price {
        /// Position of the symbol among those that are shown, counted from 0.
        tile: u8,
        symbol: String,
        price: TilePrice,
    },
    /// How many symbols are not shown one by one, and what is known of them.
    MorePrices {
        priced: u64,
        missing: u64,
        waiting: u64,
    },
    /// The portfolio's value over time.
    Equity(EquityCurve),
    /// Market betas of the largest holdings.
    Betas(Bars),
    /// The portfolio's exposures to factors.
    Exposures(Bars),
    /// The portfolio's volatility.
    Volatility(Volatility),
    Correlations(CorrelationGrid),
}

/// The prices of one symbol, or the reason why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TilePrice {
    Waiting,
    Known {
        /// Closes from the oldest to the newest, scaled so that the lowest is 0 and the highest 99.
        points: Vec<u8>,
        /// Change from the first to the last close, as a fraction. `None` if there is only one.
        change: Option<f64>,
        /// Number of trading days with a price.
        days: u64,
    },
    Missing {
        reason: String,
    },
}

/// The portfolio's value and that of the market, both relative to the first day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EquityCurve {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Number of days so far, and of the whole curve.
    pub days: u64,
    pub of_days: u64,
    /// Values in tenths: 1000 on the first day. Empty if the portfolio's equity was not positive
    /// on the first day.
    pub portfolio: Vec<i32>,
    /// Symbol of the market, and its values like those of the portfolio. Empty if the market has no
    /// price on the first day.
    pub market_symbol: String,
    pub market: Vec<i32>,
}

/// Named numbers, drawn as bars around zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    pub bars: Vec<(String, f64)>,
    /// How many further items have a number.
    pub more: u64,
    /// How many items have no number.
    pub without: u64,
}

/// The portfolio's annualized volatility. A field is `None` if the history is too short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Volatility {
    /// Measured over the last 21, 63 and 252 days.
    pub measured: [Option<f64>; 3],
    /// Forecast for the next 21 days.
    pub forecast: Option<f64>,
    pub trend: Option<Trend>,
}

/// How the volatility has changed over the last 21 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Rising,
    Falling,
    Stable,
}

/// Correlations of the largest holdings. Similar symbols are next to each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CorrelationGrid {
    pub symbols: Vec<String>,
    /// Correlations in hundredths, row by row.
    pub cells: Vec<i8>,
    /// Number of symbols in the whole matrix.
    pub of: u64,
    pub mean_absolute: Option<f64>,
    pub effective_bets: Option<f64>,
}

impl Finding {
    /// Returns where the page shows the finding: the panel, and the place in it. Findings of one
    /// run with the same place replace each other.
    pub fn place(&self) -> (Panel, u8) {
        match self {
            Self::Price { tile, .. } => (Panel::Prices, *tile),
            Self::MorePrices { .. } => (Panel::Prices, 99),
            Self::Equity(_) => (Panel::Value, 0),
            Self::Betas(_) => (Panel::Betas, 0),
            Self::Exposures(_) => (Panel::Exposures, 0),
            Self::Volatility(_) => (Panel::Volatility, 0),
            Self::Correlations(_) => (Panel::Correlations, 0),
        }
    }

    /// Returns the `id` of the HTML element. Within a panel, the ids are in alphabetical order.
    pub fn id(&self) -> String {
        let (panel, place) = self.place();
        format!("{}-{place:02}", panel.id())
    }
}

/// A part of the section *What we found so far*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Prices,
    Value,
    Betas,
    Exposures,
    Volatility,
    Correlations,
}

impl Panel {
    /// All panels, in the order in which their phases run.
    pub const ALL: [Self; 6] =
        [Self::Prices, Self::Value, Self::Betas, Self::Exposures, Self::Volatility, Self::Correlations];

    /// Returns the `id` of the HTML element that contains the panel's findings.
    pub fn id(self) -> &'static str {
        match self {
            Self::Prices => "found-prices",
            Self::Value => "found-value",
            Self::Betas => "found-betas",
            Self::Exposures => "found-exposures",
            Self::Volatility => "found-volatility",
            Self::Correlations => "found-correlations",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Prices => "Prices",
            Self::Value => "Portfolio value",
            Self::Betas => "Market beta",
            Self::Exposures => "Factor exposures",
            Self::Volatility => "Volatility",
            Self::Correlations => "Correlations",
        }
    }
}

/// A finding as the tracker and the store keep it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// Sequence number of the change, counted within the run.
    pub seq: u64,
    /// Time since the run was accepted, in milliseconds.
    pub at_ms: u64,
    pub finding: Finding,
    /// Whether the run has withdrawn the finding, so that pages remove it. The store keeps no such
    /// records.
    #[serde(skip)]
    pub is_withdrawn: bool,
}
