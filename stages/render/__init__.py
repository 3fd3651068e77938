"""Stage render: every figure and the report, for all networks at once, from numbers and arrays."""
