//! The rows of each table: the columns of the API, written out.

use chrono::NaiveDate;
use status::UnavailableSymbol;

use crate::server::batch::{
    model::panel::MarketPanel,
    phases::{
        correlations::Correlations,
        factor_analysis::SymbolFactors,
        factor_exposures::FactorExposure,
        position_betas::{Beta, PositionBeta, WindowBetas},
        position_values::PositionValue,
        snapshots::Snapshot,
        symbol_metrics::SymbolMetrics,
        volatility::{Forecast, SeriesVolatility, VolatilityAnalysis, implied::Implied},
    },
};

/// A file's rows, the first one with the names of the columns.
pub type Rows = Vec<Vec<String>>;

fn head(columns: &[&str]) -> Rows {
    vec![columns.iter().map(|&column| column.to_owned()).collect()]
}

/// A text that no spreadsheet computes.
fn text(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn date(value: Option<NaiveDate>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn beta(of: Option<&Beta>) -> [String; 7] {
    let value = |field: fn(&Beta) -> Option<f64>| number(of.and_then(field));
    [
        value(|beta| Some(beta.beta)),
        value(|beta| Some(beta.alpha)),
        value(|beta| Some(beta.std_error)),
        value(|beta| beta.t),
        value(|beta| Some(beta.p)),
        value(|beta| Some(beta.r_squared)),
        of.map(|beta| beta.observations.to_string()).unwrap_or_default(),
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
        let of = ["beta", "alpha", "std_error", "t", "p", "r_squared", "observations"];
        columns.extend(of.map(|name| format!("{window}_{name}")));
    }
    let mut rows = vec![columns];
    let none = PositionBeta::default();
    let none_rate = WindowBetas::default();
    rows.extend(values.iter().enumerate().map(|(at, of)| {
        let betas = betas.get(at).unwrap_or(&none);
        let rate = betas.rate_beta.as_ref().unwrap_or(&none_rate);
        let mut row = vec![
            text(&of.symbol),
            of.quantity.to_string(),
            of.multiplier.to_string(),
            word(of.pricing),
            number(of.price),
            date(of.price_date),
            number(of.market_value),
            of.cost_basis.to_string(),
            number(of.unrealized_pnl),
            number(of.weight),
            of.stale.to_string(),
        ];
        for windows in [&betas.market_beta, rate] {
            row.extend(beta(windows.day_90.as_ref()));
            row.extend(beta(windows.day_252.as_ref()));
        }
        row
    }));
    rows
}

pub fn snapshots(days: &[Snapshot]) -> Rows {
    let mut rows =
        head(&["date", "equity", "cash", "long_value", "short_value", "gross", "net", "pnl", "return", "drawdown"]);
    rows.extend(days.iter().map(|day| {
        let mut row = vec![day.date.to_string()];
        let known = [day.equity, day.cash, day.long_value, day.short_value, day.gross, day.net];
        row.extend(known.map(|value| value.to_string()));
        row.extend([day.pnl, day.daily_return, day.drawdown].map(number));
        row
    }));
    rows
}

pub fn exposures(exposures: &[FactorExposure]) -> Rows {
    let mut rows = head(&["factor", "kind", "exposure", "dollars", "coverage", "capped"]);
    rows.extend(exposures.iter().map(|of| {
        let numbers = [of.exposure, of.dollars, of.coverage].map(number);
        let mut row = vec![text(&of.factor), word(of.kind)];
        row.extend(numbers);
        row.push(of.capped.to_string());
        row
    }));
    rows
}

pub fn symbols(metrics: &[SymbolMetrics]) -> Rows {
    let mut rows = head(&[
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
    rows.extend(metrics.iter().map(|of| {
        let (returns, volatility, fall) = (&of.returns, &of.volatility, of.max_drawdown.as_ref());
        let mut row = vec![text(&of.symbol), of.observations.to_string(), number(of.price), date(of.price_date)];
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
            of.sharpe,
            of.sortino,
            of.skewness,
            of.kurtosis,
            fall.map(|fall| fall.value),
        ];
        row.extend(numbers.map(number));
        row.extend([date(fall.map(|fall| fall.peak)), date(fall.map(|fall| fall.trough))]);
        row
    }));
    rows
}

pub fn factors(factors: &[SymbolFactors]) -> Rows {
    let mut rows = head(&["symbol", "kind", "factor", "beta", "t", "p", "r_squared", "observations"]);
    for of in factors {
        if let Some(fit) = &of.ridge {
            rows.extend(fit.betas.iter().map(|(style, beta)| {
                let (r_squared, observations) = (fit.r_squared.to_string(), fit.observations.to_string());
                let none = String::new;
                vec![
                    text(&of.symbol),
                    "style".into(),
                    text(style),
                    beta.to_string(),
                    none(),
                    none(),
                    r_squared,
                    observations,
                ]
            }));
        }
        rows.extend(of.spreads.iter().map(|fit| {
            vec![
                text(&of.symbol),
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
    let mut rows = head(&[
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
    let row = |name: String, of: &SeriesVolatility, implied: &Implied| {
        let mut row = vec![name];
        row.extend([of.day_21, of.day_63, of.day_252, of.ewma, of.percentile].map(number));
        row.push(of.trend.map(word).unwrap_or_default());
        for forecast in [&of.har.day_1, &of.har.day_21] {
            let value = |field: fn(&Forecast) -> String| forecast.as_ref().map(field).unwrap_or_default();
            row.extend([
                value(|of| of.forecast.to_string()),
                value(|of| of.r_squared.to_string()),
                value(|of| of.bounded.to_string()),
            ]);
        }
        let reason = implied.reason.as_deref().map(text).unwrap_or_default();
        row.extend([number(implied.volatility), date(implied.date), reason]);
        row
    };
    rows.push(row("(portfolio)".to_owned(), &analysis.portfolio, &Implied::default()));
    rows.extend(analysis.positions.iter().map(|of| row(text(&of.symbol), &of.volatility, &of.implied)));
    rows
}

/// A square with the names along both sides, in the order of the clusters.
pub fn correlations(of: &Correlations) -> Rows {
    let name = |at: &usize| of.symbols.get(*at).map(|symbol| text(symbol)).unwrap_or_default();
    let mut rows = vec![std::iter::once("symbol".to_owned()).chain(of.order.iter().map(name)).collect()];
    rows.extend(of.order.iter().map(|row| {
        let cell = |column: &usize| number(of.matrix.get(*row).and_then(|cells| cells.get(*column)).copied());
        std::iter::once(name(row)).chain(of.order.iter().map(cell)).collect()
    }));
    rows
}

pub fn prices(panel: &MarketPanel) -> Rows {
    let mut rows = head(&["date", "symbol", "close", "adj_close"]);
    for (symbol, series) in &panel.series {
        for ((date, close), adjusted) in panel.calendar.iter().zip(series.close()).zip(series.adj_close()) {
            if close.is_some() {
                rows.push(vec![date.to_string(), text(symbol), number(*close), number(*adjusted)]);
            }
        }
    }
    rows
}

pub fn unavailable(symbols: &[UnavailableSymbol]) -> Rows {
    let mut rows = head(&["symbol", "reason"]);
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
