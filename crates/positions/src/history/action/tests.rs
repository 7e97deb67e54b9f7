use super::*;
use crate::content::LeftOutReason::{Cash, Dividend, Fee, Interest, MoneyTransfer};

fn assert_actions(expected: Action, texts: &[&str]) {
    for text in texts {
        assert_eq!(action(text, ""), Some(expected), "{text}");
    }
}

#[test]
fn reads_words_of_purchases() {
    assert_actions(
        Action::Buy,
        &[
            "Buy",
            "BUY",
            "B",
            "Market buy",
            "Limit buy",
            "Savings plan",
            "Reinvest Shares",
            "KÖPT",
            "Köp",
            "Achat",
            "Kauf",
            "Koop",
            "YOU BOUGHT VANGUARD DIVIDEND APPRECIATION ETF (VIG) (Cash)",
            "Bought",
            "YOU BOUGHT ASSIGNED PUTS",
        ],
    );
    assert_actions(Action::BuyToOpen, &["Buy to Open", "BTO", "YOU BOUGHT OPENING TRANSACTION CALL (AAPL)"]);
    assert_actions(Action::BuyToCover, &["Buy to Close", "BTC", "Cover", "Bought To Cover"]);
}

#[test]
fn reads_words_of_sales() {
    assert_actions(
        Action::Sell,
        &[
            "Sell",
            "S",
            "Market sell",
            "Stop-limit sell",
            "STC",
            "Sell to Close",
            "SÅLT",
            "Sälj",
            "Vente",
            "Verkauf",
            "Verkoop",
            "YOU SOLD ISHARES SHORT TREASURY BOND ETF (SHV) (Margin)",
        ],
    );
    assert_actions(Action::SellShort, &["Sell Short", "Short", "SS", "STO", "Sell to Open", "YOU SOLD SHORT SALE X"]);
}

#[test]
fn reads_words_of_corporate_actions() {
    assert_actions(Action::SharesAdded, &["Stock Split", "SPL", "Stock dividend"]);
    assert_actions(Action::ReverseSplit, &["Reverse Split", "SPR", "REVERSE SPLIT R/S FROM 12345#REOR"]);
    assert_actions(Action::SplitClose, &["Stock split close"]);
    assert_actions(Action::SplitOpen, &["Stock split open"]);
    assert_actions(Action::Exchange, &["Stock Merger", "Name Change", "MERGER MER FROM 1234"]);
    assert_actions(Action::SharesReceived, &["Spin-off", "Stock Spin-Off", "REC"]);
    assert_actions(Action::Distribution, &["Distribution", "DISTRIBUTION APPLE INC (AAPL)"]);
}

#[test]
fn reads_words_of_option_events() {
    assert_actions(Action::Expired, &["Expired", "OEXP", "EXPIRED CALL (AAPL) JAN 20 23", "Option Expiration"]);
    assert_actions(Action::Assigned, &["Assigned", "OASGN", "ASSIGNED PUTS"]);
    assert_actions(Action::Exercised, &["Exercised", "OEXCS", "Exchange or Exercise of Option"]);
}

#[test]
fn reads_words_of_transfers() {
    assert_actions(Action::Transfer, &["Journal", "JNL", "ACATS", "Journaled Shares", "Security Transfer"]);
    assert_actions(Action::TransferIn, &["Transfer of shares in", "Transfer (incoming)", "ACATI"]);
    assert_actions(Action::TransferOut, &["Transfer of shares out", "Transfer (outgoing)"]);
}

#[test]
fn reads_words_of_money() {
    assert_actions(
        Action::NotTrade(Dividend),
        &["Reinvest Dividend", "Qualified Dividend", "Dividend (Ordinary)", "CDIV", "UTDELNING", "Cash In Lieu"],
    );
    assert_actions(
        Action::NotTrade(Interest),
        &["Bank Interest", "INT", "Interest on cash", "SLIP", "Credit Interest"],
    );
    assert_actions(Action::NotTrade(Fee), &["PREL. SKATT", "Foreign Tax Paid", "GOLD", "ADR Mgmt Fee"]);
    assert_actions(
        Action::NotTrade(MoneyTransfer),
        &["MoneyLink Deposit", "ACH", "RTP", "INSÄTTNING", "UTTAG", "Wire Funds Received", "Withdrawal"],
    );
    assert_actions(Action::NotTrade(Cash), &["Sweep in", "Sweep out"]);
}

#[test]
fn leaves_unknown_words_to_caller() {
    for text in ["", "--", "Trade", "Order to buy or sell", "Credit spread sell", "Widget", "The Shorting Company"] {
        assert_eq!(action(text, ""), None, "{text}");
    }
    assert_eq!(action("", "Exchange Income Corp"), None);
    assert_eq!(action("", "Split Corp"), None);
}

#[test]
fn reads_side_that_only_description_has() {
    assert_eq!(action("", "Bought 80 ERO @ 18.08"), Some(Action::Buy));
    assert_eq!(action("Trade", "Sold 80 ERO @ 18.08"), Some(Action::Sell));
    assert_eq!(action("", "Sold Short 10 ERO @ 18.08"), Some(Action::SellShort));
    assert_eq!(action("", "CLOSE BUY 34/42.5658 @ 11.7480"), Some(Action::Sell));
    assert_eq!(action("", "ORDINARY DIVIDEND (KO)"), Some(Action::NotTrade(Dividend)));
    assert_eq!(action("Sell", "Bought 80 ERO @ 18.08"), Some(Action::Sell));
}

#[test]
fn reads_side_from_sign_and_codes() {
    let option = |quantity, codes| action_by_sign(quantity, codes, true);
    let share = |quantity, codes| action_by_sign(quantity, codes, false);
    assert_eq!(share(5.0, ""), Action::Buy);
    assert_eq!(share(-5.0, ""), Action::Sell);
    assert_eq!(share(-5.0, "C;O"), Action::SellShort);
    assert_eq!(share(-100.0, "A;C"), Action::Sell);
    assert_eq!(option(5.0, "C;P"), Action::BuyToCover);
    assert_eq!(option(-5.0, "O"), Action::SellShort);
    assert_eq!(option(-2.0, "C;Ep"), Action::Expired);
    assert_eq!(option(2.0, "A;C"), Action::Assigned);
}

#[test]
fn lists_each_broker_word_once() {
    let mut seen = std::collections::HashSet::new();
    for (text, _) in WORDS {
        assert!(seen.insert(text.to_lowercase()), "{text} is listed twice");
    }
}
