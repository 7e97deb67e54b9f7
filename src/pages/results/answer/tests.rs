use chrono::NaiveDate;

use super::{Gain, Invested, Situation};
use crate::{live_page::reader::ReaderWords, pages::results::overview::Fall};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A portfolio that lost less than the market.
fn situation() -> Situation {
    Situation {
        words: ReaderWords::new(true),
        period: Some((date("2021-12-24"), date("2022-12-28"))),
        has_sample_prices: false,
        total_return: Some(-0.032),
        benchmark: Some(("the S&P 500".to_owned(), -0.21)),
        days_compared: Some(253),
        equity_lost: None,
        beta: Some((0.7, 1.0)),
        invested: Some(Invested { net: 0.8, gross: 0.9 }),
        has_options: false,
        borrowed: None,
        fall: Some(Fall { value: -0.128, dates: Some((date("2022-03-29"), date("2022-06-16"))) }),
        bad_day: Some(1_234.4),
        pnl: vec![("AAPL".to_owned(), 2_100.0), ("KO".to_owned(), 10.0), ("XOM".to_owned(), -900.0)],
        gain: None,
    }
}

fn first(situation: &Situation) -> String {
    situation.main_sentences().remove(0)
}

#[test]
fn answers_in_sentences_of_a_person() {
    assert_eq!(
        situation().main_sentences(),
        [
            "Your portfolio lost 3.2% since Dec 24, 2021, while the S&P 500 lost 21.0%.",
            "It moves about 0.7% for each 1% move of the market.",
            "Its worst fall was 12.8%, from Mar 29 to Jun 16, 2022.",
        ]
    );
    assert_eq!(
        situation().more_sentences(),
        [
            "A bad day (1 in 20) costs about $1,234 or more.",
            "Since Dec 24, 2021, AAPL helped most (+$2,100), XOM hurt most (\u{2212}$900)."
        ]
    );
}

#[test]
fn counts_gain_since_positions_were_opened() {
    for (amount, unknown, words) in [
        (2_100.4, 0, "gained $2,100 since they were opened."),
        (-900.0, 2, "lost $900 since they were opened (without 2 positions)."),
        (0.2, 0, "neither gained nor lost since they were opened."),
    ] {
        let gain = Some(Gain { amount, unknown });
        let sentence = Situation { gain, ..situation() }.more_sentences().remove(0);
        assert_eq!(sentence, format!("Its open positions have {words}"));
    }
}

#[test]
fn names_money_that_seems_borrowed() {
    let borrowed = Some((-65_700.2, date("2022-03-03")));
    let sentence = Situation { borrowed, ..situation() }.more_sentences().remove(0);
    assert_eq!(
        sentence,
        "Its cash was \u{2212}$65,700 on Mar 3, 2022, worked back from today's cash without deposits or withdrawals. If it \
         never borrowed, check the cash."
    );
}

#[test]
fn says_gain_loss_or_about_the_same() {
    for (own, market, sentence) in [
        (0.1, 0.05, "Your portfolio gained 10.0% since Dec 24, 2021, while the S&P 500 gained 5.0%."),
        (0.0, -0.21, "Your portfolio stayed about the same since Dec 24, 2021, while the S&P 500 lost 21.0%."),
        (-0.000_4, 0.03, "Your portfolio stayed about the same since Dec 24, 2021, while the S&P 500 gained 3.0%."),
        (0.000_4, 0.0, "Your portfolio and the S&P 500 both stayed about the same since Dec 24, 2021."),
        (0.1, 0.1004, "Your portfolio gained 10.0% since Dec 24, 2021, about the same as the S&P 500."),
        (-0.9998, 12.5, "Your portfolio lost 99.98% since Dec 24, 2021, while the S&P 500 gained 1,250.0%."),
    ] {
        let benchmark = Some(("the S&P 500".to_owned(), market));
        assert_eq!(first(&Situation { total_return: Some(own), benchmark, ..situation() }), sentence);
    }
}

#[test]
fn compares_with_no_benchmark_if_it_is_unknown() {
    let alone = Situation { benchmark: None, ..situation() };
    assert_eq!(first(&alone), "Your portfolio lost 3.2% since Dec 24, 2021.");
}

#[test]
fn says_where_sample_prices_end() {
    let sample = Situation { has_sample_prices: true, ..situation() };
    assert!(first(&sample).ends_with("while the S&P 500 lost 21.0% (sample prices up to Dec 28, 2022)."));
}

#[test]
fn warns_of_too_few_days() {
    let short = Situation { days_compared: Some(1), ..situation() };
    assert_eq!(short.main_sentences()[1], "That is only 1 trading day, too few to judge by.");
    let month = Situation { days_compared: Some(21), ..situation() };
    assert!(!month.main_sentences().join(" ").contains("too few"));
}

#[test]
fn describes_beta_by_sign_and_size() {
    for (beta, words) in [
        (1.0, "It moves about as much as the market."),
        (1.34, "It moves about 1.3% for each 1% move of the market."),
        (0.03, "It hardly moves with the market."),
        (-0.5, "It moves about 0.5% against each 1% move of the market."),
    ] {
        let situation = Situation { beta: Some((beta, 1.0)), ..situation() };
        assert_eq!(situation.main_sentences()[1], words);
    }
}

#[test]
fn says_how_much_the_beta_covers() {
    let partial = Situation { beta: Some((0.7, 0.8)), ..situation() };
    assert_eq!(
        partial.main_sentences()[1],
        "It moves about 0.7% for each 1% move of the market, counting only the 80.0% of its positions whose moves are \
         known."
    );
}

#[test]
fn says_that_cash_does_not_move() {
    let cash = Situation { invested: Some(Invested { net: 0.0, gross: 0.0 }), beta: None, ..situation() };
    assert_eq!(cash.main_sentences()[1], "All of it is in cash, so it doesn't move with the market.");
}

#[test]
fn names_leverage_and_short_books() {
    let more = |net, gross| Situation { invested: Some(Invested { net, gross }), ..situation() }.more_sentences();
    assert_eq!(more(1.6, 2.3)[0], "Its positions add up to 2.3 times its value.");
    assert_eq!(more(-0.4, 0.4)[0], "Its short positions outweigh its long ones.");
    assert_eq!(
        more(-0.4, 1.4)[0],
        "Its positions add up to 1.4 times its value, and its short positions outweigh its long ones."
    );
}

#[test]
fn says_once_that_equity_was_lost() {
    let lost = Situation {
        equity_lost: Some(date("2022-03-03")),
        total_return: None,
        benchmark: None,
        days_compared: None,
        invested: None,
        has_options: false,
        borrowed: None,
        beta: None,
        fall: Some(Fall { value: -1.0, dates: None }),
        ..situation()
    };
    assert_eq!(
        lost.main_sentences(),
        ["Your portfolio's value fell to zero or below on Mar 3, 2022, so it has no return from that day on."]
    );
}

#[test]
fn describes_falls_without_dates_or_depth() {
    let undated = Situation { fall: Some(Fall { value: -0.000_02, dates: None }), ..situation() };
    assert_eq!(undated.main_sentences()[2], "Its worst fall was 0.002%.");
    let none = Situation { fall: Some(Fall { value: 0.0, dates: None }), ..situation() };
    assert_eq!(none.main_sentences()[2], "It never closed below an earlier high.");
}

#[test]
fn omits_bad_day_without_a_loss() {
    for bad_day in [None, Some(0.0), Some(-12.0)] {
        let situation = Situation { bad_day, ..situation() };
        assert!(!situation.more_sentences().join(" ").contains("bad day"), "{bad_day:?}");
    }
    let cents = Situation { bad_day: Some(0.2), ..situation() };
    assert_eq!(cents.more_sentences()[0], "A bad day (1 in 20) costs cents.");
}

#[test]
fn names_symbols_that_helped_and_hurt() {
    let named = |pnl: &[(&str, f64)]| {
        let pnl = pnl.iter().map(|(symbol, pnl)| ((*symbol).to_owned(), *pnl)).collect();
        Situation { bad_day: None, pnl, ..situation() }.more_sentences().pop()
    };
    assert_eq!(
        named(&[("A", 5.0), ("B", 5.0)]).unwrap(),
        "Since Dec 24, 2021, A helped most (+$5); no symbol lost money."
    );
    assert_eq!(
        named(&[("A", -5.0), ("B", 0.0)]).unwrap(),
        "Since Dec 24, 2021, A hurt most (\u{2212}$5); no symbol made money."
    );
    assert_eq!(named(&[("A", 0.0), ("B", 0.0)]), None);
    assert_eq!(named(&[("A", 5.0)]), None, "a single symbol is the whole result");
}

#[test]
fn says_nothing_about_unknown_numbers() {
    let unknown = Situation {
        words: ReaderWords::new(true),
        period: None,
        has_sample_prices: false,
        total_return: None,
        benchmark: None,
        days_compared: None,
        equity_lost: None,
        beta: None,
        invested: None,
        has_options: false,
        borrowed: None,
        fall: None,
        bad_day: None,
        pnl: Vec::new(),
        gain: None,
    };
    assert_eq!((unknown.main_sentences().len(), unknown.more_sentences().len()), (0, 0));
}
