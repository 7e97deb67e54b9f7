use super::measures::{Measure, measures};
use crate::server::results::comparison::{Comparison, Estimate};

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
    let against = row.against.unwrap();
    assert_eq!(
        (row.own.unwrap(), against.benchmark.unwrap(), against.difference.unwrap(), row.words),
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
    assert_eq!(down(0.623).words, "on average, 62.3% of the market's loss on days when it fell");
    assert_eq!(down(-0.1).own.unwrap(), "\u{2212}10.0%");
}

#[test]
fn describes_skewness_and_kurtosis_by_sign() {
    let words = |value| {
        let comparison = Comparison { skewness: Some(value), kurtosis: Some(value), ..comparison(253) };
        ["Skewness", "Excess kurtosis"].map(|label| measure(&comparison, label).words)
    };
    for (value, skewness, kurtosis) in [
        (-0.3, "large losses were more common than large gains", "fewer extreme days than in a normal distribution"),
        (0.3, "large gains were more common than large losses", "more extreme days than in a normal distribution"),
        (
            0.03,
            "large gains and large losses were about as common",
            "about as many extreme days as in a normal distribution",
        ),
    ] {
        assert_eq!(words(value), [skewness, kurtosis], "{value}");
    }
}
