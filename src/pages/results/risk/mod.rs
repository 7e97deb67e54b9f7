//! *Risk*: the risk of today's positions beside that of the past, the losses of bad days, and how
//! concentrated the portfolio is.

mod concentration;

use leptos::prelude::*;
use status::counted;

use self::concentration::Concentration;
use super::{
    block::{Basis, Block},
    format::{self, count},
    glance::past_volatility,
    glossary::Term,
    overview::Overview,
    tables::{missing_note, table, wide_table},
    words::{amount, share},
};

/// Renders the block. Returns `None` if the positions have not been valued yet.
pub fn block(overview: &Overview<'_>, basis: &Basis) -> Option<AnyView> {
    let values = overview.out.values.as_deref()?;
    let days = overview.risk.map_or(0, |risk| risk.observations);
    let block = Block {
        id: "risk",
        title: "Risk",
        window: if days > 0 {
            format!("today's positions over the last {days} daily returns")
        } else {
            "no daily returns measured".to_owned()
        },
        note: if days > 0 { method(overview) } else { String::new() },
        table: None,
    };
    let equity = overview.equity();
    let concentration = Concentration::new(values, equity);
    let sectors = concentration.sectors();
    let sectors = (!sectors.is_empty()).then(|| {
        view! {
            <h3>"Sectors"</h3>
            <p class="small">{format!("As named in the column Investment Subtype of {} file, the largest first.", overview.words.your)}</p>
            {table("Sectors", &["Sector", "Positions", "Value, $", "Share of the portfolio"], sectors)}
        }
    });
    let content = view! {
        <p>{why_they_differ(overview)}</p>
        {losses(overview)}
        <h3>"Concentration"</h3>
        {concentration_table(overview, &concentration)}
        {sectors}
    };
    Some(block.view(basis, content))
}

/// Describes how the losses are measured and what they leave out.
fn method(overview: &Overview<'_>) -> String {
    let left_out = overview.risk.map_or(0, |risk| risk.left_out.len());
    let without = if left_out == 0 {
        String::new()
    } else {
        let positions = counted(left_out as u64, "position");
        format!(" Without {positions} that can't be measured, named under What helped and what hurt.")
    };
    let by_delta = if overview.has_options() {
        " Options count by their delta, which changes with larger moves; that is not included."
    } else {
        ""
    };
    format!(
        "Historical simulation of one day: today's positions on each of these days, with interpolated quantiles.{by_delta}{without}"
    )
}

/// Compares the volatility of today's positions with that of the portfolio's past.
fn why_they_differ(overview: &Overview<'_>) -> String {
    let today = overview.risk.and_then(|risk| risk.volatility);
    let past = overview.out.volatility.as_ref().and_then(|analysis| past_volatility(&analysis.portfolio));
    volatility_in_words(today, past, &overview.risk_reason())
}

fn volatility_in_words(today: Option<f64>, past: Option<(f64, u32)>, reason: &str) -> String {
    let past_words = |(volatility, days): (f64, u32)| format!("{} a year over the last {days} days", share(volatility));
    match (today, past) {
        (Some(today), Some(past)) => format!(
            "Today's positions, with today's weights, have a volatility of {} a year. The portfolio itself had {}. The \
             two differ where it held other positions, weights or cash.",
            share(today),
            past_words(past)
        ),
        (Some(today), None) => {
            format!("Today's positions, with today's weights, have a volatility of {} a year.", share(today))
        }
        (None, Some(past)) => {
            format!(
                "The risk of today's positions is unknown: {reason}. The portfolio itself had a volatility of {}.",
                past_words(past)
            )
        }
        (None, None) => format!("The risk is unknown: {reason}."),
    }
}

/// Renders the table of one-day losses. Returns `None` if none of them is known.
fn losses(overview: &Overview<'_>) -> Option<AnyView> {
    let risk = overview.risk?;
    let (var, shortfall) = (risk.value_at_risk, risk.expected_shortfall);
    var.percent_95.or(var.percent_99)?;
    let equity = overview.equity();
    let rows = [
        (Term::ValueAtRisk, "Value at risk, 95%", var.percent_95, "reached or exceeded on 1 day in 20"),
        (Term::ExpectedShortfall, "Expected shortfall, 95%", shortfall.percent_95, "the average of those days"),
        (Term::ValueAtRisk, "Value at risk, 99%", var.percent_99, "reached or exceeded on 1 day in 100"),
        (Term::ExpectedShortfall, "Expected shortfall, 99%", shortfall.percent_99, "the average of those days"),
    ];
    let rows = rows.map(|(term, label, loss, words)| {
        let words = match loss {
            Some(loss) if loss < 0.0 => "even such days ended with a gain",
            _ => words,
        };
        let dollars = equity.zip(loss).map(|(equity, loss)| dollars_of(equity * loss));
        view! {
            <tr>
                <th scope="row">{term.button_with_label(label)}</th>
                <td>{format::percent(loss)}</td>
                <td>{dollars.unwrap_or_else(|| format::MISSING.to_owned())}</td>
                <td class="words">{words}</td>
            </tr>
        }
        .into_any()
    });
    let columns = ["Loss of one day", "Share", "Amount", "In words"];
    Some(wide_table("Losses of bad days", &columns, rows.into_iter().collect()))
}

/// Formats a loss in dollars; a gain has a minus sign.
fn dollars_of(loss: f64) -> String {
    if loss < 0.0 { format::money(Some(loss)) } else { amount(loss) }
}

fn concentration_table(overview: &Overview<'_>, concentration: &Concentration<'_>) -> AnyView {
    let correlations = overview.out.correlations.as_ref();
    let largest = concentration
        .largest()
        .map_or_else(|| format::MISSING.to_owned(), |(symbol, share)| format!("{symbol}, {}", format::percent(share)));
    let day = overview.last_day();
    let of_equity =
        |value: Option<f64>| format::percent(overview.equity().zip(value).map(|(equity, value)| value / equity));
    let mut rows: Vec<Vec<String>> = vec![
        vec!["Largest symbol".to_owned(), largest],
        vec!["Five largest symbols".to_owned(), format::percent(concentration.top(5))],
        vec!["Symbols held".to_owned(), count(concentration.symbols())],
        vec![
            "Effective positions".to_owned(),
            format::number(correlations.and_then(|correlations| correlations.effective_positions)),
        ],
        vec![
            "Effective bets".to_owned(),
            format::number(correlations.and_then(|correlations| correlations.effective_bets)),
        ],
        vec!["Long positions".to_owned(), of_equity(day.map(|day| day.long_value))],
        vec!["Short positions".to_owned(), of_equity(day.map(|day| day.short_value))],
        vec!["Net".to_owned(), of_equity(day.map(|day| day.net))],
        vec!["Cash".to_owned(), of_equity(day.map(|day| day.cash))],
    ];
    if let Some((net, gross)) = overview.exposed().filter(|_| overview.has_options()) {
        rows.push(vec!["Net, options by delta".to_owned(), of_equity(Some(net))]);
        rows.push(vec!["Gross, options by delta".to_owned(), of_equity(Some(gross))]);
    }
    let why = missing_note(
        &rows,
        "nothing is held, the value of the portfolio isn't positive, or too few symbols have 30 daily returns.",
    );
    let table = table("Concentration", &["Measure", "Value"], rows);
    view! { {table}{why} }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_todays_risk_with_the_past() {
        assert_eq!(
            volatility_in_words(Some(0.155), Some((0.127, 252)), ""),
            "Today's positions, with today's weights, have a volatility of 15.5% a year. The portfolio itself had 12.7% a \
             year over the last 252 days. The two differ where it held other positions, weights or cash."
        );
        assert_eq!(
            volatility_in_words(None, None, "fewer than 60 days on which every symbol has a return"),
            "The risk is unknown: fewer than 60 days on which every symbol has a return."
        );
    }

    #[test]
    fn marks_gain_on_bad_day_with_minus() {
        assert_eq!((dollars_of(1_234.4), dollars_of(-12.0)), ("$1,234".into(), "-$12".into()));
        assert_eq!(dollars_of(0.2), "less than $1");
    }
}
