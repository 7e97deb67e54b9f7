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

pub(super) fn line(position: &DraftPosition) -> String {
    let name = position.symbol.clone().or_else(|| position.isin.clone()).unwrap_or_else(|| "?".to_owned());
    let price = position.entry_price.map_or_else(|| "?".to_owned(), |price| ((price * 1e6).round() / 1e6).to_string());
    let currency = position.price_currency.as_ref().map(|currency| format!(" {currency}")).unwrap_or_default();
    let date = position.entry_date.map(|date| format!(" on {date}")).unwrap_or_default();
    let exit = position.exit_date.zip(position.exit_price).map(|(date, price)| format!(" until {date} @ {price}"));
    format!("{name} {} @ {price}{currency}{date}{}", position.quantity, exit.unwrap_or_default())
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
    assert_eq!(
        found.problems.iter().map(|problem| (problem.code, problem.count)).collect::<Vec<_>>(),
        [(C::SymbolUnknown, 2)]
    );
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
        Stock Name,ISIN,Quantity,Average buy price,Buy value,Closing price,Closing value,Unrealized P&L\n\
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

#[test]
fn reads_td_ameritrade_transactions() {
    let text = "DATE,TRANSACTION ID,DESCRIPTION,QUANTITY,SYMBOL,PRICE,COMMISSION,AMOUNT,NET CASH BALANCE,REG FEE,SHORT-TERM RDM FEE,FUND REDEMPTION FEE, DEFERRED SALES CHARGE\n\
        01/04/2021,1001,WIRE INCOMING,,,,,10000.00,10000.00,,,,\n\
        01/05/2021,1002,Bought 100 ERO @ 15.08,100,ERO,15.08,0.00,-1508.00,8492.00,,,,\n\
        03/05/2021,1003,ORDINARY DIVIDEND (ERO),,ERO,,,12.00,8504.00,,,,\n\
        06/08/2021,1004,Sold 80 ERO @ 18.08,80,ERO,18.08,0.00,1446.40,9950.40,0.01,,,\n***END OF FILE***\n";
    assert_eq!(
        positions(text),
        ["ERO 20 @ 15.08 on 2021-01-05", "ERO 80 @ 15.08 on 2021-01-05 until 2021-06-08 @ 18.08"]
    );
}

#[test]
fn reads_etrade_transactions_old_and_new() {
    let old = "For Account:,####0000\n\n\
        TransactionDate,TransactionType,SecurityType,Symbol,Quantity,Amount,Price,Commission,Description\n\n\
        06/15/20,Bought,OPTN,AAPL--200619C00320000,2,-1201.30,6.00,1.30,AAPL Jun 19 '20 $320 Call\n\
        06/01/20,Sold,EQ,KO,-20,1000.00,50.00,0,COCA COLA CO\n\
        05/01/20,Bought,EQ,KO,50,-2250.00,45.00,0,COCA COLA CO\n\
        04/01/20,Dividend,EQ,KO,0,20.00,0,0,COCA COLA CO\n";
    assert_eq!(
        positions(old),
        [
            "KO 30 @ 45 on 2020-05-01",
            "KO 20 @ 45 on 2020-05-01 until 2020-06-01 @ 50",
            "AAPL200619C00320000 2 @ 6 on 2020-06-15"
        ]
    );
    let new = "All Transactions Activity Types\n\nAccount Activity for Individual Brokerage -0000 from Last Year\n\nTotal:,100.00\n\n\
        Activity/Trade Date,Transaction Date,Settlement Date,Activity Type,Description,Symbol,Cusip,Quantity #,Price $,Amount $,Commission,Category,Note\n\
        06/15/22,06/15/22,06/17/22,Bought,APPLE INC COM,AAPL,037833100,10,135.00,-1350.00,0.00,--,--\n\
        03/15/22,03/15/22,03/15/22,Qualified Dividend,COCA COLA CO,KO,191216100,0.0,0.0,22.00,0.00,--,--\n";
    assert_eq!(positions(new), ["AAPL 10 @ 135 on 2022-06-15"]);
}

#[test]
fn reads_interactive_brokers_transaction_history() {
    let text = "Statement,Header,Field Name,Field Value\nStatement,Data,Title,Transaction History\n\
        Transaction History,Header,Date,Account,Description,Transaction Type,Symbol,Quantity,Price,Gross Amount ,Commission,Net Amount\n\
        Transaction History,Data,2022-06-15,U***0000,APPLE INC,Buy,AAPL,30.0,134.626,-4038.78,-1.0,-4039.78\n\
        Transaction History,Data,2022-03-01,U***0000,Electronic Fund Transfer,Deposit,-,-,-,5000.0,-,5000.0\n\
        Transaction History,Data,2022-08-15,U***0000,APPLE INC,Sell,AAPL,-10.0,172.0,1720.0,-1.0,1719.0\n";
    assert_eq!(
        positions(text),
        ["AAPL 20 @ 134.626 on 2022-06-15", "AAPL 10 @ 134.626 on 2022-06-15 until 2022-08-15 @ 172"]
    );
}

#[test]
fn reads_interactive_brokers_flex_trades() {
    let text = "\"ISIN\",\"Symbol\",\"CurrencyPrimary\",\"Buy/Sell\",\"TradeDate\",\"Quantity\",\"TradePrice\",\"IBCommission\"\n\
        \"US0378331005\",\"AAPL\",\"USD\",\"BUY\",\"20220615\",\"30\",\"134.626\",\"-1\"\n\
        \"US0378331005\",\"AAPL\",\"USD\",\"SELL\",\"20220815\",\"-10\",\"172\",\"-1\"\n";
    assert_eq!(
        positions(text),
        ["AAPL 20 @ 134.626 on 2022-06-15", "AAPL 10 @ 134.626 on 2022-06-15 until 2022-08-15 @ 172"]
    );
}

#[test]
fn reads_fidelity_history() {
    let text = "\n\nRun Date,Action,Symbol,Description,Type,Quantity,Price ($),Commission ($),Fees ($),Accrued Interest ($),Amount ($),Cash Balance ($),Settlement Date\n\
        06/15/2022,YOU BOUGHT APPLE INC (AAPL) (Margin), AAPL,APPLE INC,Margin,30,134.63,,,,-4038.90,1000.00,06/17/2022\n\
        06/30/2022,DIVIDEND RECEIVED APPLE INC (AAPL) (Margin), AAPL,APPLE INC,Margin,0.000,,,,,6.90,1006.90,\n\
        08/15/2022,YOU SOLD APPLE INC (AAPL) (Margin), AAPL,APPLE INC,Margin,-10,172.00,,,,1720.00,2726.90,08/17/2022\n\
        09/01/2022,REINVESTMENT FIDELITY GOVERNMENT MONEY MARKET (SPAXX) (Cash), SPAXX,FIDELITY GOVERNMENT MONEY MARKET,Cash,1.5,1,,,,-1.50,,\n\
        11/01/2022,YOU BOUGHT OPENING TRANSACTION CALL (AAPL) APPLE INC JAN 20 23 $150 (100 SHS) (Margin), -AAPL230120C150,CALL (AAPL) APPLE INC JAN 20 23 $150 (100 SHS),Margin,2,6.10,1.30,0.04,,-1221.34,,11/02/2022\n\n\n\
        \"The data and information in this spreadsheet is provided to you solely for your use.\"\n\nDate downloaded 12/28/2022 4:05 pm\n";
    assert_eq!(
        positions(text),
        [
            "AAPL 20 @ 134.63 on 2022-06-15",
            "AAPL 10 @ 134.63 on 2022-06-15 until 2022-08-15 @ 172",
            "AAPL230120C00150000 2 @ 6.1 on 2022-11-01"
        ]
    );
}

#[test]
fn reads_british_histories() {
    let hl = "HL Vantage SIPP\nClient Name:,A Person\n\n\
        Trade date,Settle date,Reference,Description,Unit cost (p),Quantity,Value (£)\n\
        15/06/2022,17/06/2022,B123456789,iShares Core S&P 500 ETF (IGUS),600.00,100,-611.95\n\
        01/06/2022,01/06/2022,FPC,Regular payment,n/a,n/a,500.00\n\
        15/08/2022,17/08/2022,S987654321,iShares Core S&P 500 ETF (IGUS),700.00,40,268.05\n";
    assert_eq!(positions(hl), ["IGUS 60 @ 6 GBP on 2022-06-15", "IGUS 40 @ 6 GBP on 2022-06-15 until 2022-08-15 @ 7"]);
    let ii = "\u{feff}\u{feff}Date,Settlement Date,Symbol,Sedol,Quantity,Price,Description,Reference,Debit,Credit,Running Balance\n\
        15/06/2022,17/06/2022,IGUS,B3ZW0K1,100,£6.00,iShares Core,C1,£605.99,n/a,\"£1,000.00\"\n\
        20/06/2022,20/06/2022,n/a,n/a,n/a,n/a,SUBSCRIPTION,C2,n/a,£500.00,\"£1,500.00\"\n\
        15/08/2022,17/08/2022,IGUS,B3ZW0K1,40,£7.00,iShares Core,C3,n/a,£274.01,\"£1,774.01\"\n";
    assert_eq!(positions(ii), ["IGUS 60 @ 6 GBP on 2022-06-15", "IGUS 40 @ 6 GBP on 2022-06-15 until 2022-08-15 @ 7"]);
}

#[test]
fn reads_freetrade_activity() {
    let text = "Title,Type,Timestamp,Account Currency,Total Amount,Buy / Sell,Ticker,ISIN,Price per Share in Account Currency,Stamp Duty,Quantity,Venue,Order ID,Order Type,Instrument Currency,Total Shares Amount,Price per Share,FX Rate\n\
        Apple,ORDER,2022-06-15T14:30:03.613Z,GBP,1100.00,BUY,AAPL,US0378331005,110.00,0.00,10.00000000,XNAS,AB1,BASIC,USD,1350.00,135.00,1.2272\n\
        Top up,TOP_UP,2022-06-01T10:00:00.000Z,GBP,1500.00,,,,,,,,,,,,,\n\
        Apple,DIVIDEND,2022-08-15T10:00:00.000Z,GBP,1.90,,AAPL,US0378331005,,,10,,,,USD,,0.23,\n";
    assert_eq!(positions(text), ["AAPL 10 @ 135 on 2022-06-15"]);
}

#[test]
fn reads_canadian_activities() {
    let questrade = "Transaction Date,Settlement Date,Action,Symbol,Description,Quantity,Price,Gross Amount,Commission,Net Amount,Currency,Account #,Activity Type,Account Type\n\
        2022-06-15 09:30:00 AM,2022-06-17 12:00:00 AM,Buy,AAPL,APPLE INC,10.00,135.00,-1350.00,-4.95,-1354.95,USD,00000000,Trades,Individual TFSA\n\
        2022-06-16 09:30:00 AM,2022-06-17 12:00:00 AM,Buy,,CALL ZZZ 06/20/25 50.00 ZZZ INC,2.00,1.50,-300.00,-4.95,-304.95,USD,00000000,Trades,Individual TFSA\n\
        2022-06-17 12:00:00 AM,2022-06-17 12:00:00 AM,CON,,CONTRIBUTION,0.00,0.00,0.00,0.00,5000.00,CAD,00000000,Deposits,Individual TFSA\n";
    assert_eq!(positions(questrade), ["AAPL 10 @ 135 on 2022-06-15", "ZZZ250620C00050000 2 @ 1.5 on 2022-06-16"]);
    let wealthsimple = "transaction_date,settlement_date,account_id,account_type,activity_type,activity_sub_type,direction,symbol,name,currency,quantity,unit_price,commission,net_cash_amount\n\
        2022-06-15,2022-06-17,XX0,TFSA,Trade,BUY,LONG,AAPL,Apple Inc.,USD,10,135,0,-1350\n\
        2022-08-15,2022-08-17,XX0,TFSA,Trade,SELL,LONG,AAPL,Apple Inc.,USD,-4,172,0,688\n\
        2022-06-01,2022-06-01,XX0,TFSA,MoneyMovement,EFT,,,,CAD,,,,5000\n";
    assert_eq!(
        positions(wealthsimple),
        ["AAPL 6 @ 135 on 2022-06-15", "AAPL 4 @ 135 on 2022-06-15 until 2022-08-15 @ 172"]
    );
}

#[test]
fn reads_other_histories() {
    let zerodha = "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time\n\
        INFY,INE009A01021,2022-06-15,NSE,EQ,EQ,buy,false,25.000000,1450.500000,1,2,2022-06-15T09:30:00\n\
        INFY,INE009A01021,2022-08-15,NSE,EQ,EQ,sell,false,5.000000,1600.000000,3,4,2022-08-15T09:30:00\n";
    assert_eq!(
        positions(zerodha),
        ["INFY 20 @ 1450.5 on 2022-06-15", "INFY 5 @ 1450.5 on 2022-06-15 until 2022-08-15 @ 1600"]
    );
    let avanza = "Datum;Konto;Typ av transaktion;Värdepapper/beskrivning;Antal;Kurs;Belopp;Courtage;Valuta;ISIN;Resultat\n\
        2022-08-15;Mitt konto;Sälj;Apple Inc;-4;1800,50;7202;0;SEK;US0378331005;100\n\
        2022-06-15;Mitt konto;Köp;Apple Inc;10;1350,25;-13502,5;0;SEK;US0378331005;-\n\
        2022-06-01;Mitt konto;Insättning;Insättning;-;-;20000;-;SEK;-;-\n";
    assert_eq!(
        positions(avanza),
        ["AAPL 6 @ 1350.25 SEK on 2022-06-15", "AAPL 4 @ 1350.25 SEK on 2022-06-15 until 2022-08-15 @ 1800.5"]
    );
    let parqet = "\"datetime\";\"date\";\"price\";\"shares\";\"amount\";\"tax\";\"fee\";\"realizedgains\";\"type\";\"broker\";\"assettype\";\"identifier\";\"wkn\";\"originalcurrency\";\"currency\"\n\
        \"2022-06-15T14:30:00.000Z\";\"15.06.2022\";\"129,50\";\"10\";\"1295\";\"0\";\"1\";\"\";\"Buy\";\"x\";\"Security\";\"US0378331005\";\"865985\";\"EUR\";\"EUR\"\n";
    assert_eq!(positions(parqet), ["AAPL 10 @ 129.5 EUR on 2022-06-15"]);
}

#[test]
fn reads_orders_of_traders() {
    let moomoo = "Side,Symbol,Name,Order Price,Order Qty,Order Amount,Status,Filled@Avg Price,Order Time,Order Type,Markets,Currency,Fill Qty,Fill Price,Fill Time,Markets,Currency\n\
        Buy,AAPL,Apple,135.00,172,23220,Filled,172@135.5,\"Jun 15, 2022 09:31:00 ET\",Limit,US,USD,100,135.5,\"Jun 15, 2022 09:31:02 ET\",US,USD\n\
        ,,,,,,,,,,,,72,135.5,\"Jun 15, 2022 09:31:03 ET\",US,USD\n\
        Sell,AAPL,Apple,180.00,10,1800,Cancelled,,\"Jun 20, 2022 09:31:00 ET\",Limit,US,USD,,,,,\n";
    assert_eq!(positions(moomoo), ["AAPL 172 @ 135.5 on 2022-06-15"]);
    let tradezero = "Account,T/D,S/D,Currency,Type,Side,Symbol,Qty,Price,Exec Time,Comm,SEC,TAF,NSCC,Nasdaq,ECN Remove,ECN Add,Gross Proceeds,Net Proceeds,Clr Broker,Liq,Note\n\
        X0,06/15/2022,06/17/2022,USD,2,B,AAPL,10,135,09:31:00,0,0,0,0,0,0,0,-1350,-1350,,,\n\
        X0,06/16/2022,06/20/2022,USD,2,SS,KO,5,60,09:31:00,0,0,0,0,0,0,0,300,300,,,\n\
        X0,06/17/2022,06/21/2022,USD,2,S,AAPL,10,140,09:31:00,0,0,0,0,0,0,0,1400,1400,,,\n";
    assert_eq!(
        positions(tradezero),
        ["AAPL 10 @ 135 on 2022-06-15 until 2022-06-17 @ 140", "KO -5 @ 60 on 2022-06-16"]
    );
    let sharesight = "All Trades Report for Mine\n\n\
        Market,Code,Name,Type,Date,Quantity,Price *,Brokerage *,Brokerage Currency,Exch. Rate,Value\n\
        NASDAQ,AAPL,Apple Inc.,Buy,15/06/2022,10,135.00,0.00,USD,1.0,1350.00\n\
        NASDAQ,AAPL,Apple Inc.,Sell,15/08/2022,-4,172.00,0.00,USD,1.0,-688.00\n\n\
        * Prices are in the currency of the instrument\n";
    assert_eq!(
        positions(sharesight),
        ["AAPL 6 @ 135 on 2022-06-15", "AAPL 4 @ 135 on 2022-06-15 until 2022-08-15 @ 172"]
    );
}

#[test]
fn reads_morgan_stanley_orders() {
    let text = "Execution Date,Order Number,Plan,Type,Order Status,Price,Quantity,Net Amount,Net Share Proceeds,Tax Payment Method\n\
        25-Mar-2022,ORDER-1,GSU Class C,Sale,Complete,$141.50,-10,\"$1,415.00\",0.00,N/A\n\
        \"Please note that your Alphabet share sales are subject to a split.\"\n";
    let found = content(text);
    assert_eq!(found.kind, FileKind::Transactions);
    assert_eq!(found.positions, []);
}

#[test]
fn reads_list_without_header() {
    let text = "AAPL,10,150.5,2022-03-01\nKO,5,60.25,2022-03-02\n";
    assert_eq!(positions(text), ["AAPL 10 @ 150.5 on 2022-03-01", "KO 5 @ 60.25 on 2022-03-02"]);
    let content = content(text);
    assert_eq!(content.reading.header_row, None);
    assert!(content.warnings.iter().any(|warning| warning.code == WarningCode::UnsureColumn));
}

#[test]
fn merges_equal_lots_of_several_accounts() {
    let text = "Account,Symbol,Qty,Avg Cost,Mkt Value,Open Date\nIRA,AAPL,10,150.5,1300,03/15/2022\n\
        Roth,AAPL,5,150.5,650,03/15/2022\nIRA,KO,5,60,310,03/15/2022\nIRA,Total,,,2260,\n";
    assert_eq!(positions(text), ["AAPL 15 @ 150.5 on 2022-03-15", "KO 5 @ 60 on 2022-03-15"]);
    assert_eq!(content(text).positions[0].rows, [2, 3]);
}

#[test]
fn reads_lists_in_other_languages() {
    let dutch = "Ticker;Stuks;Aankoopkoers;Aankoopdatum\nASML;10;550,25;15-03-2022\n";
    assert_eq!(positions(dutch), ["ASML 10 @ 550.25 on 2022-03-15"]);
    let french =
        "Valeur;Code ISIN;Quantité;PRU;Cours;Valorisation\nApple;US0378331005;10;120,50 €;130,00 €;1 300,00 €\n";
    assert_eq!(positions(french), ["AAPL 10 @ 120.5 EUR"]);
}

#[test]
fn reads_trades_in_comments() {
    let xtb = "ID;Type;Time;Symbol;Comment;Amount\n\
        1;Stocks/ETF purchase;15.03.2022 09:30:00;AAPL.US;OPEN BUY 10 @ 150.5000;-1505.00\n";
    assert_eq!(positions(xtb), ["AAPL 10 @ 150.5 on 2022-03-15"]);
}

#[test]
fn names_every_layout_once_or_more() {
    let names: std::collections::BTreeSet<&str> = layout_names().collect();
    assert!(names.len() >= 40, "{}", names.len());
}
