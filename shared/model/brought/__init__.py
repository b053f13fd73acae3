"""Models that a project brings: made from a dotted path, fitted, stored without pickle."""
