"""What the bytes on the wire say, one file for each API."""
