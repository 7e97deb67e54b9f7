//! The names of lines, written next to their ends. The legend above the chart has them as well, so
//! nothing is lost where they are hidden.

use leptos::prelude::*;

/// Minimum distance between two names, in percent of the chart's height.
const DISTANCE: f64 = 9.0;

/// Maximum length of a name, in characters. The column for the names has a fixed width.
const LONGEST: usize = 16;

/// A name with the CSS class of its line, and the height at which the line ends, in percent from
/// the top.
pub struct EndLabel {
    pub name: String,
    pub class: &'static str,
    pub height: f64,
}

/// Renders the names, or nothing if there is only one line or a name is too long.
pub fn end_labels(labels: Vec<EndLabel>) -> Option<impl IntoView + use<>> {
    if labels.len() < 2 || labels.iter().any(|label| label.name.chars().count() > LONGEST) {
        return None;
    }
    let heights = apart(&labels.iter().map(|label| label.height).collect::<Vec<_>>());
    let texts = labels.into_iter().zip(heights).map(|(label, height)| {
        view! { <text class=label.class y=format!("{height:.0}%") dy=".35em">{label.name}</text> }
    });
    Some(view! { <svg class="ends" aria-hidden="true">{texts.collect_view()}</svg> })
}

/// Moves heights that are too close away from each other, and keeps their order. Returns them in
/// the order of the input.
fn apart(heights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]));
    let mut moved = heights.to_vec();
    let mut lowest = 0.0;
    for &at in &order {
        moved[at] = moved[at].max(lowest);
        lowest = moved[at] + DISTANCE;
    }
    let mut highest = 100.0;
    for &at in order.iter().rev() {
        moved[at] = moved[at].min(highest);
        highest = moved[at] - DISTANCE;
    }
    moved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DISTANCE, apart};

    #[test]
    fn keeps_heights_that_are_far_apart() {
        assert_eq!(apart(&[80.0, 20.0]), [80.0, 20.0]);
        assert_eq!(apart(&[99.0, 98.0]), [100.0, 91.0]);
    }

    proptest! {
        #[test]
        fn separates_names_of_any_heights(heights in proptest::collection::vec(0.0..100.0f64, 2..6)) {
            let mut moved = apart(&heights);
            moved.sort_by(f64::total_cmp);
            prop_assert!(moved.windows(2).all(|pair| pair[1] - pair[0] > DISTANCE - 1e-9), "{:?}", moved);
            prop_assert!(moved[0] >= 0.0 && moved[moved.len() - 1] <= 100.0, "{:?}", moved);
        }
    }
}
