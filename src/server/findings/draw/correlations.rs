//! Draws correlations as a grid of colored squares. The words name the pair that moves together
//! most, and the symbols in the order of the grid.

use std::fmt::Write;

use super::{Drawing, html::symbol};
use crate::{pages::format, server::findings::CorrelationGrid};

/// CSS classes of the shades, from strongly negative to strongly positive.
const SHADES: [&str; 9] = ["n4", "n3", "n2", "n1", "p0", "p1", "p2", "p3", "p4"];

pub(super) fn draw(grid: &CorrelationGrid) -> Drawing {
    let side = grid.symbols.len();
    if side < 2 {
        let html = "Fewer than two symbols have enough returns.".to_owned();
        return Drawing { class: "drawing", html };
    }
    // All squares of one shade are a single path, which keeps the drawing small.
    let mut paths: [String; 9] = Default::default();
    for (at, cell) in grid.cells.iter().enumerate() {
        let (x, y) = (at % side, at / side);
        // Writing into a string cannot fail.
        let _ = write!(paths[shade(*cell)], "M{x} {y}h1v1h-1z");
    }
    let mut squares = String::new();
    for (class, path) in SHADES.iter().zip(&paths).filter(|(_, path)| !path.is_empty()) {
        let _ = write!(squares, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    let names: Vec<String> = grid.symbols.iter().map(|name| symbol(name)).collect();
    let html = format!(
        "<svg viewBox=\"0 0 {side} {side}\" aria-hidden=\"true\">{squares}</svg><p>{}</p><p class=\"small\">{}{}</p>",
        closest(grid, &names),
        covered(grid, &names),
        diversification(grid)
    );
    Drawing { class: "drawing correlated", html }
}

fn shade(cell: i8) -> usize {
    // The result is between 0 and 8.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let shade = ((f64::from(cell.clamp(-100, 100)) / 25.0).round() + 4.0) as usize;
    shade
}

/// Names the pair with the highest correlation.
fn closest(grid: &CorrelationGrid, names: &[String]) -> String {
    let side = names.len();
    let pairs = (0..side).flat_map(|row| (0..row).map(move |column| (row, column)));
    let closest = pairs.max_by_key(|(row, column)| grid.cells.get(row * side + column));
    let Some((cell, (row, column))) = closest.and_then(|pair| Some((grid.cells.get(pair.0 * side + pair.1)?, pair)))
    else {
        return String::new();
    };
    let value = format::number(Some(f64::from(*cell) / 100.0));
    format!("Closest: {} and {} <b>{value}</b>", names[column], names[row])
}

fn covered(grid: &CorrelationGrid, names: &[String]) -> String {
    let largest = if grid.of > names.len() as u64 {
        format!("The {} largest of {}: ", names.len(), grid.of)
    } else {
        String::new()
    };
    format!("{largest}{}.", names.join(", "))
}

fn diversification(grid: &CorrelationGrid) -> String {
    let mean = grid.mean_absolute.map(|mean| format!(" Mean absolute correlation {}.", format::number(Some(mean))));
    let bets = grid.effective_bets.map(|bets| format!(" Effective number of bets {}.", format::number(Some(bets))));
    [mean, bets].into_iter().flatten().collect()
}
