//! Gram matrix: the product of a matrix with its transpose.

use faer::{
    Accum, Mat, MatRef, Par,
    linalg::matmul::triangular::{BlockStructure, matmul},
};

/// Computes the product `V V'` of a matrix with its transpose. The result is symmetric to the last
/// bit.
pub fn gram(v: MatRef<'_, f64>) -> Mat<f64> {
    let n = v.nrows();
    let mut product = Mat::zeros(n, n);
    let whole = BlockStructure::Rectangular;
    let lower = BlockStructure::TriangularLower;
    matmul(&mut product, lower, Accum::Replace, v, whole, v.transpose(), whole, 1.0, Par::Seq);
    for column in 1..n {
        for row in 0..column {
            product[(row, column)] = product[(column, row)];
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplies_rows_with_rows() {
        let v = Mat::from_fn(2, 3, |i, j| (3 * i + j) as f64);
        assert_eq!(gram(v.as_ref()), Mat::from_fn(2, 2, |i, j| [[5.0, 14.0], [14.0, 50.0]][i][j]));
    }

    #[test]
    fn returns_empty_product_of_empty_matrix() {
        assert_eq!(gram(Mat::new().as_ref()).nrows(), 0);
    }
}
