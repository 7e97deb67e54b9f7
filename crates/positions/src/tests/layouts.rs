//! Tests of layouts that have no file in `cases/`: each is read from a few of its rows.

use super::*;

/// Reads a file and writes each position on a line: symbol or ISIN, quantity, price, currency,
/// entry date and exit.
pub(super) fn positions(text: &str) -> Vec<String> {
    let content = content(text);
    content.positions.iter().map(line).collect()
}

pub(super) fn content(text: &str) -> FileContent {
    content_with(text, &Reading::default())
}

pub(super) fn content_with(text: &str, changes: &Reading) -> FileContent {
    read_file(text.as_bytes(), changes, &rules()).unwrap()
}

fn line(position: &DraftPosition) -> String {
    let name = position.symbol.clone().or_else(|| position.isin.clone()).unwrap_or_else(|| "?".to_owned());
    let mut line = format!("{name} {}", position.quantity);
    match position.entry_price {
        Some(price) => line += &format!(" @ {}", (price * 1e6).round() / 1e6),
        None => line += " @ ?",
    }
    if let Some(currency) = &position.price_currency {
        line += &format!(" {currency}");
    }
    if let Some(date) = position.entry_date {
        line += &format!(" on {date}");
    }
    if let (Some(date), Some(price)) = (position.exit_date, position.exit_price) {
        line += &format!(" until {date} @ {price}");
    }
    line
}

fn left_out(text: &str) -> Vec<(LeftOutReason, Vec<u64>)> {
    content(text).not_positions.into_iter().map(|group| (group.why, group.rows)).collect()
}

#[test]
fn reads_schwab_positions_of_several_accounts() {
    let text = "\"Positions for All-Accounts as of 04:05 PM ET, 12/20/2020\"\n\n\
        \"Brokerage XXXX-1234\"\n\
        \"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Price Change $\",\"Market Value\",\"Cost Basis\",\"Security Type\",\n\
        \"AAPL\",\"APPLE INC\",\"10\",\"$131.00\",\"$1.00\",\"$1,310.00\",\"$1,000.00\",\"Equity\",\n\
        \"Cash & Cash Investments\",\"--\",\"--\",\"--\",\"--\",\"$500.25\",\"--\",\"Cash and Money Market\",\n\
        \"Account Total\",\"--\",\"--\",\"--\",\"--\",\"$1,810.25\",\"$1,000.00\",\"--\",\n\n\
        \"Roth IRA XXXX-5678\"\n\
        \"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Price Change $\",\"Market Value\",\"Cost Basis\",\"Security Type\",\n\
        \"KO\",\"COCA-COLA CO\",\"20\",\"$50.00\",\"$1.00\",\"$1,000.00\",\"$900.00\",\"Equity\",\n\
        \"Cash & Cash Investments\",\"--\",\"--\",\"--\",\"--\",\"$100.00\",\"--\",\"Cash and Money Market\",\n\
        \"Account Total\",\"--\",\"--\",\"--\",\"--\",\"$1,100.00\",\"$900.00\",\"--\",\n";
    assert_eq!(positions(text), ["AAPL 10 @ 100", "KO 20 @ 45"]);
    assert_eq!(content(text).cash.unwrap().amount, Some(600.25));
    assert_eq!(
        left_out(text),
        [
            (LeftOutReason::Title, vec![1, 3, 9]),
            (LeftOutReason::Header, vec![10]),
            (LeftOutReason::Cash, vec![6, 12]),
            (LeftOutReason::Total, vec![7, 13]),
        ]
    );
}

#[test]
fn reads_fidelity_positions() {
    let text = "\u{feff}Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type\n\
        X12345678,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$5234.18,,,,,10.00%,,,Cash,\n\
        X12345678,Individual,AAPL,APPLE INC,100,$125.50,+$1.00,$12550.00,+$100.00,+0.80%,+$500.00,+4.10%,20.00%,$12050.00,$120.50,Cash,\n\
        X87654321,ROTH IRA,-AAPL230120C150,AAPL JAN 20 2023 $150 CALL,2,$0.35,+$0.01,$70.00,+$2.00,+2.9%,-$1154.00,-94.28%,0.10%,$1224.00,$6.12,Margin,\n\
        X87654321,ROTH IRA,Pending Activity,,,,,-$150.00,,,,,,,,\n\n\
        \"The data and information in this spreadsheet is provided to you solely for your use and is not for distribution.\"\n\n\
        \"Brokerage services are provided by Fidelity Brokerage Services LLC (FBS), 900 Salem Street.\"\n\n\
        \"Date downloaded Dec-28-2022 4:05 p.m ET\"\n";
    assert_eq!(positions(text), ["AAPL 100 @ 120.5", "AAPL230120C00150000 2 @ 6.12"]);
    let content = content(text);
    assert_eq!(content.layout.as_deref(), Some("Fidelity positions"));
    assert_eq!(content.kind, FileKind::Positions);
    assert_eq!(content.cash.unwrap().amount, Some(5234.18));
    assert!(content.warnings.iter().any(|warning| warning.code == WarningCode::SeveralAccounts));
    assert_eq!(
        left_out(text),
        [(LeftOutReason::Cash, vec![2]), (LeftOutReason::Footer, vec![7, 9, 11]), (LeftOutReason::Pending, vec![5])]
    );
}

#[test]
fn asks_for_symbol_of_stock_plan_lots() {
    let text = "\u{feff}Date acquired,Quantity,Cost basis,Cost basis/share,Value,Gain/loss,Sale availability date\n\
        Mar-01-2022,10,$1000.00,$100.00,$1200.00,+$200.00,Mar-01-2022\n\
        Jun-01-2022,5,$550.00,$110.00,$600.00,+$50.00,Jun-01-2022\n,\nThe values are displayed in USD\n";
    let found = content(text);
    assert_eq!(found.problems.iter().map(|problem| (problem.code, problem.count)).collect::<Vec<_>>(), [(C::SymbolUnknown, 2)]);
    let answer = Reading { symbols: [(String::new(), "aapl".to_owned())].into(), ..Reading::default() };
    let answered: Vec<String> = content_with(text, &answer).positions.iter().map(line).collect();
    assert_eq!(answered, ["AAPL 10 @ 100 on 2022-03-01", "AAPL 5 @ 110 on 2022-06-01"]);
}

#[test]
fn reads_hargreaves_lansdown_positions() {
    let text = "HL Vantage SIPP\nClient Name:,A Person\nClient Number:,0000000\nSpreadsheet created at,28-12-2022 12:50\n\n\
        Stock value:,\"1,000.00\"\nTotal cash:,123.45\n\n\
        Code,Stock,Units held,Price (pence),Value (£),Cost (£),Gain/loss (£),Gain/loss (%)\n\
        IGUS,\"iShares Core S&P 500\",\"1,250\",\"640.25\",\"8,003.13\",\"7,500.00\",503.13,6.71\n\
        VOD,Vodafone Group,100,85.5,85.50,120.00,-34.50,-28.75\n\
        ,Totals,,,\"8,088.63\",\"7,620.00\",468.63,6.15\n";
    assert_eq!(positions(text), ["IGUS 1250 @ 6 GBP", "VOD 100 @ 1.2 GBP"]);
    assert_eq!(content(text).layout.as_deref(), Some("Hargreaves Lansdown positions"));
}

#[test]
fn reads_aj_bell_positions() {
    let text = "\u{feff}Investment,Quantity,Price,Value (£),Cost (£),Change (£),Change (%),Valuation currency,Date,Time\n\
        iShares Core S&P 500 GBP Hedged (LSE:IGUS),100,81.62,\"8,162.00\",\"7,000.00\",1162,16.6,GBP,25-May-22,16:30\n\
        Vodafone Group PLC (LSE:VOD),200,0.85,170.00,240.00,-70,-29.2,GBP,25-May-22,16:30\n";
    assert_eq!(positions(text), ["IGUS 100 @ 70 GBP", "VOD 200 @ 1.2 GBP"]);
}

#[test]
fn reads_holdings_of_indian_brokers() {
    let zerodha = "Instrument,Qty.,Avg. cost,LTP,Invested,Cur. val,P&L,Net chg.,Day chg.\n\
        INFY,25,\"1,450.50\",1500.00,\"36,262.50\",\"37,500.00\",1237.5,3.41,0.5\n";
    assert_eq!(positions(zerodha), ["INFY 25 @ 1450.5"]);
    let groww = "Name,A Person\nUnique Client Code,0000\n\nHoldings statement for stocks as on 28-12-2022\n\n\
        Stock Name,ISIN,Quantity,Average buy price,Buy value,Closing price,Closing value,Unrealised P&L\n\
        APPLE INC,US0378331005,5120,150.00,\"7,68,000.00\",160.00,\"8,19,200.00\",51200\n";
    assert_eq!(positions(groww), ["AAPL 5120 @ 150"]);
}

#[test]
fn reads_yahoo_portfolio() {
    let text = "Symbol,Current Price,Date,Time,Change,Open,High,Low,Volume,Trade Date,Purchase Price,Quantity,Commission,High Limit,Low Limit,Comment\n\
        AAPL,125.5,2022/12/28,16:00 EST,-3.9,129.1,130.4,125.3,85438400,20220301,161.99,100,9.95,,,\n\
        KO,63.0,2022/12/28,16:00 EST,-0.9,63.9,64.0,63.0,9543840,,,50,,,,\n";
    assert_eq!(positions(text), ["AAPL 100 @ 161.99 on 2022-03-01", "KO 50 @ ?"]);
}

#[test]
fn reads_own_lists() {
    let semicolons = "ticker;shares;price;date\nAAPL;10;161,99;01.03.2022\nKO;12,5;59,28;15.03.2022\n";
    assert_eq!(positions(semicolons), ["AAPL 10 @ 161.99 on 2022-03-01", "KO 12.5 @ 59.28 on 2022-03-15"]);
    assert_eq!(positions("Ticker\tShares\tBuy price\nAAPL\t10\t$161.99\n"), ["AAPL 10 @ 161.99"]);
    assert_eq!(positions("Stock,Number of shares,Total cost\nAAPL,10,\"$1,619.90\"\n"), ["AAPL 10 @ 161.99"]);
    // A price without a day could be that of today.
    assert_eq!(positions("symbol,shares,price\nAAPL,10,161.99\n"), ["AAPL 10 @ ?"]);
    let signed = "date,ticker,shares,price\n2022-03-01,AAPL,10,161.99\n2022-06-01,AAPL,-4,150.00\n";
    assert_eq!(content(signed).kind, FileKind::Transactions);
}

#[test]
fn reads_merrill_positions() {
    let text = "\"Exported on: 12/28/2022 04:05 PM ET\"\n\n\
        \"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Value\",\"Unit Cost\",\"Cost Basis\",\"Unrealized Gain/Loss\"\n\
        \"AAPL\",\"APPLE INC\",\"100\",\"$125.50\",\"$12,550.00\",\"$120.50\",\"$12,050.00\",\"$500.00\"\n\
        \"Money accounts\",\"\",\"\",\"\",\"$1,000.00\",\"\",\"\",\"\"\n\"Total\",\"\",\"\",\"\",\"$13,550.00\",\"\",\"\",\"\"\n";
    assert_eq!(positions(text), ["AAPL 100 @ 120.5"]);
}
