"""Put it into words and bring it to people."""
