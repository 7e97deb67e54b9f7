use super::*;
use super::layouts::{content, line};
#[test]
fn prints_probe() {
    let files: Vec<(&str, String)> = vec![
     ("fidelity", "\u{feff}Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type\nX1,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$5234.18,,,,,10.00%,,,Cash,\nX1,Individual,AAPL,APPLE INC,100,$125.50,+$1.00,$12550.00,+$100.00,+0.80%,+$500.00,+4.10%,20.00%,--,--,Cash,\nX1,Individual,MSFT,MICROSOFT CORP,10,$240.50,+$1.00,$2405.00,+$100.00,+0.80%,+$500.00,+4.10%,20.00%,$2000.00,$200.00,Cash,\nX1,Individual, -AAPL230120P130,AAPL JAN 20 2023 $130 PUT,-2,$0.35,+$0.01,-$70.00,+$2.00,+2.9%,-$1154.00,-94.28%,0.10%,$1224.00,$6.12,Margin,\nX1,Individual,Pending Activity,,,,,-$150.00,,,,,,,,\n\n\"The data and information in this spreadsheet is provided to you solely for your use and is not for distribution.\"\n\n\"Date downloaded Dec-28-2022 4:05 p.m ET\"\n".into()),
     ("fidelity2", "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type\nX1,Individual,FCASH**,HELD IN FCASH,1500.25,$1.00,$0.00,$1500.25,,,,,10.00%,,,Cash,\nX1,Individual,AAPL,APPLE INC,1,$125.50,+$1.00,$125.50,+$100.00,+0.80%,+$500.00,+4.10%,20.00%,$100,$100,Cash,\n".into()),
     ("sheets", "Ticker;Shares;Avg price;Bought\nAAPL;10;150,25;01.03.2022\nKO;7,5;59,28;15.03.2022\n".into()),
     ("sheets tabs", "Ticker\tShares\tAvg price\tBought\nAAPL\t10\t150,25\t01.03.2022\nKO\t7,5\t59,28\t15.03.2022\n".into()),
     ("schwab2020", "\"Positions for account XXXX-1234 as of 04:05 PM ET, 12/20/2020\"\n\n\"Equities\"\n\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Price Change $\",\"Market Value\",\"Cost Basis\",\"Security Type\",\n\"AAPL\",\"APPLE INC\",\"10\",\"$131.00\",\"$1.00\",\"$1,310.00\",\"$1,000.00\",\"Equity\",\n\"Account Total\",\"--\",\"--\",\"--\",\"--\",\"$1,810.25\",\"$1,000.00\",\"--\",\n\n\"Options\"\n\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Price Change $\",\"Market Value\",\"Cost Basis\",\"Security Type\",\n\"AAPL 01/20/2023 150.00 C\",\"CALL APPLE INC $150 EXP 01/20/23\",\"-2\",\"$1.00\",\"$1.00\",\"-$200.00\",\"$400.00\",\"Option\",\n".into()),
     ("td", "DATE,TRANSACTION ID,DESCRIPTION,QUANTITY,SYMBOL,PRICE,COMMISSION,AMOUNT,NET CASH BALANCE,REG FEE,SHORT-TERM RDM FEE,FUND REDEMPTION FEE, DEFERRED SALES CHARGE\n03/01/2022,1,Bought 100 XOM @ 80.5,100,XOM,80.5,0.00,-8050.00,1950.00,,,,\n04/01/2022,2,Sold 40 XOM @ 83,40,XOM,83.00,0.00,3320.00,5270.00,0.02,,,\n04/05/2022,3,ORDINARY DIVIDEND (XOM),,XOM,,,52.80,5322.80,,,,\n04/06/2022,4,Bought 2 AAPL Jan 20 2023 150.0 Call @ 10.5,2,AAPL Jan 20 2023 150.0 Call,10.5,1.30,-2101.30,3221.5,,,,\n04/07/2022,5,CLIENT REQUESTED ELECTRONIC FUNDING RECEIPT (FUNDS NOW),,,,,500.00,3721.50,,,,\n***END OF FILE***\n".into()),
     ("nohead", "AAPL,10,150.25,2022-03-01\nMSFT,5,250.5,2022-04-01\n".into()),
     ("nohead1", "AAPL,10,150.25,2022-03-01\n".into()),
     ("ambig", "Symbol,Quantity\nAAPL,1.250\n".into()),
     ("ambig semi", "Symbol;Quantity;Entry Price Per Share;Entry Date\nAAPL;1.250;1.250;2022-03-01\n".into()),
     ("mv only", "Symbol,Market Value\nAAPL,\"$1,250.00\"\nKO,$500\n".into()),
     ("header only", "Symbol,Quantity,Entry Price Per Share,Entry Date\n".into()),
     ("header only2", "Ticker;Shares;Avg price;Bought\n".into()),
     ("exit eur", "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share\nSAP,5,100,2022-03-01,2022-06-01,€90.00\n".into()),
     ("exit no price", "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share\nSAP,5,100,2022-03-01,2022-06-01,\n".into()),
     ("exit no col", "Ticker,Shares,Avg cost,Bought,Sold on\nKO,5,50,2022-03-01,2022-06-01\nT,5,20,2022-03-01,\n".into()),
     ("lse", "Symbol,Quantity,Entry Price Per Share,Entry Date\nLSE:VOD,5,100,2022-03-01\n".into()),
     ("lse2", "Ticker,Shares,Price\nVWRA:xlon,5,100\nTSE:T,4,3\nNASDAQ:AAPL,1,2\nXTSE:SHOP,1,3\nVOD.L,1,1\n".into()),
     ("xlon name", "Investment,Quantity,Price,Value (£),Cost (£)\nFoo (LSE:IGUS),5,100,500,400\n".into()),
     ("german", "Wertpapier;Symbol;Stück;Kaufkurs;Kaufdatum\nApple;AAPL;10;150,25;01.03.2022\n".into()),
     ("dutch", "Product,Symbool,Aantal,Aankoopkoers,Aankoopdatum\nApple,AAPL,10,\"150,25\",01-03-2022\n".into()),
     ("zerodha", "\"Instrument\",\"Qty.\",\"Avg. cost\",\"LTP\",\"Invested\",\"Cur. val\",\"P&L\",\"Net chg.\",\"Day chg.\"\nINFY,10,1450.5,1500,14505,15000,495,3.4,0.5\n".into()),
     ("vanguk", "Date,Details,Amount,Balance\n01/03/2022,\"Bought 1,550 Foo ETF Distributing (FOO)\",\"-31,000.00\",\"1,000.00\"\n05/03/2022,\"Sold 50 Foo ETF Distributing (FOO)\",\"1,100.00\",\"2,100.00\"\n".into()),
     ("assign", "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n06/10/2022,Assigned,AAPL 01/20/2023 150.00 P,PUT APPLE INC $150 EXP 01/20/23,1,,,\n06/10/2022,Buy,AAPL,APPLE INC,100,$150.00,,\"-$15,000.00\"\n03/01/2022,Sell to Open,AAPL 01/20/2023 150.00 P,PUT APPLE INC $150 EXP 01/20/23,1,$6.00,$0.65,$599.35\n".into()),
     ("transferred", "Date,Action,Symbol,Quantity,Price\n2021-01-10,Sell,KO,10,50\n2022-01-10,Buy,T,10,20\n".into()),
     ("blank rec", "\"Title here\",\"\",\"\"\n\"\",\"\",\"\"\nSymbol,Quantity,Price\nAAPL,10,5\n\"\",\"\",\"\"\nKO,1,2\n".into()),
     ("ibkr acct", "Trades,Header,DataDiscriminator,Asset Category,Currency,Account,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code\nTrades,Data,Order,Stocks,USD,U1,AAPL,\"2022-03-01, 10:00:00\",10,160,161,-1600,-1,1601,0,10,O\nTrades,Data,Order,Stocks,USD,U2,AAPL,\"2022-03-02, 10:00:00\",5,162,161,-810,-1,811,0,10,O\nTrades,SubTotal,,Stocks,USD,,AAPL,,15,,,-2410,-2,,,,\n".into()),
    ];
    for (name, text) in files {
        println!("=== {name}");
        show(read_file(text.as_bytes(), &Reading::default(), &rules()));
    }
    for n in ["10-nordnet-transactions.csv","01-schwab-positions.csv","02-schwab-transactions.csv","03-schwab-lots.csv","04-ibkr-activity.csv","05-etrade-positions-lots.csv","06-robinhood-activity.csv","07-trading212-transactions.csv","08-ing-de-positions.csv","09-scalable-transactions.csv","11-degiro-transactions.csv","12-webull-orders.csv","13-m1-holdings.csv","14-vanguard-holdings-transactions.csv"] {
        println!("=== {n}");
        show(Ok(super::cases::case(n)));
    }
}
fn show(read: Result<FileContent, Problem>) {
    let content = match read { Ok(c) => c, Err(p) => { println!("ERR {:?} {}", p.code, p.message); return; } };
    println!("{:?} {:?} dec {:?} order {:?} header {:?}", content.kind, content.layout, content.reading.decimal, content.reading.date_order, content.reading.header_row);
    for p in &content.positions { println!("  {} {:?}", line(p), p.rows); }
    println!("  cash {:?}", content.cash);
    for g in &content.not_positions { println!("  not {:?} {:?}", g.why, g.rows); }
    for p in &content.problems { println!("  PROBLEM {:?} x{} [{:?}] {} | {:?}", p.code, p.count, p.column, p.message, p.repair.iter().chain(&p.other_repairs).map(|r| &r.label).collect::<Vec<_>>()); }
    for w in &content.warnings { println!("  warn {:?} {}", w.code, w.message); }
}
