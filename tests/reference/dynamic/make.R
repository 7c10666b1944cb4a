# The panel with feedback in lavaan (RI-CLPM with a lag-0 path, stationary start, fixed error variance) and Arellano-Bond in plm.
# Run in this folder: Rscript make.R  (writes lavaan.json, plm.json)
suppressMessages({library(lavaan); library(plm); library(jsonlite)})
ERROR <- 0.15
NAMES <- c("beta", "lambda", "phi", "rho", "gamma", "u", "e", "mx", "my", "pg", "pgm", "pm")

syntax <- function(T) {
  each <- function(f, from = 1) paste(sapply(from:T, f), collapse = "\n")
  load <- function(v) paste0("1*", v, 1:T, collapse = " + ")
  paste(sep = "\n", paste("g =~", load("x")), paste("m =~", load("y")),
    each(function(t) sprintf("xw%d =~ 1*x%d\nyw%d =~ 1*y%d\nx%d ~~ 0*x%d\ny%d ~~ %f*y%d\nx%d ~ mx*1\ny%d ~ my*1", t, t, t, t, t, t, t, ERROR, t, t, t)),
    each(function(t) sprintf("xw%d ~ start(.2)*xw%d + rho*xw%d + gamma*yw%d\nyw%d ~ beta*xw%d + lambda*xw%d + phi*yw%d", t, t - 1, t - 1, t - 1, t, t, t - 1, t - 1), 2),
    each(function(t) sprintf("xw%d ~~ u*xw%d\nyw%d ~~ e*yw%d", t, t, t, t), 2),
    "xw1 ~~ start(1)*xw1 + p11*xw1\nyw1 ~~ start(.7)*yw1 + p22*yw1\nxw1 ~~ p12*yw1",
    "g ~~ pg*g\nm ~~ pm*m\ng ~~ pgm*m\ng ~~ 0*xw1 + 0*yw1\nm ~~ 0*xw1 + 0*yw1",
    "p11 == rho^2*p11 + 2*rho*gamma*p12 + gamma^2*p22 + u",
    "p12 == rho*(beta*rho+lambda)*p11 + (rho*(beta*gamma+phi) + gamma*(beta*rho+lambda))*p12 + gamma*(beta*gamma+phi)*p22 + beta*u",
    "p22 == (beta*rho+lambda)^2*p11 + 2*(beta*rho+lambda)*(beta*gamma+phi)*p12 + (beta*gamma+phi)^2*p22 + beta^2*u + e")
}

wide <- function(d) { # x1 y1 x2 y2 ... by client, worker beside
  w <- reshape(d, idvar = c("client", "worker"), timevar = "occasion", direction = "wide", sep = "")
  w[order(w$client), ]
}

panel <- function(file, ...) {
  d <- read.csv(file); w <- wide(d)
  fit <- lavaan(syntax(max(d$occasion)), w, meanstructure = TRUE, control = list(rel.tol = 1e-10, iter.max = 10000), ...)
  stopifnot(lavInspect(fit, "converged"))
  e <- parameterEstimates(fit); e <- e[!duplicated(e$label) & e$label %in% NAMES, ]
  list(estimate = as.list(setNames(e$est, e$label)), std_error = as.list(setNames(e$se, e$label)),
       log_likelihood = as.numeric(logLik(fit)), lavaan = as.character(packageVersion("lavaan")))
}

out <- list(
  complete_ml = panel("complete.csv", estimator = "ML"),
  complete_mlr = panel("complete.csv", estimator = "MLR"),
  incomplete_fiml = panel("incomplete.csv", estimator = "ML", missing = "fiml"),
  incomplete_mlr = panel("incomplete.csv", estimator = "MLR", missing = "fiml"),
  clustered_mlr = panel("clustered.csv", estimator = "MLR", cluster = "worker"))
write_json(out, "lavaan.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)

bond <- function(file) {
  d <- pdata.frame(read.csv(file)[, c("client", "occasion", "x", "y")], index = c("client", "occasion"))
  m <- pgmm(y ~ lag(y, 1) + lag(x, 0:1) | lag(y, 2:99) + lag(x, 1:99), d, effect = "individual", model = "twosteps", transformation = "d")
  one <- pgmm(y ~ lag(y, 1) + lag(x, 0:1) | lag(y, 2:99) + lag(x, 1:99), d, effect = "individual", model = "onestep", transformation = "d")
  list(names = names(coef(m)), two_step = unname(coef(m)), windmeijer = unname(sqrt(diag(vcovHC(m)))),
       one_step = unname(coef(one)), one_step_robust = unname(sqrt(diag(vcovHC(one)))), plm = as.character(packageVersion("plm")))
}
write_json(list(complete = bond("complete.csv")), "plm.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
