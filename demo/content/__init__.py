"""The built-in pictures, and the noise that can be added."""
