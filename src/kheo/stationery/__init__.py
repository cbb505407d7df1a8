"""Official papers out: Word in the format of the day of issue, Excel tables."""
