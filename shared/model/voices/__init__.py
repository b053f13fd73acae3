"""What experts leave behind to be served: each immutable, in arrays and JSON."""
