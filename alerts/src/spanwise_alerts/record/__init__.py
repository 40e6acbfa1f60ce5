"""Keep what happened and what is still to be told, across any crash."""
