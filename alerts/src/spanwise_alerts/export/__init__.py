"""Rules told to others: Prometheus rule files."""
