//! The table *Against the market*: the portfolio, its benchmark and their difference, with each
//! measure in words.

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format,
    glossary::Term,
    overview::Overview,
    tables::wide_table,
    words::{period, points, share, signed_number, signed_share},
};
use crate::server::results::comparison::{Comparison, Estimate};

/// Days that most measures need, and days that alpha, beta and the capture ratios need.
const DAYS_OF_RATIOS: usize = 60;
const DAYS_OF_BETA: usize = 30;

/// One row of the table.
struct Measure {
    term: Term,
    label: &'static str,
    own: Option<String>,
    benchmark: Option<String>,
    difference: Option<String>,
    /// What the numbers say, or why they are missing.
    words: String,
}

/// Renders the block, or a sentence if there is nothing to compare.
pub fn block(overview: &Overview<'_>, basis: &Basis) -> Option<AnyView> {
    overview.snapshots?;
    let name = &overview.benchmark.label;
    let title = "Against the market";
    let Some(comparison) = &overview.comparison else {
        let block = Block {
            id: "comparison",
            title,
            window: "no trading days compared".into(),
            note: String::new(),
            table: None,
        };
        return Some(block.view(basis, view! { <p>{no_comparison(overview)}</p> }));
    };
    let days = comparison.observations;
    let rate = share(comparison.risk_free_rate);
    let block = Block {
        id: "comparison",
        title,
        window: format!("{days} trading days, {}", period(comparison.from, comparison.to)),
        note: format!(
            "Compares daily total returns with those of {}. Ratios use a risk-free rate of {rate} a year.",
            overview.benchmark.in_sentence
        ),
        table: None,
    };
    let rows = measures(comparison, &overview.benchmark.in_sentence).into_iter().map(|measure| {
        let cell = |text: Option<String>| view! { <td>{text.unwrap_or_else(|| format::MISSING.to_owned())}</td> };
        view! {
            <tr>
                <th scope="row">{measure.term.button_with_label(measure.label)}</th>
                {cell(measure.own)}
                {cell(measure.benchmark)}
                {cell(measure.difference)}
                <td class="words">{measure.words}</td>
            </tr>
        }
        .into_any()
    });
    let columns = ["Measure", "Portfolio", name.as_str(), "Difference", "In words"];
    Some(block.view(basis, wide_table("Against the market", &columns, rows.collect())))
}

fn no_comparison(overview: &Overview<'_>) -> &'static str {
    let has_lost = overview.snapshots.is_some_and(|snapshots| snapshots.equity_lost.is_some());
    if has_lost {
        "The portfolio has no return that could be compared, because its value fell to zero or below."
    } else if overview.is_from_earlier_version() {
        "These older results have no comparison."
    } else {
        "There is no day on which both the portfolio and the benchmark have a return."
    }
}

fn measures(c: &Comparison, name: &str) -> Vec<Measure> {
    let n = c.observations;
    let both = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a - b);
    let ratio = |value: Option<f64>| value.map(|value| format::number(Some(value)));
    let too_few = |need: usize| format!("needs {need} days, has {n}");
    let or_too_few = |known: bool, words: &str, otherwise: &str| match (known, n < DAYS_OF_RATIOS) {
        (true, _) => words.to_owned(),
        (false, true) => too_few(DAYS_OF_RATIOS),
        (false, false) => otherwise.to_owned(),
    };
    let no_variation = "returns don't vary";
    vec![
        Measure {
            term: Term::Return,
            label: "Return",
            own: Some(signed_share(c.total_return)),
            benchmark: Some(signed_share(c.benchmark_return)),
            difference: Some(points(c.active_return)),
            words: active_words(c.active_return, name),
        },
        Measure {
            term: Term::Volatility,
            label: "Volatility a year",
            own: c.volatility.map(share),
            benchmark: c.benchmark_volatility.map(share),
            difference: both(c.volatility, c.benchmark_volatility).map(points),
            words: match both(c.volatility, c.benchmark_volatility) {
                Some(difference) if difference < 0.0 => "calmer than the market".to_owned(),
                Some(difference) if difference > 0.0 => "swings more than the market".to_owned(),
                Some(_) => "swings as much as the market".to_owned(),
                None => or_too_few(false, "", no_variation),
            },
        },
        Measure {
            term: Term::Sharpe,
            label: "Sharpe ratio",
            own: ratio(c.sharpe),
            benchmark: ratio(c.benchmark_sharpe),
            difference: both(c.sharpe, c.benchmark_sharpe).map(signed_number),
            words: or_too_few(c.sharpe.is_some(), "return for each unit of risk", no_variation),
        },
        Measure {
            term: Term::Drawdown,
            label: "Max drawdown",
            own: c.max_drawdown.map(signed_share),
            benchmark: c.benchmark_max_drawdown.map(signed_share),
            difference: both(c.max_drawdown, c.benchmark_max_drawdown).map(points),
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
        capture("Up capture", c.up_capture, "rose", n),
        capture("Down capture", c.down_capture, "fell", n),
        alpha(c.alpha, n),
        beta(c.beta, n),
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
            or_too_few(c.skewness.is_some(), "below 0: large losses are more common than large gains", no_variation),
        ),
        own(
            Term::Kurtosis,
            "Excess kurtosis",
            ratio(c.kurtosis),
            or_too_few(c.kurtosis.is_some(), "above 0: more extreme days than in a normal distribution", no_variation),
        ),
    ]
}

/// Creates a row of a measure that only the portfolio has.
fn own(term: Term, label: &'static str, own: Option<String>, words: String) -> Measure {
    Measure { term, label, own, benchmark: None, difference: None, words }
}

/// Describes the difference of the two returns.
fn active_words(difference: f64, name: &str) -> String {
    match difference {
        difference if difference.abs() < 0.0005 => format!("about the same as {name}"),
        difference if difference > 0.0 => format!("better than {name}"),
        _ => format!("worse than {name}"),
    }
}

fn capture(label: &'static str, value: Option<f64>, direction: &str, days: usize) -> Measure {
    let words = match value {
        Some(value) if value >= 0.0 => format!("took part in {} of it when the market {direction}", share(value)),
        Some(_) => format!("moved the other way when the market {direction}"),
        None if days < DAYS_OF_BETA => format!("needs {DAYS_OF_BETA} days, has {days}"),
        None => format!("no day on which the market {direction}"),
    };
    own(Term::Capture, label, value.map(|value| if value < 0.0 { signed_share(value) } else { share(value) }), words)
}

/// Creates the row of alpha, which says whether it can be told from chance: only if it is at least
/// two standard errors away from zero.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(observations: usize) -> Comparison {
        let date = |text: &str| text.parse().unwrap();
        Comparison {
            observations,
            from: date("2022-01-03"),
            to: date("2022-12-28"),
            total_return: -0.032,
            benchmark_return: -0.21,
            active_return: 0.178,
            volatility: None,
            benchmark_volatility: None,
            tracking_error: None,
            information_ratio: None,
            alpha: None,
            beta: None,
            up_capture: None,
            down_capture: None,
            sharpe: None,
            benchmark_sharpe: None,
            sortino: None,
            skewness: None,
            kurtosis: None,
            max_drawdown: Some(-0.128),
            max_drawdown_peak: Some(date("2022-03-29")),
            max_drawdown_trough: Some(date("2022-06-16")),
            benchmark_max_drawdown: Some(-0.245),
            calmar: None,
            risk_free_rate: 0.0,
        }
    }

    fn measure(comparison: &Comparison, label: &str) -> Measure {
        measures(comparison, "the S&P 500").into_iter().find(|measure| measure.label == label).unwrap()
    }

    #[test]
    fn compares_returns_in_points_and_words() {
        let row = measure(&comparison(253), "Return");
        assert_eq!(
            (row.own.unwrap(), row.benchmark.unwrap(), row.difference.unwrap(), row.words),
            ("\u{2212}3.2%".into(), "\u{2212}21.0%".into(), "+17.8 points".into(), "better than the S&P 500".into())
        );
    }

    #[test]
    fn gives_reason_for_every_missing_measure() {
        for days in [10, 45, 253] {
            for row in measures(&comparison(days), "the S&P 500") {
                assert!(!row.words.is_empty(), "{}", row.label);
            }
        }
        assert_eq!(measure(&comparison(45), "Sharpe ratio").words, "needs 60 days, has 45");
        assert_eq!(measure(&comparison(10), "Beta").words, "needs 30 days, has 10");
        assert_eq!(measure(&comparison(253), "Calmar ratio").words, "no drawdown");
    }

    #[test]
    fn calls_small_alpha_not_distinguishable() {
        let with = |value, std_error| Comparison { alpha: Some(Estimate { value, std_error }), ..comparison(253) };
        let row = measure(&with(0.05, 0.04), "Alpha a year");
        assert_eq!((row.own.unwrap(), row.words), ("+5.0% \u{b1} 4.0%".into(), "not distinguishable from zero".into()));
        assert_eq!(measure(&with(-0.09, 0.04), "Alpha a year").words, "less than the market's moves explain");
        assert_eq!(measure(&with(0.0, 0.0), "Alpha a year").words, "nothing beyond the market's moves");
    }

    #[test]
    fn says_how_much_of_falls_was_shared() {
        let down = |value| measure(&Comparison { down_capture: Some(value), ..comparison(253) }, "Down capture");
        assert_eq!(down(0.623).words, "took part in 62.3% of it when the market fell");
        assert_eq!(down(-0.1).own.unwrap(), "\u{2212}10.0%");
    }
}
