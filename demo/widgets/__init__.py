"""What the tabs are built of: components of our own, the theme, and words as HTML."""
