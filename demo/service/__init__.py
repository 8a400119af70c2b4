"""What a click sets in motion."""
