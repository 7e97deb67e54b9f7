//! How much of a vector lies along each eigenvector of a symmetric matrix, without the eigenvectors.
//!
//! A reflection turns the vector into the first direction, which tridiagonalisation leaves alone. So what is sought are
//! the first components of the eigenvectors of a tridiagonal matrix, and these an iteration on the eigenvalues carries
//! along, as for the weights of Gaussian quadrature (Golub and Welsch 1969): `n²` steps, where the eigenvectors take `n³`.

use faer::Mat;

use super::sums::{dot, largest_magnitude};
use super::tridiagonal::Tridiagonal;
use super::{Interrupt, Reason};

/// Rounds after which one eigenvalue is given up; two are usual.
const MAX_ROUNDS: usize = 60;

/// `(λ_k, (e_k'w)²)` for each eigenvalue `λ_k` of a symmetric matrix with its unit eigenvector `e_k`, in any order.
///
/// `matrix` is `n` by `n`, its lower triangle is read; `w` has `n` elements. Where eigenvalues are equal, their
/// eigenvectors are not unique, and the sum over them is given to any of them.
///
/// # Errors
/// [`Reason::ShapeMismatch`], [`Reason::NotFinite`], [`Reason::NoConvergence`],
/// [`Reason::Interrupted`].
pub fn spectral_measure(matrix: Mat<f64>, w: &[f64], interrupt: Interrupt<'_>) -> Result<Vec<(f64, f64)>, Reason> {
    if [matrix.nrows(), matrix.ncols()] != [w.len(); 2] {
        return Err(Reason::ShapeMismatch);
    }
    let squared_norm = dot(w, w);
    if !squared_norm.is_finite() {
        return Err(Reason::NotFinite);
    }
    let Tridiagonal { mut diagonal, mut beside, size, .. } = {
        let reflected = reflected(matrix, w);
        interrupt.check()?;
        Tridiagonal::of(&reflected)?
    };
    let mut first: Vec<f64> = (0..w.len()).map(|k| if k == 0 { 1.0 } else { 0.0 }).collect();
    implicit_ql(&mut diagonal, &mut beside, &mut first, interrupt)?;
    let along = |(value, component): (&f64, &f64)| (value * size, component * component * squared_norm);
    Ok(diagonal.iter().zip(&first).map(along).collect())
}

/// `H A H` with the reflection `H` that turns `w` into the first direction (Golub and Van Loan 2013, §5.1 and §8.3.1);
/// the lower triangle alone is right.
fn reflected(mut matrix: Mat<f64>, w: &[f64]) -> Mat<f64> {
    let norm = dot(w, w).sqrt();
    let Some(first) = w.first().filter(|_| norm > 0.0) else { return matrix };
    // H = I - 2 uu' / u'u, of the two such reflections the one in whose u nothing cancels.
    let mut u: Vec<f64> = w.iter().map(|w| w / norm).collect();
    u[0] += 1f64.copysign(*first);
    let scale = 2.0 / dot(&u, &u);
    // H A H = A - u q' - q u' with p = scale·Au and q = p - (scale / 2)(u'p) u.
    let mut p = symmetric_product(&matrix, &u);
    for entry in &mut p {
        *entry *= scale;
    }
    let half = 0.5 * scale * dot(&u, &p);
    let q: Vec<f64> = p.iter().zip(&u).map(|(p, u)| p - half * u).collect();
    for (column, entries) in matrix.col_iter_mut().enumerate() {
        let (along_u, along_q) = (u[column], q[column]);
        for ((entry, u), q) in entries.iter_mut().zip(&u).zip(&q) {
            *entry -= u * along_q + q * along_u;
        }
    }
    matrix
}

/// `A x`, of which the lower triangle of `A` is read.
fn symmetric_product(matrix: &Mat<f64>, x: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; x.len()];
    for (column, entries) in matrix.col_iter().enumerate() {
        let below = entries.iter().skip(column + 1);
        let mut sum = matrix[(column, column)] * x[column];
        for ((entry, x_row), row) in below.zip(&x[column + 1..]).zip(column + 1..) {
            sum += entry * x_row;
            product[row] += entry * x[column];
        }
        product[column] += sum;
    }
    product
}

/// Makes a tridiagonal matrix diagonal by rotations, which turn `row` along: QL with implicit shifts (Golub and Van Loan
/// 2013, algorithm 8.3.2, from the lower end).
///
/// What stands beside the diagonal counts as zero where it is rounding of the largest entry, which moves no eigenvalue
/// by more.
fn implicit_ql(
    diagonal: &mut [f64],
    beside: &mut [f64],
    row: &mut [f64],
    interrupt: Interrupt<'_>,
) -> Result<(), Reason> {
    let largest = largest_magnitude(diagonal).max(largest_magnitude(beside));
    let negligible = f64::EPSILON * largest;
    for start in 0..diagonal.len() {
        interrupt.check()?;
        let mut rounds = 0;
        loop {
            let end = (start..beside.len()).find(|&at| beside[at].abs() <= negligible).unwrap_or(beside.len());
            if end == start {
                break;
            }
            rounds += 1;
            if rounds > MAX_ROUNDS {
                return Err(Reason::NoConvergence);
            }
            chase(&mut diagonal[start..=end], &mut beside[start..end], &mut row[start..=end]);
        }
    }
    Ok(())
}

/// One round on a part in which nothing beside the diagonal is zero.
fn chase(diagonal: &mut [f64], beside: &mut [f64], row: &mut [f64]) {
    let last = beside.len();
    // The eigenvalue of the first two rows that is nearer to the first.
    let half = (diagonal[1] - diagonal[0]) / (2.0 * beside[0]);
    let shift = diagonal[0] - beside[0] / (half + half.hypot(1.0).copysign(half));
    let (mut cosine, mut sine, mut moved) = (1.0, 1.0, 0.0);
    let mut bulge = diagonal[last] - shift;
    for at in (0..last).rev() {
        let (across, along) = (sine * beside[at], cosine * beside[at]);
        let length = (across * across + bulge * bulge).sqrt();
        if let Some(next) = beside.get_mut(at + 1) {
            *next = length;
        }
        // Nothing is left to chase: what is above stands for itself.
        if length == 0.0 {
            diagonal[at + 1] -= moved;
            return;
        }
        (sine, cosine) = (across / length, bulge / length);
        let centre = diagonal[at + 1] - moved;
        let turned = (diagonal[at] - centre) * sine + 2.0 * cosine * along;
        moved = sine * turned;
        diagonal[at + 1] = centre + moved;
        bulge = cosine * turned - along;
        (row[at], row[at + 1]) = (cosine * row[at] - sine * row[at + 1], sine * row[at] + cosine * row[at + 1]);
    }
    diagonal[0] -= moved;
    beside[0] = bulge;
}

#[cfg(test)]
mod tests {
    use super::super::symmetric::from_triangle as symmetric;
    use super::*;
    use faer::Col;
    use proptest::prelude::*;

    #[test]
    fn a_vector_along_one_eigenvector_lies_along_no_other() {
        let mut measure = spectral_measure(symmetric(2, &[2.0, 1.0, 2.0]), &[3.0, 3.0], Interrupt::NEVER).unwrap();
        measure.sort_by(|a, b| a.0.total_cmp(&b.0));
        let expected = [(1.0, 0.0), (3.0, 18.0)];
        for ((value, share), (law_value, law_share)) in measure.into_iter().zip(expected) {
            assert!((value - law_value).abs() < 1e-14 && (share - law_share).abs() < 1e-14, "{value} {share}");
        }
    }

    #[test]
    fn nothing_lies_along_anything() {
        let shares: Vec<f64> = spectral_measure(symmetric(2, &[2.0, 1.0, 2.0]), &[0.0, 0.0], Interrupt::NEVER)
            .unwrap()
            .iter()
            .map(|(_, share)| *share)
            .collect();
        assert_eq!(shares, [0.0, 0.0]);
        assert_eq!(spectral_measure(Mat::new(), &[], Interrupt::NEVER), Ok(vec![]));
    }

    #[test]
    fn a_vector_of_another_length_and_a_matrix_that_is_not_square_are_refused() {
        assert_eq!(
            spectral_measure(symmetric(2, &[2.0, 1.0, 2.0]), &[1.0], Interrupt::NEVER),
            Err(Reason::ShapeMismatch)
        );
        assert_eq!(spectral_measure(Mat::zeros(1, 2), &[1.0], Interrupt::NEVER), Err(Reason::ShapeMismatch));
    }

    #[test]
    fn a_vector_along_the_first_direction_needs_no_turning() {
        let measure = spectral_measure(symmetric(2, &[3.0, 0.0, 5.0]), &[2.0, 0.0], Interrupt::NEVER).unwrap();
        assert_eq!(measure.iter().map(|(value, share)| value * share).sum::<f64>(), 12.0);
    }

    #[test]
    fn a_matrix_of_low_rank_has_zeros_for_eigenvalues() {
        let column = Col::from_fn(40, |i| (i as f64).sin());
        let matrix = &column * column.transpose();
        let w: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
        let measure = spectral_measure(matrix, &w, Interrupt::NEVER).unwrap();
        let along = (0..40).map(|i| column[i] * w[i]).sum::<f64>().powi(2);
        let sum: f64 = measure.iter().map(|(value, share)| value * share).sum();
        assert!((sum - along).abs() < 1e-12 * along, "{sum} {along}");
    }

    proptest! {
        #[test]
        fn the_shares_are_those_along_the_eigenvectors(
            upper in prop::collection::vec(-1.0..1.0f64, 36), w in prop::collection::vec(-1.0..1.0f64, 8),
        ) {
            let matrix = symmetric(8, &upper);
            let eigen = Tridiagonal::of(&matrix).unwrap().eigen(0..8, Interrupt::NEVER).unwrap();
            let gaps = eigen.values.windows(2).map(|pair| pair[1] - pair[0]);
            prop_assume!(gaps.fold(f64::INFINITY, f64::min) > 1e-3);
            let along = eigen.vectors.transpose() * Col::from_fn(8, |i| w[i]);
            let mut measure = spectral_measure(matrix, &w, Interrupt::NEVER).unwrap();
            measure.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (k, (value, share)) in measure.into_iter().enumerate() {
                prop_assert!((value - eigen.values[k]).abs() < 1e-13);
                prop_assert!((share - along[k].powi(2)).abs() < 1e-11);
            }
        }
    }
}
