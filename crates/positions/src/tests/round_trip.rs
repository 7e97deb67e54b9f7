//! Property tests: a portfolio written in any layout reads back the same.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Symbols with their ISINs.
const SECURITIES: [(&str, &str); 6] = [
    ("AAPL", "US0378331005"),
    ("MSFT", "US5949181045"),
    ("KO", "US1912161007"),
    ("JNJ", "US4781601046"),
    ("XOM", "US30231G1022"),
    ("PFE", "US7170811035"),
];

/// A purchase of the canonical portfolio.
#[derive(Debug, Clone)]
struct Purchase {
    security: usize,
    /// Hundredths of a share.
    quantity: u32,
    /// Hundredths of a dollar.
    price: u32,
    date: NaiveDate,
}

impl Purchase {
    fn symbol(&self) -> &'static str {
        SECURITIES[self.security].0
    }

    fn isin(&self) -> &'static str {
        SECURITIES[self.security].1
    }

    fn quantity(&self) -> f64 {
        f64::from(self.quantity) / 100.0
    }

    fn price(&self) -> f64 {
        f64::from(self.price) / 100.0
    }

    fn cost(&self) -> f64 {
        self.quantity() * self.price()
    }
}

/// Generates at most one purchase per security and day. The first one settles what the columns
/// mean: its price has two decimals, and its day is above 12.
fn portfolio() -> impl Strategy<Value = Vec<Purchase>> {
    let purchase = (0..SECURITIES.len(), 1..5_000_000_u32, 1..1_000_000_u32, 0..1000_u64).prop_map(
        |(security, quantity, price, days)| Purchase {
            security,
            quantity,
            price,
            date: day("2020-01-02") + chrono::Days::new(days),
        },
    );
    vec(purchase, 0..8).prop_map(|more| {
        let first = Purchase { security: 0, quantity: 1_250, price: 16_199, date: day("2019-12-31") };
        let mut seen = std::collections::HashSet::new();
        let mut all = vec![first];
        all.extend(more);
        all.retain(|purchase| seen.insert((purchase.security, purchase.date)));
        all
    })
}

/// Writes a number with two decimals, thousands grouped.
fn grouped(number: f64, thousands: char, mark: char) -> String {
    let text = format!("{number:.2}");
    let (whole, decimals) = text.split_once('.').unwrap();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(thousands);
        }
        grouped.push(digit);
    }
    format!("{grouped}{mark}{decimals}")
}

fn us(number: f64) -> String {
    grouped(number, ',', '.')
}

fn de(number: f64) -> String {
    grouped(number, '.', ',')
}

/// A layout: its name, whether it has dates, and how a portfolio is written in it.
type Layout = (&'static str, bool, fn(&[Purchase]) -> String);

fn rows(portfolio: &[Purchase], header: &str, row: impl Fn(&Purchase) -> String) -> String {
    let rows: Vec<String> = portfolio.iter().map(row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

const LAYOUTS: [Layout; 14] = [
    ("template", true, |portfolio| {
        rows(portfolio, "Symbol,Quantity,Entry Price Per Share,Entry Date", |p| {
            format!("{},{},{},{}", p.symbol(), p.quantity(), p.price(), p.date)
        })
    }),
    ("schwab positions", false, |portfolio| {
        let header = "\"Positions for account ...123 as of 04:05 PM ET, 2022/12/20\"\n\n\
            \"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Mkt Val\",\"Cost Basis\",\"Security Type\"";
        rows(portfolio, header, |p| {
            let cost = format!("{:.4}", p.cost());
            format!("\"{}\",\"NAME\",\"{}\",\"$1.00\",\"$2.00\",\"${cost}\",\"Equity\"", p.symbol(), us(p.quantity()))
        })
    }),
    ("schwab transactions", true, |portfolio| {
        let header = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"";
        rows(portfolio, header, |p| {
            let (date, cost) = (p.date.format("%m/%d/%Y"), us(p.cost()));
            let (quantity, price) = (us(p.quantity()), us(p.price()));
            format!("\"{date}\",\"Buy\",\"{}\",\"NAME\",\"{quantity}\",\"${price}\",\"\",\"-${cost}\"", p.symbol())
        })
    }),
    ("fidelity positions", false, |portfolio| {
        let header = "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total,Average Cost Basis,Type";
        rows(portfolio, header, |p| {
            format!("X1,ROTH,{},NAME,{},$1.00,$5.00,${:.2},${},Cash", p.symbol(), p.quantity(), p.cost(), p.price())
        }) + "\n\"Date downloaded 12/28/2022 4:05 PM ET\"\n"
    }),
    ("e*trade lots", true, |portfolio| {
        rows(portfolio, "Account Summary\n\nSymbol,Last Price $,Qty #,Price Paid $,Value $", |p| {
            let (date, quantity, price) = (p.date.format("%m/%d/%Y"), p.quantity(), p.price());
            format!("{},1.00,{quantity},{price},5.00,\n   {date},1.00,{quantity},{price},5.00,", p.symbol())
        })
    }),
    ("interactive brokers lots", true, |portfolio| {
        let header = "Statement,Header,Field Name,Field Value\nStatement,Data,Title,Activity Statement\n\
            Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Open,Quantity,Mult,Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code";
        rows(portfolio, header, |p| {
            let (quantity, price, cost) = (p.quantity(), p.price(), p.cost());
            format!(
                "Open Positions,Data,Lot,Stocks,USD,{},\"{}, 10:15:01\",{quantity},,{price},{cost},1,1,1,ST",
                p.symbol(),
                p.date
            )
        })
    }),
    ("robinhood", true, |portfolio| {
        let header = "\"Activity Date\",\"Process Date\",\"Settle Date\",\"Instrument\",\"Description\",\"Trans Code\",\"Quantity\",\"Price\",\"Amount\"";
        rows(portfolio, header, |p| {
            let date = p.date.format("%-m/%-d/%Y");
            let cost = us(p.cost());
            format!(
                "\"{date}\",\"{date}\",\"{date}\",\"{}\",\"Name\nCUSIP: 1\",\"Buy\",\"{}\",\"${}\",\"(${cost})\"",
                p.symbol(),
                p.quantity(),
                us(p.price())
            )
        })
    }),
    ("trading 212", true, |portfolio| {
        rows(portfolio, "Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share)", |p| {
            let (quantity, price) = (p.quantity(), p.price());
            format!("Market buy,{} 14:30:03.613,{},{},Name,{quantity:.10},{price},USD", p.date, p.isin(), p.symbol())
        })
    }),
    ("ing", false, |portfolio| {
        rows(
            portfolio,
            "Depotübersicht\n\nISIN;Wertpapiername;Stück/Nominale;Einstandskurs;Währung;Kurswert;Währung",
            |p| format!("{};NAME;{};{};USD;1,00;USD", p.isin(), de(p.quantity()), de(p.price())),
        )
    }),
    ("degiro", true, |portfolio| {
        let header = "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde,,Wisselkoers,Transactiekosten en/of,,Totaal,,Order ID";
        rows(portfolio, header, |p| {
            let date = p.date.format("%d-%m-%Y");
            let (quantity, price) = (de(p.quantity()), de(p.price()));
            format!(
                "{date},16:01,NAME,{},NDQ,XNAS,\"{quantity}\",\"{price}\",USD,,USD,,EUR,,,EUR,,EUR,order-1",
                p.isin()
            )
        })
    }),
    ("vanguard", true, |portfolio| {
        let header = "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,Symbol,Shares,Share Price,Principal Amount,";
        rows(portfolio, header, |p| {
            let date = p.date.format("%m/%d/%Y");
            let (quantity, price, cost) = (p.quantity(), p.price(), p.cost());
            format!("1,{date},{date},Buy,Buy,NAME,{},{quantity},{price},-{cost:.2},", p.symbol())
        })
    }),
    ("m1", false, |portfolio| {
        rows(portfolio, "Symbol,Name,Quantity,Avg. Price,Cost Basis,Unrealized Gain ($),Value", |p| {
            format!("{},Name,\"{}\",\"{}\",\"{}\",1.00,1.00", p.symbol(), us(p.quantity()), us(p.price()), us(p.cost()))
        })
    }),
    ("own list", true, |portfolio| {
        rows(portfolio, "ticker;shares;price;date", |p| {
            format!("{};{};{};{}", p.symbol(), de(p.quantity()), de(p.price()), p.date.format("%d.%m.%Y"))
        })
    }),
    ("pasted table", true, |portfolio| {
        rows(portfolio, "Stock\tUnits\tBought on\tBuy price", |p| {
            format!("{}\t{}\t{}\t${}", p.symbol(), us(p.quantity()), p.date.format("%b %-d, %Y"), us(p.price()))
        })
    }),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reads_back_portfolio_in_any_layout(portfolio in portfolio()) {
        for (name, has_dates, write) in LAYOUTS {
            let text = write(&portfolio);
            let content = read_file(text.as_bytes(), &Reading::default(), &rules()).unwrap();
            let mut found: Vec<_> = content
                .positions
                .iter()
                .map(|p| (p.symbol.clone().unwrap_or_default(), p.entry_date, p.quantity, p.entry_price.unwrap_or(-1.0)))
                .collect();
            let mut wanted: Vec<_> = portfolio
                .iter()
                .map(|p| (p.symbol().to_owned(), has_dates.then_some(p.date), p.quantity(), p.price()))
                .collect();
            let order = |left: &(String, Option<NaiveDate>, f64, f64), right: &(String, Option<NaiveDate>, f64, f64)| {
                (&left.0, left.1).cmp(&(&right.0, right.1)).then(left.2.total_cmp(&right.2))
            };
            found.sort_by(order);
            wanted.sort_by(order);
            let is_same = found.len() == wanted.len()
                && found.iter().zip(&wanted).all(|(found, wanted)| {
                    found.0 == wanted.0
                        && found.1 == wanted.1
                        && (found.2 - wanted.2).abs() < 1e-6
                        && (found.3 - wanted.3).abs() < 0.0001 * wanted.3.max(1.0)
                });
            prop_assert!(is_same, "{name}\n{text}\n{found:?}\n{:?}", content.problems);
        }
    }
}
