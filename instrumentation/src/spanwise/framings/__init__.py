"""How a stream is cut into pieces, one file for each way."""
