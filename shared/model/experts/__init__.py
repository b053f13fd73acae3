"""The instant experts: each learns an example within a fraction of a millisecond."""
