//! Puts findings into the page. They exist only as HTML that the server has drawn, so the browser
//! neither parses nor hydrates them.

use leptos::prelude::*;
use status::Found;
use web_sys::Element;

/// Shows the findings of a poll. If they belong to another run than those on the page, first
/// removes the old ones.
pub fn show_found(found: &[Found], is_other_run: bool, is_over: bool) {
    while let Some(old) = is_other_run.then(|| document().query_selector("[data-at]").ok()?).flatten() {
        old.remove();
    }
    for found in found {
        // Without its panel, the page has no place for the finding. It shows everything else.
        let _ = put(found);
    }
    if is_over && let Some(title) = document().get_element_by_id("found-title") {
        title.set_text_content(Some(super::FOUND_AT_THE_END));
        if let Some(value) = document().get_element_by_id("found-value") {
            request_animation_frame(move || show_panel(&value));
        }
    }
}

/// Replaces the element with the finding's id, or inserts it where its id belongs in the panel.
fn put(Found { id, html, .. }: &Found) -> Option<()> {
    if let Some(known) = document().get_element_by_id(id) {
        known.set_outer_html(html);
        return Some(());
    }
    let panel = document().get_element_by_id(id.rsplit_once('-')?.0)?;
    if panel.first_element_child().is_none() {
        request_animation_frame({
            let panel = panel.clone();
            move || show_panel(&panel)
        });
    }
    let mut next: Option<Element> = panel.first_element_child();
    while let Some(element) = next.take_if(|element| element.id() < *id) {
        next = element.next_element_sibling();
    }
    let (place, beside) = next.map_or(("beforeend", panel), |next| ("beforebegin", next));
    beside.insert_adjacent_html(place, html).ok()
}

/// Scrolls to a panel with its first finding, unless the user is reading another one. The panels
/// scroll within their section, so nothing else moves.
fn show_panel(panel: &Element) {
    let strip = panel.closest(".found-panels:not(:hover, :focus-within)");
    if let Ok(Some(strip)) = strip
        && let Some(panel) = panel.parent_element()
    {
        let (to, from) = (panel.get_bounding_client_rect(), strip.get_bounding_client_rect());
        #[allow(clippy::cast_possible_truncation)] // pixels of a page
        let distance = |to: f64, from: f64| (to - from) as i32;
        strip.set_scroll_left(strip.scroll_left() + distance(to.left(), from.left()));
        strip.set_scroll_top(strip.scroll_top() + distance(to.top(), from.top()));
        // On a tablet, the section scrolls in place of the strip.
        if let Some(section) = strip.parent_element() {
            // The section's title stays at its top.
            let title = section.first_element_child().map_or(0.0, |title| title.get_bounding_client_rect().height());
            let top = section.get_bounding_client_rect().top() + title;
            section.set_scroll_top(section.scroll_top() + distance(to.top(), top));
        }
    }
}
