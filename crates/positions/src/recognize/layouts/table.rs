//! The table of known layouts. To add a broker, add an entry: its name, column names that together
//! identify its header, and what is peculiar to it. The vocabulary of columns usually covers the
//! rest.

use super::{Layout, TEMPLATE};
use crate::reading::{
    DateOrder::{self, DayMonthYear, MonthDayYear},
    Field,
};

/// A layout of which the vocabulary knows everything.
const fn layout(name: &'static str, header: &'static [&'static str]) -> Layout {
    Layout { name, header, columns: &[], date_order: None, currency: None, is_history: false }
}

impl Layout {
    const fn columns(self, columns: &'static [(&'static str, Field)]) -> Self {
        Self { columns, ..self }
    }

    const fn dates(self, order: DateOrder) -> Self {
        Self { date_order: Some(order), ..self }
    }

    const fn currency(self, code: &'static str) -> Self {
        Self { currency: Some(code), ..self }
    }

    const fn history(self) -> Self {
        Self { is_history: true, ..self }
    }
}

#[rustfmt::skip]
pub(super) static LAYOUTS: &[Layout] = &[
    layout(TEMPLATE, &["Symbol", "Quantity", "Entry Price Per Share", "Entry Date"]),

    layout("Charles Schwab positions", &["Symbol", "Description", "Price", "Cost Basis", "Security Type", "Reinvest Capital Gains?"])
        .dates(MonthDayYear),
    layout("Charles Schwab positions", &["Symbol", "Description", "Quantity", "Price", "Cost Basis", "Security Type"])
        .dates(MonthDayYear),
    layout("Charles Schwab transactions", &["Date", "Action", "Symbol", "Description", "Quantity", "Price", "Fees & Comm", "Amount"])
        .dates(MonthDayYear),
    layout("Charles Schwab lots", &["Open Date", "Quantity", "Price", "Cost/Share", "Cost Basis", "Holding Period"])
        .dates(MonthDayYear),
    layout("Charles Schwab lots", &["Symbol", "Open Date", "Quantity", "Price", "Cost Per Share", "Holding Period"])
        .dates(MonthDayYear),

    layout("Interactive Brokers activity", &["DataDiscriminator", "Asset Category", "Currency", "Symbol", "Open", "Quantity", "Mult", "Cost Price"])
        .columns(&[("Open", Field::EntryDate)]),
    layout("Interactive Brokers activity", &["DataDiscriminator", "Asset Category", "Currency", "Symbol", "Quantity", "Mult", "Cost Price"]),
    layout("Interactive Brokers activity", &["DataDiscriminator", "Asset Category", "Currency", "Symbol", "Date/Time", "Quantity", "T. Price"])
        .columns(&[("Proceeds", Field::Amount), ("Code", Field::Ignored)]).history(),
    layout("Interactive Brokers transactions", &["Date", "Account", "Description", "Transaction Type", "Symbol", "Gross Amount", "Net Amount"]),
    layout("Interactive Brokers Flex query", &["Symbol", "TradeDate", "Quantity", "TradePrice"]).history(),
    layout("Interactive Brokers Flex query", &["Symbol", "Date/Time", "Quantity", "TradePrice"]).history(),
    layout("Interactive Brokers Flex query", &["Symbol", "Quantity", "MarkPrice", "CostBasisPrice"])
        .columns(&[("OpenPrice", Field::Ignored), ("OpenDateTime", Field::EntryDate)]),

    layout("E*TRADE positions", &["Symbol", "Last Price $", "Price Paid $", "Value $"]).dates(MonthDayYear),
    layout("E*TRADE transactions", &["TransactionDate", "TransactionType", "SecurityType", "Symbol", "Quantity", "Amount", "Price", "Commission"])
        .dates(MonthDayYear),
    layout("E*TRADE transactions", &["Activity/Trade Date", "Activity Type", "Symbol", "Cusip", "Quantity #", "Price $", "Amount $"])
        .columns(&[("Activity Type", Field::Action)]).dates(MonthDayYear),

    layout("Robinhood activity", &["Activity Date", "Process Date", "Instrument", "Trans Code", "Quantity", "Price", "Amount"])
        .dates(MonthDayYear),
    layout("Trading 212 transactions", &["Action", "Time", "ISIN", "Ticker", "No. of shares", "Price / share"])
        .columns(&[("Time", Field::EntryDate)]),
    layout("ING (Germany) positions", &["ISIN", "Wertpapiername", "Stück/Nominale", "Einstandskurs"]).dates(DayMonthYear),
    layout("Scalable Capital transactions", &["date", "status", "reference", "assetType", "type", "isin", "shares", "price"])
        .columns(&[("type", Field::Action)]),
    layout("Nordnet transactions", &["Affärsdag", "Transaktionstyp", "Värdepapper", "ISIN", "Antal", "Kurs"])
        // `Kurs` is in the currency of the share, which no column states; the columns `Valuta`
        // belong to the amounts in the currency of the account.
        .columns(&[("Valuta", Field::Ignored), ("Belopp", Field::Ignored), ("Inköpsvärde", Field::Ignored)]),
    layout("DEGIRO transactions", &["Datum", "Tijd", "Product", "ISIN", "Beurs", "Aantal", "Koers"]).dates(DayMonthYear).history(),
    layout("DEGIRO transactions", &["Date", "Time", "Product", "ISIN", "Quantity", "Price", "Local value"]).dates(DayMonthYear).history(),
    layout("DEGIRO transactions", &["Datum", "Uhrzeit", "Produkt", "ISIN", "Anzahl", "Kurs"]).dates(DayMonthYear).history(),
    layout("DEGIRO transactions", &["Date", "Heure", "Produit", "Code ISIN", "Quantité", "Cours"]).dates(DayMonthYear).history(),
    layout("Webull orders", &["Symbol", "Side", "Status", "Filled", "Total Qty", "Avg Price", "Filled Time"]).dates(MonthDayYear),
    layout("M1 Finance holdings", &["Symbol", "Name", "Quantity", "Avg. Price", "Cost Basis", "Unrealized Gain ($)"]),
    layout("Vanguard holdings", &["Account Number", "Investment Name", "Symbol", "Shares", "Share Price", "Total Value"]).dates(MonthDayYear),
    layout("Vanguard transactions", &["Trade Date", "Transaction Type", "Investment Name", "Symbol", "Shares", "Share Price", "Principal Amount"])
        .dates(MonthDayYear),

    layout("TD Ameritrade transactions", &["DATE", "TRANSACTION ID", "DESCRIPTION", "QUANTITY", "SYMBOL", "PRICE", "COMMISSION", "AMOUNT"])
        .dates(MonthDayYear).history(),
    layout("Fidelity positions", &["Symbol", "Description", "Quantity", "Last Price", "Current Value", "Cost Basis Total"])
        .columns(&[("Type", Field::Ignored), ("Cost Basis Per Share", Field::EntryPrice)]).dates(MonthDayYear),
    layout("Fidelity history", &["Run Date", "Action", "Symbol", "Quantity"])
        .columns(&[("Type", Field::Ignored), ("Security Type", Field::Ignored)]).dates(MonthDayYear),
    layout("Fidelity stock plan lots", &["Date acquired", "Quantity", "Cost basis", "Cost basis/share"]).dates(MonthDayYear),
    layout("Merrill positions", &["Symbol", "Description", "Quantity", "Price", "Unit Cost", "Cost Basis"]).dates(MonthDayYear),
    layout("Merrill transactions", &["Trade Date", "Settlement Date", "Description", "Symbol/CUSIP", "Quantity", "Price", "Amount"])
        .dates(MonthDayYear).history(),
    layout("Morgan Stanley at Work", &["Execution Date", "Order Number", "Plan", "Type", "Order Status", "Price", "Quantity"])
        .columns(&[("Type", Field::Action), ("Plan", Field::Description)]).history(),
    layout("Hargreaves Lansdown positions", &["Code", "Stock", "Units held", "Price (pence)", "Cost (£)"])
        .columns(&[("Code", Field::Symbol), ("Stock", Field::Description), ("Price (pence)", Field::MarketPrice),
                   ("Cost (£)", Field::CostBasis), ("Value (£)", Field::MarketValue)])
        .dates(DayMonthYear),
    layout("Hargreaves Lansdown history", &["Trade date", "Settle date", "Reference", "Description", "Unit cost (p)", "Quantity"])
        .columns(&[("Reference", Field::Action)]).dates(DayMonthYear).history(),
    layout("AJ Bell positions", &["Investment", "Quantity", "Price", "Value (£)", "Cost (£)"])
        .columns(&[("Price", Field::MarketPrice), ("Cost (£)", Field::CostBasis), ("Date", Field::Ignored), ("Time", Field::Ignored)])
        .dates(DayMonthYear),
    layout("interactive investor history", &["Date", "Settlement Date", "Symbol", "Sedol", "Quantity", "Price", "Debit", "Credit"])
        .columns(&[("Settlement Date", Field::Ignored)]).dates(DayMonthYear).currency("GBP").history(),
    layout("Vanguard UK transactions", &["Date", "Details", "Amount", "Balance"])
        .columns(&[("Details", Field::Description)]).dates(DayMonthYear).currency("GBP").history(),
    layout("Freetrade activity", &["Type", "Timestamp", "Account Currency", "Buy / Sell", "Ticker", "ISIN", "Quantity"])
        .columns(&[("Buy / Sell", Field::Action), ("Timestamp", Field::EntryDate),
                   ("Price per Share in Account Currency", Field::Ignored), ("Price per Share", Field::EntryPrice),
                   ("Total Amount", Field::Ignored), ("Account Currency", Field::Ignored)]),
    layout("Questrade activities", &["Transaction Date", "Settlement Date", "Action", "Symbol", "Quantity", "Price", "Gross Amount", "Activity Type"])
        .columns(&[("Transaction Date", Field::EntryDate)]),
    layout("Wealthsimple activities", &["transaction_date", "account_id", "activity_type", "activity_sub_type", "symbol"])
        .columns(&[("direction", Field::Ignored), ("activity_sub_type", Field::Action)]),
    layout("Zerodha holdings", &["Instrument", "Qty.", "Avg. cost", "LTP"]).columns(&[("Instrument", Field::Symbol)]).currency("INR"),
    layout("Zerodha tradebook", &["symbol", "isin", "trade_date", "trade_type", "quantity", "price", "trade_id"]).currency("INR"),
    layout("Groww holdings", &["Stock Name", "ISIN", "Quantity", "Average buy price", "Buy value"]).dates(DayMonthYear).currency("INR"),
    layout("Avanza transactions", &["Datum", "Konto", "Typ av transaktion", "Värdepapper/beskrivning", "Antal", "Kurs"]),
    layout("Saxo trades", &["Client ID", "Trade Date", "Instrument", "Type", "Event"]).columns(&[("Type", Field::Ignored)]),
    layout("Parqet activities", &["datetime", "price", "shares", "amount", "type", "identifier"])
        .columns(&[("identifier", Field::Isin), ("type", Field::Action)]),
    layout("moomoo orders", &["Side", "Symbol", "Name", "Filled@Avg Price", "Order Time"]).dates(MonthDayYear),
    layout("TradeStation trades", &["Account", "T/D", "S/D", "Currency", "Type", "Side", "Symbol", "Qty", "Price"])
        .columns(&[("Type", Field::Ignored), ("Exec Time", Field::Ignored)]).dates(MonthDayYear),
    layout("Sharesight trades", &["Market", "Code", "Name", "Type", "Date", "Quantity", "Price *"])
        .columns(&[("Code", Field::Symbol), ("Type", Field::Action)]).dates(DayMonthYear),
    layout("Yahoo Finance portfolio", &["Symbol", "Current Price", "Date", "Trade Date", "Purchase Price", "Quantity"])
        .columns(&[("Date", Field::Ignored), ("Time", Field::Ignored), ("Volume", Field::Ignored), ("Open", Field::Ignored),
                   ("Comment", Field::Ignored)]),
];
