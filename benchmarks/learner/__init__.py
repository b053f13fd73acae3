"""The learner beside the best online and batch models, on real data."""
