"""A report's form as a workbook: written, read when it comes back, compared; no database."""
