"""From a deviance to its optimum, proved with a Hessian."""
