"""The deviance of a design in theta, and its gradient, without a row met twice."""
