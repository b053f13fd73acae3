"""The images, really built and really run, without an engine: `./run image`."""
