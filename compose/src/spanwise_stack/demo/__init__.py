"""The demo: a local provider, an agent that calls it, a fault, and the people whom the alert reaches."""
