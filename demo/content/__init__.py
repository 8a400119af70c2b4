"""The built-in pictures, and the kinds of noise on offer."""
