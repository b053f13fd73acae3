"""The history of the review database's schema."""
