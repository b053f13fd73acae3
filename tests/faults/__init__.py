"""One fault, one test; the numbers are the rows of docs/explanation/faults.md."""
