"""What is done in those processes. No Gradio here."""
