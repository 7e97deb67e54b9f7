//! A bar around zero within a table cell, next to the cell with its number.

use leptos::prelude::*;

/// Renders the cell of a bar whose length is `value` relative to `largest`, the largest size in its
/// column. Bars of negative values extend to the left. Screen readers skip the bar, because the
/// number is in the cell before it.
pub fn bar_cell(value: Option<f64>, largest: f64) -> AnyView {
    let Some(value) = value.filter(|_| largest > 0.0) else { return view! { <td></td> }.into_any() };
    // The view box is 100 units wide and zero is in the middle, so each side has 50 units.
    let width = (50.0 * value.abs() / largest).min(50.0);
    let x = if value < 0.0 { 50.0 - width } else { 50.0 };
    let class = if value < 0.0 { "bar loss" } else { "bar gain" };
    view! {
        <td class="bar-cell">
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class=class x=format!("{x:.1}") y="1" width=format!("{width:.1}") height="8"></rect>
                <line class="zero" x1="50" x2="50" y1="0" y2="10" vector-effect="non-scaling-stroke"></line>
            </svg>
        </td>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_losses_to_the_left_of_zero() {
        let html = |value, largest| Owner::new().with(|| bar_cell(value, largest).to_html());
        assert!(html(Some(-5.0), 10.0).contains("x=\"25.0\""), "{}", html(Some(-5.0), 10.0));
        assert!(html(Some(20.0), 10.0).contains("width=\"50.0\""), "bars end at the edge");
        assert!(!html(None, 10.0).contains("rect") && !html(Some(1.0), 0.0).contains("rect"));
    }
}
