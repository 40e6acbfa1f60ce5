"""Say what a series was expected to be, and how unusual it is: many series at once, constant work for each point."""
