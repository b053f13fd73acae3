"""Scorer: turns requests into predictions.

consumes   requests; follows control (projects) and models (versions)
emits      predictions, dead letters
owns       nothing: a cache of models
guarantees one prediction a request, naming the model version that made it; swaps lose none
"""
