"""The sample province, made by the same services that people use."""
