# Rubin's rules as mitml and mice have them, and the closed forms where these differ (mice floors lambda at 1e-4; both have
# no answer, or another, at infinite complete-data df). Run: Rscript pooling.R, beside it pooling.json.
suppressMessages({library(mitml); library(mice); library(jsonlite)})
set.seed(71)
one <- function(m, df, q_sd, u) {
  q <- rnorm(m, .3, q_sd); u <- u * (.8 + .4 * runif(m))
  # two rows, of which one is asked: of one row mitml makes an empty matrix
  fit <- testEstimates(qhat = rbind(q, q), uhat = rbind(u, u), df.com = if (is.finite(df)) df else NULL)$estimates
  ps <- suppressWarnings(pool.scalar(q, u, n = df + 1, k = 1))
  list(q = q, u = u, df_com = if (is.finite(df)) df else "inf",
       mitml = as.list(fit[1, ]),
       mice = list(qbar = ps$qbar, ubar = ps$ubar, b = ps$b, t = ps$t, df = ps$df, r = ps$r, fmi = ps$fmi))
}
scalars <- list()
for (m in c(2, 5, 20, 50)) for (df in c(3.7, 18, 250, Inf)) for (s in c(.001, .05, .2, 1))
  scalars[[length(scalars) + 1]] <- one(m, df, s, .01)
joint <- list()
for (m in c(3, 5, 20)) for (k in c(1, 2, 4)) for (df in c(12, 60, 400, Inf)) {
  Q <- matrix(rnorm(k * m, .2, .1), k); A <- matrix(rnorm(k * k), k); V <- crossprod(A) / 50 + diag(k) / 40
  U <- replicate(m, V * (.8 + .4 * runif(1)), simplify = FALSE)
  if (k == 1) U <- lapply(U, as.matrix)
  Ua <- array(unlist(U), c(k, k, m))
  d <- mitml:::.D1(Q, Ua, if (is.finite(df)) df else NULL)
  joint[[length(joint) + 1]] <- list(q = t(Q), u = aperm(Ua, c(3, 1, 2)), df_com = if (is.finite(df)) df else "inf",
    f = as.numeric(d$F), df_2 = d$v, riv = d$r)
}
write(toJSON(list(mitml = as.character(packageVersion("mitml")), mice = as.character(packageVersion("mice")),
  scalars = scalars, joint = joint), digits = NA, auto_unbox = TRUE, matrix = "rowmajor"), "pooling.json")
