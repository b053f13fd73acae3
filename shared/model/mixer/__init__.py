"""How far to trust each voice: temperature, log-opinion pool, fixed share."""
