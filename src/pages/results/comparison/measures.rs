//! The measures of the table *Against the market*, each with a reading in words or the reason why
//! it is missing.

use super::super::{
    format,
    glossary::Term,
    words::{period, points, share, signed_number, signed_share},
};
use crate::server::results::comparison::{Comparison, Estimate};

/// Days that most measures need, and days that alpha, beta and the capture ratios need.
const DAYS_OF_RATIOS: usize = 60;
const DAYS_OF_BETA: usize = 30;

/// One row of the table.
pub struct Measure {
    pub term: Term,
    pub label: &'static str,
    pub own: Option<String>,
    /// The benchmark's number and the difference, of measures that the benchmark has as well.
    pub against: Option<Against>,
    /// Reading of the numbers, or the reason why they are missing.
    pub words: String,
}

/// The benchmark's side of a measure.
pub struct Against {
    pub benchmark: Option<String>,
    pub difference: Option<String>,
}

/// Returns the rows of the table. `name` is the benchmark's name within a sentence.
pub fn measures(c: &Comparison, name: &str) -> Vec<Measure> {
    let n = c.observations;
    let both = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a - b);
    let or_too_few = |known: bool, words: &str, otherwise: &str| or_too_few(n, known, words, otherwise);
    let mut measures = vec![
        Measure {
            term: Term::Return,
            label: "Return",
            own: Some(signed_share(c.total_return)),
            against: Some(Against {
                benchmark: Some(signed_share(c.benchmark_return)),
                difference: Some(points(c.active_return)),
            }),
            words: active_words(c.active_return, name),
        },
        Measure {
            term: Term::Volatility,
            label: "Volatility a year",
            own: c.volatility.map(share),
            against: Some(Against {
                benchmark: c.benchmark_volatility.map(share),
                difference: both(c.volatility, c.benchmark_volatility).map(points),
            }),
            words: match both(c.volatility, c.benchmark_volatility) {
                Some(difference) if difference < 0.0 => "calmer than the market".to_owned(),
                Some(difference) if difference > 0.0 => "swings more than the market".to_owned(),
                Some(_) => "swings as much as the market".to_owned(),
                None => or_too_few(false, "", NO_VARIATION),
            },
        },
        Measure {
            term: Term::Sharpe,
            label: "Sharpe ratio",
            own: ratio(c.sharpe),
            against: Some(Against {
                benchmark: ratio(c.benchmark_sharpe),
                difference: both(c.sharpe, c.benchmark_sharpe).map(signed_number),
            }),
            words: or_too_few(c.sharpe.is_some(), "return for each unit of risk", NO_VARIATION),
        },
        Measure {
            term: Term::Drawdown,
            label: "Max drawdown",
            own: c.max_drawdown.map(signed_share),
            against: Some(Against {
                benchmark: c.benchmark_max_drawdown.map(signed_share),
                difference: both(c.max_drawdown, c.benchmark_max_drawdown).map(points),
            }),
            words: match c.max_drawdown_peak.zip(c.max_drawdown_trough) {
                Some((peak, trough)) if c.max_drawdown.is_some_and(|value| value < 0.0) => {
                    format!("the portfolio's, {}", period(peak, trough))
                }
                _ => "worst drop from a peak".to_owned(),
            },
        },
        own(
            Term::TrackingError,
            "Tracking error",
            c.tracking_error.map(share),
            or_too_few(c.tracking_error.is_some(), "how far the portfolio strays from the benchmark", "no differences"),
        ),
        own(
            Term::InformationRatio,
            "Information ratio",
            ratio(c.information_ratio),
            or_too_few(
                c.information_ratio.is_some(),
                "active return for each unit of tracking error",
                "no differences from the benchmark",
            ),
        ),
        capture("Up capture", c.up_capture, ["rose", "gain"], n),
        capture("Down capture", c.down_capture, ["fell", "loss"], n),
        alpha(c.alpha, n),
        beta(c.beta, n),
    ];
    measures.extend(ratios_of_own(c));
    measures
}

/// Why a ratio is missing although there are enough days.
const NO_VARIATION: &str = "returns don't vary";

/// Returns the rows of the measures that describe the portfolio alone.
fn ratios_of_own(c: &Comparison) -> [Measure; 4] {
    let or_too_few = |known: bool, words: &str, otherwise: &str| or_too_few(c.observations, known, words, otherwise);
    [
        own(
            Term::Sortino,
            "Sortino ratio",
            ratio(c.sortino),
            or_too_few(c.sortino.is_some(), "return for each unit of downside risk", "no day below the risk-free rate"),
        ),
        own(
            Term::Calmar,
            "Calmar ratio",
            ratio(c.calmar),
            or_too_few(c.calmar.is_some(), "return a year for the worst drop", "no drawdown"),
        ),
        own(
            Term::Skewness,
            "Skewness",
            ratio(c.skewness),
            or_too_few(c.skewness.is_some(), skewness_in_words(c.skewness), NO_VARIATION),
        ),
        own(
            Term::Kurtosis,
            "Excess kurtosis",
            ratio(c.kurtosis),
            or_too_few(c.kurtosis.is_some(), kurtosis_in_words(c.kurtosis), NO_VARIATION),
        ),
    ]
}

/// Skewness and kurtosis closer to zero than this are called about zero.
const ABOUT_ZERO: f64 = 0.1;

fn skewness_in_words(skewness: Option<f64>) -> &'static str {
    match skewness {
        Some(skewness) if skewness < -ABOUT_ZERO => "large losses were more common than large gains",
        Some(skewness) if skewness > ABOUT_ZERO => "large gains were more common than large losses",
        _ => "large gains and large losses were about as common",
    }
}

fn kurtosis_in_words(kurtosis: Option<f64>) -> &'static str {
    match kurtosis {
        Some(kurtosis) if kurtosis < -ABOUT_ZERO => "fewer extreme days than in a normal distribution",
        Some(kurtosis) if kurtosis > ABOUT_ZERO => "more extreme days than in a normal distribution",
        _ => "about as many extreme days as in a normal distribution",
    }
}

fn ratio(value: Option<f64>) -> Option<String> {
    value.map(|value| format::number(Some(value)))
}

/// Returns the words of a measure over `days` days, or why it is missing.
fn or_too_few(days: usize, known: bool, words: &str, otherwise: &str) -> String {
    match (known, days < DAYS_OF_RATIOS) {
        (true, _) => words.to_owned(),
        (false, true) => format!("needs {DAYS_OF_RATIOS} days, has {days}"),
        (false, false) => otherwise.to_owned(),
    }
}

/// Creates a row of a measure that only the portfolio has.
fn own(term: Term, label: &'static str, own: Option<String>, words: String) -> Measure {
    Measure { term, label, own, against: None, words }
}

/// Describes the difference of the two returns.
fn active_words(difference: f64, name: &str) -> String {
    match difference {
        difference if difference.abs() < 0.0005 => format!("about the same as {name}"),
        difference if difference > 0.0 => format!("better than {name}"),
        _ => format!("worse than {name}"),
    }
}

fn capture(label: &'static str, value: Option<f64>, [direction, result]: [&str; 2], days: usize) -> Measure {
    let words = match value {
        Some(value) if value >= 0.0 => {
            format!("on average, {} of the market's {result} on days when it {direction}", share(value))
        }
        Some(_) => format!("moved the other way when the market {direction}"),
        None if days < DAYS_OF_BETA => format!("needs {DAYS_OF_BETA} days, has {days}"),
        None => format!("no day on which the market {direction}"),
    };
    own(Term::Capture, label, value.map(|value| if value < 0.0 { signed_share(value) } else { share(value) }), words)
}

/// Creates the row of alpha. An alpha of less than two standard errors is not distinguishable from
/// zero.
fn alpha(alpha: Option<Estimate>, days: usize) -> Measure {
    let words = match alpha {
        Some(alpha) if alpha.value.abs() < 2.0 * alpha.std_error => "not distinguishable from zero".to_owned(),
        Some(alpha) if alpha.value > 0.0 => "more than the market's moves explain".to_owned(),
        Some(alpha) if alpha.value < 0.0 => "less than the market's moves explain".to_owned(),
        Some(_) => "nothing beyond the market's moves".to_owned(),
        None if days < DAYS_OF_BETA => format!("needs {DAYS_OF_BETA} days, has {days}"),
        None => "the benchmark's returns don't vary".to_owned(),
    };
    let text = alpha.map(|alpha| format!("{} \u{b1} {}", signed_share(alpha.value), share(alpha.std_error)));
    own(Term::Alpha, "Alpha a year", text, words)
}

fn beta(beta: Option<Estimate>, days: usize) -> Measure {
    let words = match beta {
        Some(beta) if beta.value.abs() < 2.0 * beta.std_error => "not distinguishable from zero".to_owned(),
        Some(_) => "of the portfolio as it was over these days".to_owned(),
        None if days < DAYS_OF_BETA => format!("needs {DAYS_OF_BETA} days, has {days}"),
        None => "the benchmark's returns don't vary".to_owned(),
    };
    let text = beta
        .map(|beta| format!("{} \u{b1} {}", format::number(Some(beta.value)), format::number(Some(beta.std_error))));
    own(Term::Beta, "Beta", text, words)
}
