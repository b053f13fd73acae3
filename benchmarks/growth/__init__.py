"""What growth costs: measured constants, extrapolated to a million events a second."""
