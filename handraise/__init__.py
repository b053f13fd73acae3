"""The front door: command line, `up`, demos, HTTP client; it knows public interfaces only."""
