//! How rhai compares floats: equal within one rounding step of the larger one. NaN is neither equal nor different.

/// The size that differences are measured against.
#[inline]
fn scale(x: f64, y: f64) -> f64 {
    if x * y == 0.0 {
        1.0
    } else {
        x.abs().max(y.abs())
    }
}

#[inline]
pub(super) fn equal(x: f64, y: f64) -> bool {
    (x - y).abs() / scale(x, y) <= f64::EPSILON
}

#[inline]
pub(super) fn different(x: f64, y: f64) -> bool {
    (x - y).abs() / scale(x, y) > f64::EPSILON
}

#[inline]
pub(super) fn greater(x: f64, y: f64) -> bool {
    (x - y) / scale(x, y) > f64::EPSILON
}

#[inline]
pub(super) fn greater_or_equal(x: f64, y: f64) -> bool {
    (x - y) / scale(x, y) > -f64::EPSILON
}

#[inline]
pub(super) fn less(x: f64, y: f64) -> bool {
    greater(y, x)
}

#[inline]
pub(super) fn less_or_equal(x: f64, y: f64) -> bool {
    greater_or_equal(y, x)
}
