# The imputation model as pan and jomo have it, on three data sets made here: posterior means of the parameters with their
# Monte Carlo errors (20 batches); for the yes/no beside jomo the maximum likelihood of lme4 (probit), see README.md. Run: Rscript models.R (two minutes); writes *.csv and
# models.json beside it. Priors: inverse Wishart, df = size, scale = identity, on all covariance matrices.
suppressMessages({library(pan); library(jomo); library(jsonlite)})
batch <- function(draws) { # draws: iterations x parameters
  b <- 20; n <- nrow(draws) %/% b * b; m <- sapply(seq_len(ncol(draws)), function(j) colMeans(matrix(draws[seq_len(n), j], ncol = b)))
  list(mean = colMeans(m), error = apply(m, 2, sd) / sqrt(b), sd = apply(draws, 2, sd))
}
low <- function(a) { # p x p x iterations -> iterations x lower triangle, row by row
  p <- dim(a)[1]; at <- which(lower.tri(diag(p), TRUE), arr.ind = TRUE); at <- at[order(at[, 1], at[, 2]), , drop = FALSE]
  t(sapply(seq_len(dim(a)[3]), function(i) a[, , i][at]))
}
flat <- function(a) do.call(rbind, lapply(seq_len(dim(a)[3]), function(i) as.vector(t(a[, , i])))) # row by row
lookup <- function(p) matrix(rnorm(p * p), p)
study <- function(seed, clients, k, gap) {
  set.seed(seed); g <- rep(seq_len(clients), each = k); n <- clients * k
  S <- crossprod(lookup(4)) / 6 + diag(4) / 2; u <- matrix(rnorm(clients * 4), clients) %*% chol(S); x <- rnorm(n)
  y1 <- .4 * x + u[g, 1] + rnorm(n); y2 <- -.2 * x + u[g, 2] + .5 * y1 + rnorm(n); y3 <- .3 * y1 + u[g, 3] + rnorm(n)
  lost <- function(y, by) ifelse(runif(n) < plogis(by - gap), NA, y)
  list(d = round(data.frame(client = g - 1, x = x, y1 = lost(y1, x), y2 = lost(y2, 0), y3 = y3), 4), u = u)
}
pan_part <- function(d, names, seed, iter = 6000, warm = 500) {
  r <- length(names); prior <- list(a = r, Binv = diag(r), c = r, Dinv = diag(r))
  f <- pan(as.matrix(d[names]), d$client + 1, cbind(1, d$x), 1:2, 1, prior, seed = seed, iter = iter)
  k <- (warm + 1):iter
  list(b = batch(flat(f$beta[, , k])), residual = batch(low(f$sigma[, , k])), client = batch(low(f$psi[, , k])))
}
jomo_part <- function(Y, X, clus, seed, Y2 = NULL, X2 = NULL, iter = 6000, warm = 500) {
  set.seed(seed)
  f <- jomo.MCMCchain(Y = Y, Y2 = Y2, X = X, X2 = X2, clus = clus, nburn = iter, output = 0)
  k <- (warm + 1):iter
  out <- list(b = batch(flat(f$collectbeta[, , k])), residual = batch(low(f$collectomega[, , k])), client = batch(low(f$collectcovu[, , k])))
  if (!is.null(Y2)) out$b2 <- batch(flat(f$collect.l2.beta[, , k, drop = FALSE]))
  out
}
out <- list(pan = as.character(packageVersion("pan")), jomo = as.character(packageVersion("jomo")))
a <- study(11, 60, 8, 1.2)$d                                         # three numbers
out$numbers <- list(pan = pan_part(a, c("y1", "y2", "y3"), 1),
                    jomo = jomo_part(a[c("y1", "y2", "y3")], data.frame(one = 1, x = a$x), a$client, 2))
write.csv(a, "numbers.csv", row.names = FALSE, quote = FALSE)
s <- study(12, 400, 5, 1.2); b <- s$d                                # a yes/no of sessions
set.seed(120); yes <- .6 * s$u[b$client + 1, 4] + .3 * b$x + .4 * ifelse(is.na(b$y1), 0, b$y1) + rnorm(nrow(b)) > 0
b$y3 <- ifelse(runif(nrow(b)) < .25, NA, as.integer(yes))
out$yes_no <- list(jomo = jomo_part(data.frame(y1 = b$y1, y2 = b$y2, y3 = factor(b$y3, levels = c(1, 0))),
                                    data.frame(one = 1, x = b$x), b$client, 3))
p <- suppressMessages(lme4::glmer(y3 ~ x + (1 | client), b, family = binomial("probit"), nAGQ = 25))
out$yes_no$lme4 <- list(b = unname(lme4::fixef(p)), std_error = unname(sqrt(diag(as.matrix(vcov(p))))), client = as.data.frame(lme4::VarCorr(p))$vcov)
write.csv(b, "yes_no.csv", row.names = FALSE, quote = FALSE)
s <- study(13, 120, 5, 1.2); d <- s$d                                # a variable of clients
set.seed(130); z <- round(.7 * s$u[, 1] + rnorm(120), 4); z[runif(120) < .25] <- NA; d$z <- z[d$client + 1]
out$clients <- list(jomo = jomo_part(d[c("y1", "y2")], data.frame(one = 1, x = d$x), d$client, 4,
  Y2 = data.frame(z = d$z), X2 = data.frame(one = rep(1, nrow(d)))))
write.csv(d[c("client", "x", "y1", "y2", "z")], "clients.csv", row.names = FALSE, quote = FALSE)
write(toJSON(out, digits = 8, auto_unbox = TRUE), "models.json")
