"""What others see: metrics, the query API, health."""
