//! A QR code, drawn by the server.

use std::fmt::Write;

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// Width of the empty margin around the code, in modules. Readers need four.
const QUIET_ZONE: usize = 4;

/// The drawing of a QR code: black modules on white, with a margin, one unit per module.
#[derive(Debug, PartialEq, Eq)]
struct Drawing {
    /// Width and height, including the margin.
    size: usize,
    /// SVG path of the black modules, one rectangle for each run of them in a row.
    path: String,
}

impl Drawing {
    /// Draws a text. Returns `None` if it is too long for a QR code.
    fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    let length = run.len();
                    // Writing to a `String` cannot fail.
                    let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE);
                }
                x += run.len();
            }
        }
        Some(Self { size: width + 2 * QUIET_ZONE, path })
    }
}

/// A QR code of `text`, with a text alternative. Shows nothing if the text is too long for one.
///
/// The code is black on white in dark mode and with forced colors too, because many readers fail on
/// light codes.
#[component]
pub fn QrCodeImage(text: String, label: &'static str) -> impl IntoView {
    Drawing::new(&text).map(|Drawing { size, path }| {
        view! {
            <svg class="qr-code" role="img" aria-label=label viewBox=format!("0 0 {size} {size}") shape-rendering="crispEdges">
                <rect width=size height=size fill="#ffffff"></rect>
                <path d=path fill="#000000"></path>
            </svg>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Drawing, QUIET_ZONE};

    /// Paints the rectangles of a path such as `M4 4h7v1h-7z`. Returns for each pixel whether it is
    /// black; a module is `scale` pixels wide.
    fn paint(drawing: &Drawing, scale: usize) -> Vec<Vec<bool>> {
        let mut pixels = vec![vec![false; drawing.size * scale]; drawing.size * scale];
        for rectangle in drawing.path.split('M').skip(1) {
            let (x, rest) = rectangle.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let length = rest.split_once('v').unwrap().0;
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap() * scale);
            for row in &mut pixels[y..y + scale] {
                row[x..x + length].fill(true);
            }
        }
        pixels
    }

    fn decode(drawing: &Drawing) -> String {
        let pixels = paint(drawing, 4);
        let is_dark = |x: usize, y: usize| pixels[y][x];
        let mut image = rqrr::PreparedImage::prepare_from_bitmap(pixels.len(), pixels.len(), is_dark);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn draws_what_another_program_reads() {
        for text in
            ["http://127.0.0.1:3000/shared/x", &format!("https://{}.example/shared/{}", "a".repeat(50), "x".repeat(43))]
        {
            assert_eq!(decode(&Drawing::new(text).unwrap()), text);
        }
    }

    #[test]
    fn leaves_margin_of_four_modules() {
        let drawing = Drawing::new("x").unwrap();
        let pixels = paint(&drawing, 1);
        let black = |x: usize, y: usize| pixels[y][x];
        let last = drawing.size - 1;
        let margin = (0..QUIET_ZONE).flat_map(|at| [at, last - at]);
        assert!(margin.into_iter().all(|at| (0..=last).all(|along| !black(at, along) && !black(along, at))));
        assert!(black(QUIET_ZONE, QUIET_ZONE) && black(last - QUIET_ZONE, QUIET_ZONE));
    }

    #[test]
    fn draws_nothing_for_too_long_texts() {
        assert_eq!(Drawing::new(&"x".repeat(5_000)), None);
    }
}
