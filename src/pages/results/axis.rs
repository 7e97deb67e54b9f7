//! The vertical axis of a chart: round ticks, and their labels with units.

use super::format;

/// The unit of a chart's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Dollars,
    /// A fraction, shown as a percentage.
    Share,
}

impl Unit {
    /// Formats a value in full, or as a dash if it is missing.
    pub fn format(self, value: Option<f64>) -> String {
        match self {
            Self::Dollars => format::money(value),
            Self::Share => format::percent(value),
        }
    }

    /// Returns the text that a cell of the table lacks in front of its digits. The heading of the
    /// column contains the dollar sign, so the cells leave it out.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Dollars => "$",
            Self::Share => "",
        }
    }

    /// Formats the labels of evenly spaced ticks, with as many decimals as it takes to tell
    /// neighboring ticks apart. Amounts from one million on are shortened, such as "$1.25M", unless
    /// that takes more than two decimals.
    pub fn tick_labels(self, ticks: &[f64]) -> Vec<String> {
        let step = if let [first, second, ..] = ticks { second - first } else { 1.0 };
        let largest = ticks.iter().fold(0.0, |largest: f64, tick| largest.max(tick.abs()));
        let (divisor, suffix) = match self {
            Self::Share => (0.01, "%"),
            Self::Dollars => {
                let short = [(1e9, "B"), (1e6, "M")].into_iter().find(|(divisor, _)| largest >= *divisor);
                short.filter(|(divisor, _)| decimals(step / divisor) <= 2).unwrap_or((1.0, ""))
            }
        };
        let digits = decimals(step / divisor);
        let label = |tick: &f64| {
            let number = format::grouped(&format!("{:.digits$}", tick / divisor));
            let number = if self == Self::Dollars { format::with_currency(&number) } else { number };
            number + suffix
        };
        ticks.iter().map(label).collect()
    }

    /// Returns how far the vertical axis extends below zero in a chart whose values are all zero.
    fn height_of_zero_chart(self) -> f64 {
        match self {
            Self::Dollars => 1.0,
            Self::Share => 0.01,
        }
    }

    /// Returns the ticks of an axis from `low` to `high`, which includes zero if asked for.
    pub fn ticks(self, low: f64, high: f64, with_zero: bool) -> Vec<f64> {
        match (with_zero, low.min(0.0), high.max(0.0)) {
            (true, 0.0, 0.0) => vec![-self.height_of_zero_chart(), 0.0],
            (true, low, high) => ticks(low, high),
            (false, ..) => ticks(low, high),
        }
    }
}

/// Returns the number of decimals that a tick needs if ticks are `step` apart.
fn decimals(step: f64) -> usize {
    let is_whole = |digits: &usize| {
        let scaled = step * 10_f64.powi(i32::try_from(*digits).unwrap_or(0));
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    (0..6).find(is_whole).unwrap_or(2)
}

/// Returns two to seven evenly spaced round numbers for the ticks of an axis. The first is at most
/// `low`, and the last is at least `high`.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    // If all values are the same, the line is drawn between one tick above and one tick below it.
    let span = if high > low { high - low } else { (high.abs() * 0.1).max(1.0) };
    let power = 10_f64.powf((span / 4.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| span / step <= 4.0);
    let step = step.unwrap_or(span);
    let (mut first, mut last) = ((low / step).floor(), (high / step).ceil());
    if last - first < 0.5 {
        (first, last) = (first - 1.0, last + 1.0);
    }
    #[allow(clippy::cast_possible_truncation)] // At most six steps.
    let count = (last - first) as i32;
    (0..=count).map(|at| (first + f64::from(at)) * step).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Unit, ticks};

    #[test]
    fn surrounds_values_with_round_ticks() {
        assert_eq!(ticks(1_030.0, 1_190.0), [1_000.0, 1_050.0, 1_100.0, 1_150.0, 1_200.0]);
        let drawdowns: Vec<String> = ticks(-0.18, 0.0).into_iter().map(|tick| format!("{tick:.3}")).collect();
        assert_eq!(drawdowns, ["-0.200", "-0.150", "-0.100", "-0.050", "0.000"]);
    }

    #[test]
    fn puts_constant_line_between_two_ticks() {
        let ticks = ticks(50_000.0, 50_000.0);
        assert!(ticks[0] < 50_000.0 && ticks[ticks.len() - 1] > 50_000.0, "{ticks:?}");
    }

    #[test]
    fn gives_ticks_the_decimals_of_their_distance() {
        for (unit, ticks, labels) in [
            (Unit::Share, [-0.0025, 0.0], ["-0.25%", "0.00%"]),
            (Unit::Share, [-0.05, 0.0], ["-5%", "0%"]),
            (Unit::Dollars, [-1_250.0, -1_000.0], ["-$1,250", "-$1,000"]),
            (Unit::Dollars, [7.5, 10.0], ["$7.5", "$10.0"]),
        ] {
            assert_eq!(unit.tick_labels(&ticks), labels);
        }
    }

    #[test]
    fn shortens_large_amounts_with_few_decimals() {
        for (ticks, labels) in [
            ([1_250_000.0, 1_500_000.0], ["$1.25M", "$1.50M"]),
            ([-2e9, 0.0], ["-$2B", "$0B"]),
            ([950_000.0, 1_000_000.0], ["$0.95M", "$1.00M"]),
            ([1_000_000.0, 1_000_100.0], ["$1,000,000", "$1,000,100"]),
        ] {
            assert_eq!(Unit::Dollars.tick_labels(&ticks), labels);
        }
    }

    #[test]
    fn leaves_space_below_values_of_zero() {
        assert_eq!(Unit::Share.ticks(0.0, 0.0, true), [-0.01, 0.0]);
    }

    proptest! {
        #[test]
        fn spans_all_values_with_few_ticks(low in -1e9..1e9f64, span in 0.0..1e9f64) {
            let ticks = ticks(low, low + span);
            prop_assert!((2..=7).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks[0] <= low && ticks[ticks.len() - 1] >= low + span, "{:?}", ticks);
        }
    }
}
