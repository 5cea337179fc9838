"""Tests of differences and the way back."""
