"""The layer between the network and the app: access, uploads, visitors' folders, error messages."""
