"""Who looks after what fires: acknowledgements, escalation until there is one, who is on call, signed links."""
