"""The names under which requests are counted, for those who count and for those who read the counts."""

NAMESPACE = "Showreel"

LATENCY_BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10")
"""Upper ends of the latency histogram's buckets, in seconds; what is slower counts in "+Inf"."""
