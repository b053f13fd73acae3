"""The challengers: models that are fitted anew from many examples, off the hot path.

Each gives a voice of plain arrays, so that nothing of scikit-learn is needed to serve it.
"""
