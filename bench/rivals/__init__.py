"""The servers that virtgraph is measured beside: small ones, written as their own documentation recommends."""
