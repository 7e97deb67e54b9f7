//! Tests of the checks over positions, without a file.
