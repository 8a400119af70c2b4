"""The work that a click sets in motion: denoisings, inspections of uploads, trainings and their downloads."""
