"""Ask for numbers: the rule's measure, at this moment."""
