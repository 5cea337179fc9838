"""Side-by-side benchmarks against named rivals, each pair in one run on one machine."""
