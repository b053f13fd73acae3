"""Real data, streamed through the system as if it happened now."""
