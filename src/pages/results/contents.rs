//! The contents of the results page: links to its sections. Next to the page where it is wide
//! enough, in a disclosure at the top of the window elsewhere.

use leptos::prelude::*;

/// A link of the contents: the HTML ID of a section, and its name.
pub type Entry = (&'static str, &'static str);

/// Renders the contents. Both lists have the same links; the style sheet shows one of them.
pub fn nav(entries: &[Entry]) -> AnyView {
    let links = || {
        let items = entries.iter().map(|&(id, label)| view! { <li><a href=format!("#{id}")>{label}</a></li> });
        items.collect_view()
    };
    view! {
        <nav class="contents" aria-label="Contents">
            <ul class="contents-wide">{links()}</ul>
            <details class="contents-narrow">
                <summary>"Contents"</summary>
                <ul>{links()}</ul>
            </details>
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_each_section() {
        let html = Owner::new().with(|| nav(&[("answer", "Answer"), ("risk", "Risk")]).to_html());
        assert!(html.contains("aria-label=\"Contents\""), "{html}");
        for link in ["href=\"#answer\"", "href=\"#risk\""] {
            assert_eq!(html.matches(link).count(), 2, "{html}");
        }
    }
}
