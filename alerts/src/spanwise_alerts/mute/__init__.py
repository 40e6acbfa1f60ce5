"""Hold back what nobody wants to be told now."""
