"""Questions to the ledger: totals, drill-down, exports."""
