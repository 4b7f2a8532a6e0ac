"""Deviations on demand: faults of the network, habits of other servers."""
