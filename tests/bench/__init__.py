"""Benchmarks: one transition and one page of offers, each beside its anchors in the same run."""
