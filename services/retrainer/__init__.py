"""Retrainer: learns from each correction once, and publishes model versions.

consumes   corrections; follows control (projects)
emits      models, dead letters
owns       the training database (ledger, versions, checkpoints) and the model artifacts
guarantees what it acknowledged is learned once, in ledger order; each version can be rebuilt
"""
