"""One file a step; the name says what it brings."""
