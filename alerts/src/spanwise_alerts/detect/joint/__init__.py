"""An agent as a whole: many numbers of it at once, against how it usually is."""
