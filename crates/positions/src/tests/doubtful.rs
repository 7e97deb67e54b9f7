//! Tests of numbers that could be silently wrong: prices in an unstated or other currency, shares
//! listed elsewhere, and exits without a price.

use super::{
    cases::case,
    layouts::{content, content_with, positions},
    *,
};

fn codes_of(content: &FileContent) -> Vec<C> {
    content.problems.iter().map(|problem| problem.code).collect()
}

fn has_warning(content: &FileContent, code: WarningCode) -> bool {
    content.warnings.iter().any(|warning| warning.code == code)
}

const WITH_EXIT: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share\n";

#[test]
fn never_takes_foreign_exit_for_dollars() {
    let text = format!("{WITH_EXIT}SAP,5,100,2022-03-01,2022-06-01,€90.00\n");
    let asked = content(&text);
    assert_eq!(asked.positions[0].price_currency.as_deref(), Some("EUR"));
    assert_eq!(codes_of(&asked), [C::ForeignCurrency, C::ForeignCurrency]);
    let edit = RowEdit { entry_price: Some(100.0), exit_price: Some(95.0), ..RowEdit::default() };
    let typed = content_with(&text, &Reading { edits: [(2, edit)].into(), ..Reading::default() });
    assert_eq!(codes_of(&typed), []);
    assert_eq!(typed.positions[0].exit_price, Some(95.0));
}

#[test]
fn takes_typed_price_of_exit() {
    let text = format!("{WITH_EXIT}SAP,5,100,2022-03-01,2022-06-01,\n");
    assert_eq!(codes_of(&content(&text)), [C::Required]);
    let edit = RowEdit { exit_price: Some(95.0), ..RowEdit::default() };
    let typed = content_with(&text, &Reading { edits: [(2, edit)].into(), ..Reading::default() });
    assert_eq!(codes_of(&typed), []);
    assert_eq!(typed.positions[0].exit_price, Some(95.0));
}

#[test]
fn asks_for_price_of_exits_without_column() {
    let content = content("Ticker,Shares,Avg cost,Bought,Sold on\nKO,5,50,2022-03-01,2022-06-01\n");
    assert_eq!(codes_of(&content), [C::Required]);
    assert_eq!(content.finished_positions(&rules()), None);
}

#[test]
fn warns_of_unknown_currency_in_foreign_files() {
    assert!(has_warning(&case("10-nordnet-transactions.csv"), WarningCode::CurrencyUnknown));
    for foreign in [
        "Wertpapier;Symbol;Stück;Kaufkurs;Kaufdatum\nApple;AAPL;10;150,25;01.03.2022\n",
        "Produkt,Symbol,Anzahl,Kaufkurs,Kaufdatum\nApple,AAPL,10,150,2022-03-01\n",
        "Ticker;Shares;Avg price;Bought\nAAPL;10;150,25;01.03.2022\n",
    ] {
        assert!(has_warning(&content(foreign), WarningCode::CurrencyUnknown), "{foreign}");
    }
    for stated in [
        "Ticker,Shares,Avg price,Bought\nAAPL,10,150.25,2022-03-01\n",
        "Wertpapier;Symbol;Stück;Kaufkurs;Währung;Kaufdatum\nApple;AAPL;10;150,25;USD;01.03.2022\n",
        "Wertpapier;Symbol;Stück;Kaufkurs;Kaufdatum\nApple;AAPL;10;150,25 €;01.03.2022\n",
    ] {
        assert!(!has_warning(&content(stated), WarningCode::CurrencyUnknown), "{stated}");
    }
}

#[test]
fn asks_for_symbols_listed_elsewhere() {
    let text = "Ticker,Shares,Avg price,Bought\nLSE:VOD,5,100,2022-03-01\nXNAS:AAPL,1,150,2022-03-01\n";
    let asked = content(text);
    assert_eq!(codes_of(&asked), [C::SymbolUnknown]);
    let [problem] = asked.problems.as_slice() else { panic!("{:?}", asked.problems) };
    assert_eq!(problem.message, "“LSE:VOD” trades outside the US. Enter its US symbol.");
    assert_eq!(problem.examples[0].message, "“LSE:VOD” trades on LSE. Enter the symbol that it has in the US.");
    let labels: Vec<_> = problem.repair.iter().chain(&problem.other_repairs).map(|repair| &*repair.label).collect();
    assert_eq!(labels, ["Leave out this row", "Use VOD in the US"]);
    let kept = content_with(text, &problem.other_repairs[0].reading);
    assert_eq!(codes_of(&kept), []);
    let symbols = [("LSE:VOD".to_owned(), "VODX".to_owned())].into();
    let typed = content_with(text, &Reading { symbols, ..Reading::default() });
    assert_eq!((codes_of(&typed), typed.positions[0].symbol.as_deref()), (vec![], Some("VODX")));
    let edits = [(2, RowEdit { symbol: Some("vodx".to_owned()), ..RowEdit::default() })].into();
    let typed = content_with(text, &Reading { edits, ..Reading::default() });
    assert_eq!((codes_of(&typed), typed.positions[0].symbol.as_deref()), (vec![], Some("VODX")));
}

#[test]
fn asks_for_symbols_by_column_of_exchanges() {
    let text = "Symbol,Exchange,Quantity,Average cost,Bought\n\
        T,TSX,10,20,2022-03-01\nVOD,NASDAQ,1,20,2022-03-01\nVOD,,1,21,2022-03-02\n";
    let asked = content(text);
    assert_eq!(codes_of(&asked), [C::SymbolUnknown]);
    assert_eq!(asked.problems[0].examples[0].row, Some(2));
    assert_eq!(codes_of(&content_with(text, &asked.problems[0].other_repairs[0].reading)), []);
}

#[test]
fn takes_sold_for_day_of_exit() {
    let text = "Symbol,Shares,Avg cost,Bought,Sold,Sale price\nKO,5,50,2022-03-01,2022-06-01,--\n";
    assert_eq!(codes_of(&content(text)), [C::Required]);
}

#[test]
fn accepts_option_assigned_early() {
    let text = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n\
        06/10/2022,Assigned,AAPL 01/20/2023 150.00 P,PUT APPLE INC $150 EXP 01/20/23,1,,,\n\
        06/10/2022,Buy,AAPL,APPLE INC,100,$150.00,,\"-$15,000.00\"\n\
        03/01/2022,Sell to Open,AAPL 01/20/2023 150.00 P,PUT APPLE INC $150 EXP 01/20/23,1,$6.00,$0.65,$599.35\n";
    assert_eq!(codes_of(&content(text)), []);
    assert_eq!(positions(text)[0], "AAPL230120P00150000 -1 @ 6 on 2022-03-01 until 2022-06-10 @ 0");
}

#[test]
fn opens_transferred_lot_before_its_exit() {
    let text = "Ticker,Shares,Avg cost,Bought,Sold on,Sell price\nKO,5,50,,2018-06-01,55\n";
    let assumptions = Assumptions { entry_date: Some(EntryDateAssumption::WholeWindow), ..Assumptions::default() };
    let held = content_with(text, &Reading { assumptions, ..Reading::default() });
    assert_eq!(codes_of(&held), []);
    let finished = held.finished_positions(&rules()).unwrap();
    assert_eq!(finished[0].entry_date, day("2018-06-01"));
}

#[test]
fn lists_rows_of_empty_cells() {
    let rows_of =
        |content: &FileContent| content.not_positions.iter().map(|group| group.rows.clone()).collect::<Vec<_>>();
    let first = case("01-schwab-positions.csv");
    assert_eq!(rows_of(&first)[0], [1, 2]);
    let template = content("Symbol,Quantity,Entry Price Per Share,Entry Date\n,,,\nKO,1,59.28,2022-03-01\n");
    assert_eq!((rows_of(&template), template.warnings), (vec![vec![2]], vec![]));
}

#[test]
fn asks_what_lonely_thousand_means() {
    let text = "Symbol,Quantity\nAAPL,1.250\n";
    let asked = content(text);
    assert_eq!(codes_of(&asked), [C::AmbiguousNumber]);
    for repair in asked.problems[0].repair.iter().chain(&asked.problems[0].other_repairs) {
        let read = content_with(text, &repair.reading).positions[0].quantity;
        assert_eq!(repair.label, format!("Read 1.250 as {read}"));
    }
    assert_eq!(positions("Symbol,Quantity,Price Paid\nAAPL,1.250,150.5\n"), ["AAPL 1.25 @ 150.5"]);
}

#[test]
fn reads_interactive_brokers_summary_with_accounts() {
    let text = "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Account,Symbol,Quantity,Mult,Cost Price,Cost Basis\n\
        Open Positions,Data,Summary,Stocks,USD,U1,AAPL,10,1,100,1000\n\
        Open Positions,Data,Summary,Stocks,EUR,U2,SAP,5,1,100,500\n";
    assert_eq!(positions(text), ["AAPL 10 @ 100", "SAP 5 @ 100 EUR"]);
    let content = content(text);
    assert_eq!(content.layout.as_deref(), Some("Interactive Brokers activity"));
    assert_eq!(content.warnings.len(), 1, "{:?}", content.warnings);
    assert!(has_warning(&content, WarningCode::SeveralAccounts));
}

#[test]
fn reads_cash_with_its_own_name() {
    let text = "Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total,Average Cost Basis\n\
        FCASH**,HELD IN FCASH,1500.25,$1.00,$1500.25,,\nAAPL,APPLE INC,1,$125.50,$125.50,$100,$100\n";
    assert_eq!(content(text).cash.unwrap().amount, Some(1500.25));
    assert_eq!(positions(text), ["AAPL 1 @ 100"]);
}

#[test]
fn reads_trades_of_vanguard_in_pounds() {
    let text = "Date,Details,Amount,Balance\n\
        01/03/2022,\"Bought 1,550 Foo ETF Distributing (FOO)\",\"-31,000.00\",\"1,000.00\"\n\
        15/03/2022,\"Sold 50 Foo ETF Distributing (FOO)\",\"1,100.00\",\"2,100.00\"\n\
        16/03/2022,Regular Deposit,500.00,\"2,600.00\"\n";
    assert_eq!(
        positions(text),
        ["FOO 1500 @ 20 GBP on 2022-03-01", "FOO 50 @ 20 GBP on 2022-03-01 until 2022-03-15 @ 22"]
    );
}
