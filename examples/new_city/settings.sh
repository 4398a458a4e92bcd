# What the scripts need to know of your city; the plan's key is that of mapping.toml.
PLAN=exempleville-2026

# The figure that you are about to print: read it off "bilan figure" first.
DAY=2026-10-31
PERCENT=42
OF=12
PRINTED_IN="Premier bilan annuel, p. 2"
