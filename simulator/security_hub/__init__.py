"""The simulated Security Hub (CSPM): findings in ASFF, imported and read back."""
