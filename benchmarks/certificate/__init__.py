"""The certificate on synthetic and real streams: `./run bench certificate`."""
