# The primary model with CAR(1) residuals where clients keep their worker, written out worker by worker: nlme's corCAR1 has
# no Satterthwaite df, and its optimizer stops on the relative likelihood. Parameters: sd of the worker, the Cholesky factor
# of the client's three effects by row, log residual sd, phi.
car1_blocks <- function(x, fixed) {
  frame <- model.matrix(as.formula(fixed), x); y <- x$total
  lapply(split(seq_len(nrow(x)), x$worker, drop = TRUE), function(r) list(x = frame[r, , drop = FALSE], y = y[r],
    z = cbind(1, x$joint_w[r], x$time[r]), same = outer(x$client[r], x$client[r], `==`),
    gap = abs(outer(x$day[r], x$day[r], `-`))))
}
car1_terms <- function(p, blocks) { # X'V^-1 X, X'V^-1 y, y'V^-1 y and log|V|, summed over workers
  low <- matrix(0, 3, 3); low[1, 1] <- p[2]; low[2, 1:2] <- p[3:4]; low[3, ] <- p[5:7]
  g <- low %*% t(low); out <- list(xx = 0, xy = 0, yy = 0, log_v = 0)
  for (b in blocks) {
    v <- p[1]^2 + b$same * (b$z %*% g %*% t(b$z) + exp(2 * p[8]) * p[9]^b$gap)
    root <- chol(v); w <- backsolve(root, cbind(b$x, b$y), transpose = TRUE); k <- ncol(b$x)
    s <- crossprod(w)
    out <- list(xx = out$xx + s[1:k, 1:k], xy = out$xy + s[1:k, k + 1], yy = out$yy + s[k + 1, k + 1],
                log_v = out$log_v + 2 * sum(log(diag(root))))
  }
  out
}
car1_deviance <- function(p, blocks) {
  t <- tryCatch(car1_terms(p, blocks), error = function(e) NULL)
  if (is.null(t) || !is.finite(t$log_v)) return(1e10)
  t$yy - sum(t$xy * solve(t$xx, t$xy)) + t$log_v + as.numeric(determinant(t$xx)$modulus)
}
car1_test <- function(x, fixed, start, term) { # REML; Satterthwaite df from numerical second derivatives of all parameters
  blocks <- car1_blocks(x, fixed); f <- function(p) car1_deviance(p, blocks)
  p <- start
  for (k in 1:4) { # Newton from nlme's end
    p <- optim(p, f, method = "BFGS", control = list(reltol = 1e-15, maxit = 500))$par
    p <- p - solve(hessian(f, p), grad(f, p))
  }
  i <- which(colnames(blocks[[1]]$x) == term); t <- car1_terms(p, blocks)
  variance <- function(p) solve(car1_terms(p, blocks)$xx)[i, i]
  slope <- grad(variance, p); spread <- drop(slope %*% (2 * solve(hessian(f, p))) %*% slope)
  list(estimate = unname(solve(t$xx, t$xy)[i]), std_error = sqrt(variance(p)), df = 2 * variance(p)^2 / spread,
       phi = p[9], gradient = max(abs(grad(f, p))))
}
