# Errors of the panel with feedback by a dense calculation: the normal density of each client's series (mvtnorm), its scores and
# second derivatives by numDeriv, the sandwich written out. lavaan's own errors leave out the bend of the stationarity
# constraints, so that they serve for estimates and log-likelihood alone.
# Run in this folder after make.R: Rscript errors.R  (reads lavaan.json, writes errors.json)
suppressMessages({library(mvtnorm); library(numDeriv); library(jsonlite)})
ERROR <- 0.15
NAMES <- c("beta", "lambda", "phi", "rho", "gamma", "u", "e", "mx", "my", "pg", "pgm", "pm")

implied <- function(q, T) {
  q <- as.list(q)
  A <- matrix(c(q$rho, q$beta * q$rho + q$lambda, q$gamma, q$beta * q$gamma + q$phi), 2)
  Q <- matrix(c(q$u, q$beta * q$u, q$beta * q$u, q$beta^2 * q$u + q$e), 2)
  P <- matrix(solve(diag(4) - kronecker(A, A), c(Q)), 2)
  psi <- matrix(c(q$pg, q$pgm, q$pgm, q$pm), 2)
  S <- matrix(0, 2 * T, 2 * T); own <- P
  for (k in 0:(T - 1)) {
    for (t in 1:(T - k)) {
      i <- 2 * (t + k) - 1:0; j <- 2 * t - 1:0
      S[i, j] <- own + psi; S[j, i] <- t(own + psi)
    }
    own <- A %*% own
  }
  list(mean = rep(c(q$mx, q$my), T), S = S + diag(rep(c(0, ERROR), T)))
}

series <- function(d) {
  T <- max(d$occasion)
  z <- t(sapply(split(d, d$client), function(one) { v <- rep(NA, 2 * T); v[2 * one$occasion - 1] <- one$x; v[2 * one$occasion] <- one$y; v }))
  list(z = z, T = T, worker = tapply(d$worker, d$client, function(w) w[1]))
}
by_client <- function(q, s) {
  names(q) <- NAMES; m <- implied(q, s$T)
  apply(s$z, 1, function(v) { k <- !is.na(v); dmvnorm(v[k], m$mean[k], m$S[k, k, drop = FALSE], log = TRUE) })
}
found <- function(case, file) {
  s <- series(read.csv(file)); start <- unlist(read_json("lavaan.json")[[case]]$estimate)[NAMES]
  f <- function(q) sum(by_client(q, s))
  H <- hessian(f, start); q <- start - solve(H, grad(f, start)); H <- hessian(f, q)
  U <- jacobian(function(q) by_client(q, s), q); B <- solve(-H)
  root <- function(meat) as.list(setNames(sqrt(diag(B %*% meat %*% B)), NAMES))
  G <- rowsum(U, s$worker); W <- nrow(G)
  list(log_likelihood = f(q), estimate = as.list(setNames(q, NAMES)), by_client = root(crossprod(U)),
       by_worker = root(crossprod(G) * W / (W - 1)))
}
out <- list(complete = found("complete_ml", "complete.csv"), incomplete = found("incomplete_fiml", "incomplete.csv"),
            clustered = found("clustered_mlr", "clustered.csv"))
write_json(out, "errors.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
