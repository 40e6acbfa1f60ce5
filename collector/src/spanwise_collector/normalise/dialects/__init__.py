"""One file a dialect, each with a `DIALECT`; a new file is found by itself."""
