"""Measures the hub from outside, beside the least that could do the same. bench/README.md says what and how."""
