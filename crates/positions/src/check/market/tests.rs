//! Tests of the comparison with known prices.
