"""What is asked of the ledger, and who may see which part of the answer."""
