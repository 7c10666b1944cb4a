"""What every room may import: errors, closed sets of options, params.yaml as typed models."""
