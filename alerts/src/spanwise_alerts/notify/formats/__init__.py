"""How each service is told: one file for each."""
