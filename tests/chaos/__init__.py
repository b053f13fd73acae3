"""A campaign of kills against a real installation, and what must hold after it."""
