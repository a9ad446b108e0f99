//! How rhai compares floats: equal within one rounding step of the larger one. NaN is neither equal to a number nor
//! different from it; beside zero it counts as equal.

/// The size that differences are measured against; zero only when NaN meets zero, which rhai takes for equal.
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
    let scale = scale(x, y);
    scale == 0.0 || (x - y).abs() / scale <= f64::EPSILON
}

#[inline]
pub(super) fn different(x: f64, y: f64) -> bool {
    let scale = scale(x, y);
    scale != 0.0 && (x - y).abs() / scale > f64::EPSILON
}

#[inline]
pub(super) fn greater(x: f64, y: f64) -> bool {
    let scale = scale(x, y);
    scale != 0.0 && (x - y) / scale > f64::EPSILON
}

#[inline]
pub(super) fn greater_or_equal(x: f64, y: f64) -> bool {
    let scale = scale(x, y);
    scale == 0.0 || (x - y) / scale > -f64::EPSILON
}

#[inline]
pub(super) fn less(x: f64, y: f64) -> bool {
    greater(y, x)
}

#[inline]
pub(super) fn less_or_equal(x: f64, y: f64) -> bool {
    greater_or_equal(y, x)
}
