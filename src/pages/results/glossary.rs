//! The glossary: each term of the results page with one or two plain sentences.
//!
//! A term is a button that opens its explanation as a popover. Browsers do this without a script:
//! they close it on Escape or a click elsewhere, and move the focus into it and back. The
//! explanations are in the page once, however often a term appears. A browser without popovers
//! shows them all at the end of the page.

use leptos::prelude::*;

/// A term that the glossary explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Alpha,
    ActiveReturn,
    Beta,
    Calmar,
    Capture,
    Concentration,
    Contribution,
    Correlation,
    Delta,
    Dividends,
    Drawdown,
    EffectiveBets,
    EffectivePositions,
    Equity,
    Ewma,
    ExpectedShortfall,
    Exposure,
    Factors,
    Har,
    ImpliedVolatility,
    InformationRatio,
    Kurtosis,
    Percentile,
    RSquared,
    RealizedPnl,
    Return,
    Ridge,
    RiskFree,
    RiskOfToday,
    Sharpe,
    Short,
    Skewness,
    Sortino,
    Spread,
    TrackingError,
    UnrealizedPnl,
    ValueAtRisk,
    Volatility,
}

impl Term {
    /// All terms, in the order in which the page contains their explanations.
    pub const ALL: [Self; 38] = [
        Self::Alpha,
        Self::ActiveReturn,
        Self::Beta,
        Self::Calmar,
        Self::Capture,
        Self::Concentration,
        Self::Contribution,
        Self::Correlation,
        Self::Delta,
        Self::Dividends,
        Self::Drawdown,
        Self::EffectiveBets,
        Self::EffectivePositions,
        Self::Equity,
        Self::Ewma,
        Self::ExpectedShortfall,
        Self::Exposure,
        Self::Factors,
        Self::Har,
        Self::ImpliedVolatility,
        Self::InformationRatio,
        Self::Kurtosis,
        Self::Percentile,
        Self::RSquared,
        Self::RealizedPnl,
        Self::Return,
        Self::Ridge,
        Self::RiskFree,
        Self::RiskOfToday,
        Self::Sharpe,
        Self::Short,
        Self::Skewness,
        Self::Sortino,
        Self::Spread,
        Self::TrackingError,
        Self::UnrealizedPnl,
        Self::ValueAtRisk,
        Self::Volatility,
    ];

    /// Returns the end of the explanation's HTML ID, the term's name, and its explanation.
    #[rustfmt::skip]
    const fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Alpha => ("alpha", "Alpha", "The return a year that the market's moves don't explain. The ± is its standard error: if alpha is smaller than twice that, it may well be chance."),
            Self::ActiveReturn => ("active-return", "Active return", "The portfolio's return minus the benchmark's over the same days."),
            Self::Beta => ("beta", "Beta", "How much something moves with the market. At 0.7, it tends to move 0.7% when the market moves 1%; below 0, it tends to move the other way."),
            Self::Calmar => ("calmar", "Calmar ratio", "The compounded return a year divided by the maximum drawdown: how much was earned for the worst fall."),
            Self::Capture => ("capture", "Up and down capture", "The portfolio's mean return on days when the market rose (or fell), as a share of the market's. High when it rises and low when it falls is good."),
            Self::Concentration => ("concentration", "Concentration", "How much of the portfolio is in few positions. The more, the more it depends on each of them."),
            Self::Contribution => ("contribution", "Contribution", "The part of a result that comes from one symbol. Contributions to return add up to the portfolio's gain or loss, contributions to risk to its volatility. A negative one lowers the risk."),
            Self::Correlation => ("correlation", "Correlation", "How closely two symbols move together: 1 in step, 0 independently, −1 in opposite directions."),
            Self::Delta => ("delta", "Delta", "How many dollars an option's price moves when its underlying moves by one dollar. Betas and risk count an option as that many shares."),
            Self::Dividends => ("dividends", "Dividends", "Cash that companies and funds paid to holders. Shorts pay them. They are part of the portfolio's return."),
            Self::Drawdown => ("drawdown", "Drawdown", "How far the value is below its highest point so far. The maximum drawdown is the worst drop from a peak to a later low."),
            Self::EffectiveBets => ("effective-bets", "Effective bets", "How many independent sources the risk comes from. Holdings of similar size that share a direction, as most stocks do, count as little more than one."),
            Self::EffectivePositions => ("effective-positions", "Effective positions", "How many positions of equal size would be as concentrated as this portfolio."),
            Self::Equity => ("equity", "Equity", "What the portfolio is worth: cash plus positions, with shorts subtracted."),
            Self::Ewma => ("ewma", "EWMA", "Exponentially weighted volatility: recent days count more than older ones (RiskMetrics, factor 0.94 a day)."),
            Self::ExpectedShortfall => ("expected-shortfall", "Expected shortfall", "The average loss on the days that are as bad as the value at risk, or worse."),
            Self::Exposure => ("exposure", "Exposure", "How much the portfolio moves with a factor, as a multiple of its value. 1 means that it moves as much as the factor."),
            Self::Factors => ("factors", "Factors", "Traits that many stocks share, such as being cheap (value), rising (momentum), or calm (low volatility). Funds that hold such stocks measure them."),
            Self::Har => ("har", "HAR model", "Forecasts volatility from that of the last day, week and month (Corsi 2009). R² says how much of the past variation it explained; low means little confidence."),
            Self::ImpliedVolatility => ("implied-volatility", "Implied volatility", "The volatility at which the option model gives the option's market price: how much the market expects the underlying to move."),
            Self::InformationRatio => ("information-ratio", "Information ratio", "The active return a year divided by the tracking error: how steadily the portfolio beat the benchmark. Negative means it fell behind."),
            Self::Kurtosis => ("kurtosis", "Excess kurtosis", "How often extreme days occur. 0 is as in a normal distribution; higher means more extreme days."),
            Self::Percentile => ("percentile", "Percentile", "The share of the past year's days with a volatility at or below today's."),
            Self::RSquared => ("r-squared", "R²", "How much of the variation a model explains, from 0% to 100%."),
            Self::RealizedPnl => ("realized-pnl", "Realized P&L", "Profit or loss of positions that are closed: proceeds minus cost, plus dividends while they were held."),
            Self::Return => ("return", "Return", "How much the value changed, with dividends, as a share of what it was before, compounded day by day."),
            Self::Ridge => ("ridge", "Ridge regression", "A regression on all styles at once that keeps betas small if the styles move alike. Without the market among them, the styles mostly measure the market."),
            Self::RiskFree => ("risk-free", "Risk-free rate", "What cash would have earned. Ratios such as Sharpe count only the return above it."),
            Self::RiskOfToday => ("todays-risk", "Risk of today's positions", "How much today's positions would have moved over the last year, with today's weights. The past risk is that of the positions held at the time."),
            Self::Sharpe => ("sharpe", "Sharpe ratio", "The mean daily return above the risk-free rate, as a rate a year, divided by the volatility: the reward per unit of risk. It can be above 0 after a small loss."),
            Self::Short => ("short", "Short", "Borrowed shares that were sold. A short position gains when the price falls and loses when it rises."),
            Self::Skewness => ("skewness", "Skewness", "Below 0, large losses are more common than large gains; above 0, the reverse."),
            Self::Sortino => ("sortino", "Sortino ratio", "Like the Sharpe ratio, but only moves below the risk-free rate count as risk."),
            Self::Spread => ("spread", "Spread", "The return of one fund minus that of another, such as growth minus value. It measures the trait with most of the market's own moves removed."),
            Self::TrackingError => ("tracking-error", "Tracking error", "How far the portfolio's daily returns stray from the benchmark's, as a volatility a year."),
            Self::UnrealizedPnl => ("unrealized-pnl", "Unrealized P&L", "Profit or loss that open positions would have if they were sold at their last price."),
            Self::ValueAtRisk => ("value-at-risk", "Value at risk", "A loss that is reached or exceeded on 1 day in 20 (95%) or 1 day in 100 (99%), measured on the last year's days."),
            Self::Volatility => ("volatility", "Volatility", "How much returns vary, as a standard deviation a year. At 15%, about two years in three end within 15 points of the average."),
        }
    }

    fn id(self) -> String {
        format!("term-{}", self.entry().0)
    }

    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// Renders the term as a button that explains it, labeled with the term's own name.
    pub fn button(self) -> AnyView {
        self.button_with_label(self.name())
    }

    /// Renders the button with another label, such as "Bad day" for the value at risk.
    pub fn button_with_label(self, label: &str) -> AnyView {
        let label = label.to_owned();
        view! { <button class="term" type="button" popovertarget=self.id()>{label}</button> }.into_any()
    }

    fn explanation(self) -> impl IntoView {
        let (id, (_, name, text)) = (self.id(), self.entry());
        let name_id = format!("{id}-name");
        let label_id = name_id.clone();
        view! {
            <div id=id class="card explanation" popover="auto" role="dialog" aria-labelledby=label_id tabindex="-1" autofocus=true>
                <p class="strong" id=name_id>{name}</p>
                <p>{text}</p>
            </div>
        }
    }
}

/// Returns the terms that a block of the results page explains below its title.
fn terms_of_block(id: &str) -> &'static [Term] {
    use Term::{
        ActiveReturn, Beta, Concentration, Contribution, Correlation, Delta, Dividends, Drawdown, EffectiveBets,
        EffectivePositions, Equity, Ewma, ExpectedShortfall, Exposure, Factors, Har, ImpliedVolatility, Kurtosis,
        Percentile, RSquared, RealizedPnl, Ridge, RiskFree, RiskOfToday, Sharpe, Short, Skewness, Sortino, Spread,
        UnrealizedPnl, ValueAtRisk, Volatility,
    };
    match id {
        "comparison" => &[ActiveReturn, RiskFree],
        "equity" => &[Equity, Drawdown],
        "exposure" => &[Exposure],
        "contributions" => &[Contribution, RealizedPnl, Dividends],
        "positions" => &[UnrealizedPnl, Beta, Volatility, Short, Delta],
        "risk" => &[RiskOfToday, ValueAtRisk, ExpectedShortfall, Concentration, EffectivePositions],
        "exposures" => &[Factors, Exposure, Beta, Ridge, Spread],
        "factors" => &[Beta, RSquared, Ridge, Spread],
        "volatility" => &[Volatility, Ewma, Percentile, Har, ImpliedVolatility],
        "correlations" => &[Correlation, EffectiveBets, EffectivePositions],
        "symbols" => &[Sharpe, Sortino, Skewness, Kurtosis, Drawdown],
        _ => &[],
    }
}

/// Renders the line of terms of a block. Returns `None` if the block has no terms to explain.
pub fn line_of_block(id: &str) -> Option<AnyView> {
    let terms = terms_of_block(id);
    let buttons: Vec<AnyView> = terms.iter().map(|term| term.button()).collect();
    (!buttons.is_empty()).then(|| view! { <p class="small terms">"In plain words: "{buttons}</p> }.into_any())
}

/// Renders the explanations of all terms. Browsers hide them until a term's button is pressed.
pub fn explanations() -> AnyView {
    view! { <div class="explanations">{Term::ALL.map(Term::explanation).collect_view()}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn explains_every_term_once_and_briefly() {
        let ids: BTreeSet<String> = Term::ALL.into_iter().map(Term::id).collect();
        assert_eq!(ids.len(), Term::ALL.len());
        for term in Term::ALL {
            let (_, name, text) = term.entry();
            assert!(text.ends_with('.') && (30..260).contains(&text.len()), "{name}: {}", text.len());
        }
    }

    #[test]
    fn opens_explanation_by_its_id() {
        let html = Owner::new().with(|| view! { {Term::Beta.button()}{explanations()} }.to_html());
        assert!(html.contains("popovertarget=\"term-beta\""), "{html}");
        assert!(html.contains("id=\"term-beta\"") && html.contains("popover=\"auto\""), "{html}");
    }
}
