//! Renders the answer: the sentences, followed by the tiles.

use leptos::prelude::*;

use super::{
    super::{block::Basis, glance, overview::Overview},
    Situation,
};

/// Renders the section with the sentences and the tiles.
pub fn block(overview: &Overview<'_>, basis: &Basis, setup: &str) -> AnyView {
    let situation = Situation::from_overview(overview);
    let (main, more) = (situation.main_sentences(), situation.more_sentences());
    let nothing = main.is_empty() && more.is_empty();
    let main = if nothing {
        format!("Not enough has been calculated to say how {} portfolio did.", overview.words.your)
    } else {
        main.join(" ")
    };
    let main = (!main.is_empty()).then(|| view! { <p class="answer">{main}</p> });
    let more = (!more.is_empty()).then(|| view! { <p>{more.join(" ")}</p> });
    let older = overview.is_from_earlier_version().then(|| {
        view! {
            <p class="caution">
                "An earlier version calculated these results, so some figures below are missing. Run a retry to compute them: "
                <a href=setup.to_owned()>"Go to the setup"</a>
            </p>
        }
    });
    let basis_line = format!("{} \u{b7} {}", basis.as_of, basis.source);
    view! {
        <section id="answer" class="answer-section" aria-label="Answer">
            {main}
            {more}
            {older}
            <p class="small basis">{basis_line}</p>
            {glance::tiles(overview)}
        </section>
    }
    .into_any()
}
