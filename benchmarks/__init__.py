"""The figures that the documentation quotes, each made by one command: `./run bench NAME`."""
