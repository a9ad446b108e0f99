/** Numbers about samples. The median is what is compared; minimum and maximum are shown so that a noisy run is seen as one. */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    min: sorted[0],
    max: sorted.at(-1),
    p99: quantile(sorted, 0.99),
    count: sorted.length,
  };
}

/** `sorted` ascending; the nearest rank, so that the result is always one of the samples. */
function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
