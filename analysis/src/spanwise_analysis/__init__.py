"""Why: pure functions over frames; no input or output. One file answers one question."""
