"""Take over from Alertmanager: read its configuration, and show ours in its words."""
