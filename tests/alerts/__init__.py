"""Every alert rings when the real thing breaks, as a real Prometheus sees it."""
