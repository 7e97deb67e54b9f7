//! A small line without axes: the equity curve of a portfolio in a list.

use std::fmt::Write;

use leptos::prelude::*;

/// Width and height of the drawing, in units of its view box.
const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 32.0;

/// Draws the points as a line. `words` describes it to people who do not see it.
pub fn sparkline(points: &[f64], words: String) -> impl IntoView + use<> {
    let path = path(points);
    view! {
        <svg class="sparkline" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=words>
            <path class="series" d=path fill="none" vector-effect="non-scaling-stroke"/>
        </svg>
    }
}

/// Returns the path of the line, scaled to the drawing with a margin of one unit.
fn path(points: &[f64]) -> String {
    let low = points.iter().copied().fold(f64::INFINITY, f64::min);
    let high = points.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let step = (WIDTH - 2.0) / (points.len().saturating_sub(1).max(1)) as f64;
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let share = if high > low { (point - low) / (high - low) } else { 0.5 };
        let (x, y) = (1.0 + step * index as f64, 1.0 + (HEIGHT - 2.0) * (1.0 - share));
        // Writing to a string cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn scales_points_to_drawing() {
        assert_eq!(path(&[10.0, 30.0, 20.0]), "M1.0 31.0L60.0 1.0L119.0 16.0");
        assert_eq!(path(&[7.0, 7.0]), "M1.0 16.0L119.0 16.0");
        assert_eq!(path(&[]), "");
    }
}
