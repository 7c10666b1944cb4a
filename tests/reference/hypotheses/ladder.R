# The headline as it is by default (exposure slopes by worker, window length) and the checks that rest on it alone: hidden cause,
# specificity, average client, CR2, in lme4, lmerTest, pbkrtest and clubSandwich, from the raw rows of study.csv.
# A window reaches back to the rating before, the first one fourteen days. Workers do not differ in the effect in study.csv: a
# known slope for each is added to the ratings. R has none of the three checks: each is a mixed model whose columns are made here.
# Run in this folder: Rscript ladder.R  (writes ladder.json)
source("lib.R")
FIXED <- paste(BASE, "+ window + window_log")
SLOPES <- "(1 + joint_w | worker) + (1 + joint_w + time | client)"
ROWS <- function(d) {
  d$total <- d$total + 0.25 * sin(2.3 * as.integer(as.character(d$worker))) * d$joint
  d$window <- d$day - shift(d$day, d$client, 1); d$window[is.na(d$window)] <- 14
  d$window_log <- log(d$window); d
}
own_mean <- function(x, client) ifelse(is.na(x), ave(x, client, FUN = function(v) mean(v, na.rm = TRUE)), x)
covariance <- function(m, one, other) { v <- as.matrix(vcov(m)); unname(v[one, other]) }
ladder <- function(d, ddf, slopes = SLOPES) {
  p <- prepare(ROWS(d)); t <- function(m, ...) test(m, c(...), ddf); out <- list()
  out$primary <- t(hard(model(FIXED, slopes), p), joint_w = 1)
  x <- p
  for (way in c(after = -1, earlier = 1)) {
    name <- if (way < 0) "after" else "earlier"
    value <- shift(d$joint, d$client, way); x[[paste0("no_", name)]] <- as.integer(is.na(value))
    x <- parts(x, name, own_mean(value, d$client))
  }
  m <- hard(model(paste(FIXED, "+ after_w + earlier_w + no_after + no_earlier"), slopes), x)
  out$hidden_cause <- list(apart = t(m, joint_w = 1, after_w = -1), before = t(m, joint_w = 1), after = t(m, after_w = 1),
    earlier = t(m, earlier_w = 1))
  out$hidden_vcov <- list(cov_before_after = covariance(m, "joint_w", "after_w"),
    cov_before_earlier = covariance(m, "joint_w", "earlier_w"), cov_after_earlier = covariance(m, "after_w", "earlier_w"))
  # the smallest rho at which rho b - a is above zero (one-sided 95%): by bisection, not by Fieller's formula
  b <- out$hidden_cause$before; a <- out$hidden_cause$after; v <- as.matrix(vcov(m))
  if (ddf == "Satterthwaite") { # the covariance behind the errors; Kenward and Roger's own is not what vcov() gives
    clear <- function(rho) { s <- sign(b$estimate); e <- s * (rho * b$estimate - a$estimate)
      e - qt(.95, b$df) * sqrt(rho^2 * b$std_error^2 + a$std_error^2 - 2 * rho * v["joint_w", "after_w"]) }
    out$rho_break <- uniroot(clear, c(0, 50), tol = 1e-12)$root
  }
  m <- hard(model(paste(FIXED, "+ worker_solo_w + client_solo_w + concrete_w"), slopes), p)
  third <- c(worker_solo_w = 1, client_solo_w = 1, concrete_w = 1) / 3
  out$specificity <- list(apart = test(m, c(joint_w = 1, -third), ddf), controls = test(m, third, ddf))
  often <- log(tapply(d$joint, d$client, mean) + .25); often <- often - mean(often)
  x <- p; x$product <- x$joint_w * often[as.character(x$client)]
  m <- hard(model(paste(FIXED, "+ product"), slopes), x)
  out$average_client <- list(tested = t(m, joint_w = 1), product = t(m, product = 1))
  out
}
d <- read_study("study.csv"); out <- ladder(d, "Satterthwaite"); p <- prepare(ROWS(d))
m <- hard(model(FIXED, SLOPES), p); out$deviance <- REMLcrit(m)
v <- as.data.frame(VarCorr(m)); out$worker_slope_sd <- v$sdcor[v$grp == "worker" & v$var1 == "joint_w" & is.na(v$var2)]
out$window <- test(m, c(window = 1)); out$window_log <- test(m, c(window_log = 1))
still <- names(which(tapply(d$worker, d$client, function(w) length(unique(w))) == 1))
x <- prepare(ROWS(droplevels(d[d$client %in% still, ])))
cr <- coef_test(hard(model(FIXED, SLOPES), x), vcov = "CR2", cluster = x$worker, coefs = "joint_w")
out$cluster_robust <- list(estimate = cr$beta, std_error = cr$SE, df = cr$df_Satt)
few <- droplevels(d[as.integer(as.character(d$worker)) < 12, ])
# of twelve workers the effects come out as perfectly correlated: fitted without the correlation, as the declared order has it
out$few_correlation <- attr(VarCorr(hard(model(FIXED, SLOPES), prepare(ROWS(few))))$worker, "correlation")[1, 2]
APART <- sub("(1 + joint_w | worker)", "(1 | worker) + (0 + joint_w | worker)", SLOPES, fixed = TRUE)
out$few_workers <- ladder(few, "Kenward-Roger", APART)
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 13, pretty = TRUE), "ladder.json")
