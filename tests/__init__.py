"""All tests. `./run test` runs them."""
