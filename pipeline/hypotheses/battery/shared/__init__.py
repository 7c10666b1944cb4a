"""What checks of the battery share."""
