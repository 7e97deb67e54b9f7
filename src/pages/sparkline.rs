//! A small line without axes that shows how a value developed, for lists of portfolios.

use std::fmt::Write;

use leptos::{either::Either, prelude::*};

use crate::server::findings::sample::scaled;

/// Maximum number of points that are drawn.
const MAX_POINTS: usize = 64;

/// Renders the points as a line, from the oldest to the newest. `words` tell screen readers what
/// the line shows. Points that are not finite are left out; without at least two others, only the
/// words are rendered, for screen readers.
pub fn sparkline(points: &[f64], words: String) -> impl IntoView + use<> {
    let known: Vec<f64> = points.iter().copied().filter(|point| point.is_finite()).collect();
    let heights = scaled(&known, MAX_POINTS);
    if heights.len() < 2 {
        return Either::Left(view! { <span class="visually-hidden">{words}</span> });
    }
    let mut path = String::new();
    for (x, height) in heights.iter().enumerate() {
        let command = if x == 0 { 'M' } else { ' ' };
        // Writing to a `String` cannot fail.
        let _ = write!(path, "{command}{x} {}", 99 - height);
    }
    let view_box = format!("0 0 {} 99", heights.len() - 1);
    Either::Right(view! {
        <svg class="sparkline" role="img" aria-label=words viewBox=view_box preserveAspectRatio="none" fill="none">
            <path class="series main" d=path></path>
        </svg>
    })
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use proptest::prelude::*;

    use super::{MAX_POINTS, sparkline};

    fn html(points: &[f64]) -> String {
        Owner::new().with(|| sparkline(points, "Up 5%".to_owned()).into_view().to_html())
    }

    #[test]
    fn draws_lowest_point_at_the_bottom() {
        let html = html(&[1.0, 3.0, f64::NAN, 2.0]);
        assert!(html.contains("viewBox=\"0 0 2 99\"") && html.contains("d=\"M0 99 1 0 2 49\""), "{html}");
        assert!(html.contains("role=\"img\" aria-label=\"Up 5%\""), "{html}");
    }

    #[test]
    fn keeps_words_without_two_points() {
        for points in [vec![], vec![1.0], vec![f64::INFINITY, 1.0]] {
            let html = html(&points);
            assert!(html.contains("Up 5%") && !html.contains("<svg"), "{html}");
        }
    }

    proptest! {
        #[test]
        fn bounds_points_of_any_series(points in proptest::collection::vec(any::<f64>(), 2..500)) {
            let html = html(&points);
            let path = html.split(" d=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap_or_default());
            prop_assert!(path.split(' ').count() <= 2 * MAX_POINTS, "{}", path);
            prop_assert!(!html.contains("NaN") && !html.contains("inf"), "{}", html);
        }
    }
}
