"""What the tabs are built of: components of our own, the theme, and text as HTML."""
