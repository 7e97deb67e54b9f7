//! Converts results to the rows of the CSV tables. The columns of a table correspond to fields of
//! the API.

use chrono::NaiveDate;
use status::UnavailableSymbol;

use crate::server::batch::{
    model::panel::MarketPanel,
    phases::{
        correlations::Correlations,
        factor_analysis::SymbolFactors,
        factor_exposures::{FactorExposure, WithMarket},
        position_betas::{Beta, PositionBeta, WindowBetas},
        position_values::PositionValue,
        snapshots::{ClosedPosition, Snapshot},
        symbol_metrics::SymbolMetrics,
        volatility::{Forecast, SeriesVolatility, VolatilityAnalysis, implied::Implied},
    },
};

/// The rows of a CSV file. The first row contains the column names.
pub type Rows = Vec<Vec<String>>;

pub(super) fn header(columns: &[&str]) -> Rows {
    vec![columns.iter().map(|&column| column.to_owned()).collect()]
}

/// Puts an apostrophe before text that a spreadsheet would treat as a formula.
pub(super) fn text(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

pub(super) fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn date(value: Option<NaiveDate>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Returns the API name of an enum variant.
fn enum_name<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn beta_cells(beta: Option<&Beta>) -> [String; 7] {
    let value = |field: fn(&Beta) -> Option<f64>| number(beta.and_then(field));
    [
        value(|beta| Some(beta.beta)),
        value(|beta| Some(beta.alpha)),
        value(|beta| Some(beta.std_error)),
        value(|beta| beta.t),
        value(|beta| Some(beta.p)),
        value(|beta| Some(beta.r_squared)),
        beta.map(|beta| beta.observations.to_string()).unwrap_or_default(),
    ]
}

pub fn positions(values: &[PositionValue], betas: &[PositionBeta]) -> Rows {
    let mut columns: Vec<String> = [
        "symbol",
        "quantity",
        "multiplier",
        "pricing",
        "price",
        "price_date",
        "market_value",
        "cost_basis",
        "unrealized_pnl",
        "weight",
        "stale",
    ]
    .map(str::to_owned)
    .to_vec();
    for window in ["market_90d", "market_252d", "rate_90d", "rate_252d"] {
        let fields = ["beta", "alpha", "std_error", "t", "p", "r_squared", "observations"];
        columns.extend(fields.map(|name| format!("{window}_{name}")));
    }
    let last = ["entry_price", "entry_price_source", "entry_price_date", "delta", "exposure_value", "income"];
    columns.extend(last.map(str::to_owned));
    let mut rows = vec![columns];
    let no_betas = PositionBeta::default();
    let no_rate_betas = WindowBetas::default();
    rows.extend(values.iter().enumerate().map(|(index, position)| {
        let betas = betas.get(index).unwrap_or(&no_betas);
        let rate = betas.rate_beta.as_ref().unwrap_or(&no_rate_betas);
        let mut row = vec![
            text(&position.symbol),
            position.quantity.to_string(),
            position.multiplier.to_string(),
            enum_name(position.pricing),
            number(position.price),
            date(position.price_date),
            number(position.market_value),
            number(position.cost_basis),
            number(position.unrealized_pnl),
            number(position.weight),
            position.stale.to_string(),
        ];
        for windows in [&betas.market_beta, rate] {
            row.extend(beta_cells(windows.day_90.as_ref()));
            row.extend(beta_cells(windows.day_252.as_ref()));
        }
        row.push(number(position.entry_price));
        row.push(enum_name(position.entry_price_source));
        row.push(date(position.entry_price_date));
        row.extend([position.delta, position.exposure_value, position.income].map(number));
        row
    }));
    rows
}

pub fn snapshots(days: &[Snapshot]) -> Rows {
    let mut rows = header(&[
        "date",
        "equity",
        "cash",
        "long_value",
        "short_value",
        "gross",
        "net",
        "pnl",
        "return",
        "drawdown",
        "income",
        "benchmark_return",
    ]);
    rows.extend(days.iter().map(|day| {
        let mut row = vec![day.date.to_string()];
        let values = [day.equity, day.cash, day.long_value, day.short_value, day.gross, day.net];
        row.extend(values.map(|value| value.to_string()));
        row.extend([day.pnl, day.daily_return, day.drawdown, day.income, day.benchmark_return].map(number));
        row
    }));
    rows
}

pub fn exposures(exposures: &[FactorExposure]) -> Rows {
    let mut rows = header(&[
        "factor",
        "kind",
        "exposure",
        "dollars",
        "coverage",
        "capped",
        "exposure_with_market",
        "dollars_with_market",
        "coverage_with_market",
    ]);
    rows.extend(exposures.iter().map(|factor| {
        let numbers = [factor.exposure, factor.dollars, factor.coverage].map(number);
        let mut row = vec![text(&factor.factor), enum_name(factor.kind)];
        row.extend(numbers);
        row.push(factor.capped.to_string());
        let with_market = |field: fn(&WithMarket) -> Option<f64>| number(factor.with_market.as_ref().and_then(field));
        row.extend([
            with_market(|style| style.exposure),
            with_market(|style| style.dollars),
            with_market(|style| style.coverage),
        ]);
        row
    }));
    rows
}

pub fn symbols(metrics: &[SymbolMetrics]) -> Rows {
    let mut rows = header(&[
        "symbol",
        "observations",
        "price",
        "price_date",
        "return_1d",
        "return_5d",
        "return_21d",
        "return_63d",
        "return_252d",
        "return_ytd",
        "volatility_21d",
        "volatility_63d",
        "volatility_252d",
        "volatility_ewma",
        "sharpe",
        "sortino",
        "skewness",
        "kurtosis",
        "max_drawdown",
        "max_drawdown_peak",
        "max_drawdown_trough",
    ]);
    rows.extend(metrics.iter().map(|symbol| {
        let (returns, volatility, drawdown) = (&symbol.returns, &symbol.volatility, symbol.max_drawdown.as_ref());
        let mut row =
            vec![text(&symbol.symbol), symbol.observations.to_string(), number(symbol.price), date(symbol.price_date)];
        let numbers = [
            returns.day_1,
            returns.day_5,
            returns.day_21,
            returns.day_63,
            returns.day_252,
            returns.ytd,
            volatility.day_21,
            volatility.day_63,
            volatility.day_252,
            volatility.ewma,
            symbol.sharpe,
            symbol.sortino,
            symbol.skewness,
            symbol.kurtosis,
            drawdown.map(|drawdown| drawdown.value),
        ];
        row.extend(numbers.map(number));
        row.extend([date(drawdown.map(|drawdown| drawdown.peak)), date(drawdown.map(|drawdown| drawdown.trough))]);
        row
    }));
    rows
}

pub fn factors(factors: &[SymbolFactors]) -> Rows {
    let mut rows = header(&["symbol", "kind", "factor", "beta", "t", "p", "r_squared", "observations"]);
    for symbol in factors {
        if let Some(fit) = &symbol.ridge {
            rows.extend(fit.betas.iter().map(|(style, beta)| {
                let (r_squared, observations) = (fit.r_squared.to_string(), fit.observations.to_string());
                let empty = String::new;
                vec![
                    text(&symbol.symbol),
                    "style".into(),
                    text(style),
                    beta.to_string(),
                    empty(),
                    empty(),
                    r_squared,
                    observations,
                ]
            }));
        }
        rows.extend(symbol.styles_with_market.iter().map(|(style, fit)| {
            vec![
                text(&symbol.symbol),
                "style_with_market".into(),
                text(style),
                fit.beta.to_string(),
                number(fit.t),
                fit.p.to_string(),
                String::new(),
                fit.observations.to_string(),
            ]
        }));
        rows.extend(symbol.spreads.iter().map(|fit| {
            vec![
                text(&symbol.symbol),
                "spread".into(),
                text(&fit.name),
                fit.beta.to_string(),
                number(fit.t),
                fit.p.to_string(),
                fit.r_squared.to_string(),
                fit.observations.to_string(),
            ]
        }));
    }
    rows
}

pub fn volatility(analysis: &VolatilityAnalysis) -> Rows {
    let mut rows = header(&[
        "of",
        "21d",
        "63d",
        "252d",
        "ewma",
        "percentile",
        "trend",
        "forecast_1d",
        "forecast_1d_r_squared",
        "forecast_1d_bounded",
        "forecast_21d",
        "forecast_21d_r_squared",
        "forecast_21d_bounded",
        "implied",
        "implied_date",
        "implied_reason",
    ]);
    let row = |name: String, series: &SeriesVolatility, implied: &Implied| {
        let mut row = vec![name];
        row.extend([series.day_21, series.day_63, series.day_252, series.ewma, series.percentile].map(number));
        row.push(series.trend.map(enum_name).unwrap_or_default());
        for forecast in [&series.har.day_1, &series.har.day_21] {
            let value = |field: fn(&Forecast) -> String| forecast.as_ref().map(field).unwrap_or_default();
            row.extend([
                value(|forecast| forecast.forecast.to_string()),
                value(|forecast| forecast.r_squared.to_string()),
                value(|forecast| forecast.bounded.to_string()),
            ]);
        }
        let reason = implied.reason.as_deref().map(text).unwrap_or_default();
        row.extend([number(implied.volatility), date(implied.date), reason]);
        row
    };
    rows.push(row("(portfolio)".to_owned(), &analysis.portfolio, &Implied::default()));
    rows.extend(analysis.positions.iter().map(|entry| row(text(&entry.symbol), &entry.volatility, &entry.implied)));
    rows
}

/// Returns the rows of the correlation matrix. Rows and columns are labeled with the symbols,
/// ordered by cluster.
pub fn correlations(correlations: &Correlations) -> Rows {
    let Correlations { symbols, matrix, order, .. } = correlations;
    let name = |index: &usize| symbols.get(*index).map(|symbol| text(symbol)).unwrap_or_default();
    let mut rows = vec![std::iter::once("symbol".to_owned()).chain(order.iter().map(name)).collect()];
    rows.extend(order.iter().map(|row| {
        let cell = |column: &usize| number(matrix.get(*row).and_then(|cells| cells.get(*column)).copied());
        std::iter::once(name(row)).chain(order.iter().map(cell)).collect()
    }));
    rows
}

pub fn prices(panel: &MarketPanel) -> Rows {
    let mut rows = header(&["date", "symbol", "close", "adj_close"]);
    for (symbol, series) in &panel.series {
        for ((date, close), adjusted) in panel.calendar.iter().zip(series.close()).zip(series.adj_close()) {
            if close.is_some() {
                rows.push(vec![date.to_string(), text(symbol), number(*close), number(*adjusted)]);
            }
        }
    }
    rows
}

pub fn closed(positions: &[ClosedPosition]) -> Rows {
    let mut rows = header(&[
        "symbol",
        "quantity",
        "multiplier",
        "entry_date",
        "exit_date",
        "entry_price",
        "exit_price",
        "income",
        "realized_pnl",
    ]);
    rows.extend(positions.iter().map(|position| {
        vec![
            text(&position.symbol),
            position.quantity.to_string(),
            position.multiplier.to_string(),
            position.entry_date.to_string(),
            position.exit_date.to_string(),
            position.entry_price.to_string(),
            position.exit_price.to_string(),
            number(position.income),
            position.realized_pnl.to_string(),
        ]
    }));
    rows
}

pub fn unavailable(symbols: &[UnavailableSymbol]) -> Rows {
    let mut rows = header(&["symbol", "reason"]);
    rows.extend(symbols.iter().map(|missing| vec![text(&missing.symbol), text(&missing.reason)]));
    rows
}

#[cfg(test)]
mod tests {
    use super::{number, text};

    #[test]
    fn escapes_formulas() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        assert_eq!(text("BRK.B"), "BRK.B");
    }

    #[test]
    fn writes_all_digits_and_empty_missing_numbers() {
        assert_eq!((number(Some(0.1 + 0.2)), number(None)), ("0.30000000000000004".to_owned(), String::new()));
    }
}
