# Two hundred random small designs, half of them on or near a boundary of the variance parameters. The data are not
# stored: a Lehmer generator (multiplier 48271, modulus 2^31 - 1) and only +, -, *, / and sqrt in a fixed order give the
# same bits here and in tests/multilevel/test_small_designs.py.

lehmer <- function(seed) {
  state <- seed
  function() { state <<- (48271 * state) %% 2147483647; state / 2147483647 }
}
normal <- function(u) { total <- -6; for (i in 1:12) total <- total + u(); total }
between <- function(u, low, high) low + floor(u() * (high - low + 1))

small_design <- function(k) {
  u <- lehmer(7919 * k + 17)
  for (i in 1:20) u()
  kind <- c("intercept", "slope", "nested", "crossed", "nested_slope")[k %% 5 + 1]
  edge <- k %% 2 == 0
  groups <- between(u, 4, 12)
  others <- between(u, 3, 6)
  sd_1 <- if (edge && u() < 0.5) 0 else 0.2 + u()
  sd_2 <- if (edge) (if (u() < 0.6) 0 else 0.05) else 0.2 + u()
  rho <- if (edge && u() < 0.4) 1 else u() - 0.5
  a <- numeric(groups); b <- numeric(groups); o <- numeric(others)
  for (g in seq_len(groups)) {
    z1 <- normal(u); z2 <- normal(u)
    a[g] <- sd_1 * z1
    b[g] <- sd_2 * (rho * z1 + sqrt(1 - rho * rho) * z2)
  }
  for (g in seq_len(others)) o[g] <- sd_2 * normal(u)
  rows <- list()
  for (g in seq_len(groups)) {
    size <- between(u, 2, 6)
    home <- (g - 1) %% others + 1
    for (i in seq_len(size)) {
      other <- if (kind == "crossed") between(u, 1, others) else home
      x <- normal(u)
      slope <- if (kind %in% c("slope", "nested_slope")) b[g] * x else 0
      second <- if (kind %in% c("nested", "crossed", "nested_slope")) o[other] else 0
      rows[[length(rows) + 1]] <- c(g, other, x, 1 + 0.5 * x + a[g] + slope + second + normal(u))
    }
  }
  d <- as.data.frame(do.call(rbind, rows))
  names(d) <- c("group", "other", "x", "y")
  random <- switch(kind, intercept = list(group = "1"), slope = list(group = c("1", "x")),
                   nested = , crossed = list(group = "1", other = "1"),
                   nested_slope = list(group = c("1", "x"), other = "1"))
  list(data = d, kind = kind, case = list(outcome = "y", fixed = "x", random = random), REML = k %% 3 != 0)
}

plain_optimizers <- function() list(
  lmerControl("bobyqa", calc.derivs = FALSE), lmerControl("Nelder_Mead", calc.derivs = FALSE),
  lmerControl("nloptwrap", calc.derivs = FALSE))

small_designs <- function(numbers = 1:200) lapply(numbers, function(k) {
  s <- small_design(k)
  fits <- lapply(plain_optimizers(), function(control)
    quiet(lmer_call(s$case, s$data, s$REML, control = bquote(.(control)))))
  values <- vapply(fits, criterion, 0)
  best <- fits[[which.min(values)]]
  hard <- fit_hard(s$case, s$data, s$REML)
  list(number = k, kind = s$kind, method = if (s$REML) "REML" else "ML", rows = nrow(s$data),
       last_y = s$data$y[nrow(s$data)], deviance = min(values), singular = isSingular(best),
       polished_deviance = criterion(hard$fit), polished_singular = isSingular(hard$fit),
       theta = unname(getME(hard$fit, "theta")))
})
