//! Symbols without prices in a correction, each with a field for the right symbol.

use leptos::prelude::*;
use positions::DraftClass;

use super::{CheckView, positions_table::lines};
use crate::pages::format::count;

/// Maximum number of fields.
const MAX_TYPED: usize = 20;

/// Renders the symbols of a correction that have no prices. Renders nothing for a new portfolio,
/// whose page only lists what will be left out.
pub fn unpriced_symbols(view: &CheckView) -> Option<impl IntoView + use<>> {
    let positions = &view.checked.content.positions;
    let rows_of = |symbol: &String| -> Vec<u64> {
        let is_named = |name: &Option<String>| name.as_ref() == Some(symbol);
        let named =
            positions.iter().filter(|position| position.class == DraftClass::Public && is_named(&position.symbol));
        named.flat_map(|position| position.rows.iter().copied()).collect()
    };
    let unavailable = view.checked.prices.unavailable.iter();
    let unpriced: Vec<_> =
        unavailable.map(|symbol| (symbol, rows_of(symbol))).filter(|(_, rows)| !rows.is_empty()).collect();
    if view.corrects.is_none() || unpriced.is_empty() {
        return None;
    }
    let more = unpriced.len().saturating_sub(MAX_TYPED);
    let more = (more > 0).then(|| {
        view! { <p class="small">{format!("And {} more; correct them in the file itself.", count(more))}</p> }
    });
    let fields = unpriced
        .into_iter()
        .take(MAX_TYPED)
        .map(|(symbol, rows)| {
            let name = format!("symbol_{symbol}");
            let noun = if rows.len() == 1 { "line" } else { "lines" };
            view! {
                <div class="field">
                    <label for=name.clone()>{format!("{symbol} ({noun} {})", lines(&rows))}</label>
                    <input id=name.clone() name=name type="text" autocomplete="off"/>
                </div>
            }
        })
        .collect_view();
    Some(view! {
        <section class="card" aria-labelledby="unpriced-title">
            <h2 id="unpriced-title">"Symbols without prices"</h2>
            <p>"If one of them is misspelled, type the right symbol. What has no price is left out of every figure."</p>
            <div class="choices">{fields}</div>
            {more}
            <button class="button" name="action" value="update">"Apply"</button>
        </section>
    })
}
