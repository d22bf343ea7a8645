"""Text → layers: each finder is a pure function on the reading's text."""
