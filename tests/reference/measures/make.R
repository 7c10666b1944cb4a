# Remakes the measures' references: `Rscript tests/reference/measures/make.R`, from any directory (three minutes).
# Debian's r-cran-psych r-cran-lavaan r-cran-jsonlite; R is needed here only, never by the product or its tests.
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])))
source(file.path(here, "data.R"))
library(jsonlite)
save_data <- function(d, name) write.csv(d, file.path(here, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
save_json <- function(x, name)
  writeLines(toJSON(x, digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null"), file.path(here, paste0(name, ".json")))
sharp <- list(iter.max = 10000)

alpha_omega <- function(d) {
  a <- suppressWarnings(suppressMessages(alpha(d, check.keys = FALSE)))
  o <- suppressWarnings(suppressMessages(omega(d, nfactors = 1, fm = "ml", plot = FALSE, flip = FALSE)))
  model <- paste("f =~", paste(names(d), collapse = " + "))
  full <- na.omit(d)
  fit <- cfa(model, full, std.lv = TRUE, control = sharp)
  e <- inspect(fit, "est")
  list(alpha = a$total$raw_alpha, feldt = unname(unlist(a$feldt[c("lower.ci", "upper.ci")])), n = nrow(d), omega_psych = o$omega.tot,
       item_rest = unname(a$item.stats$r.drop), omega_lavaan = sum(e$lambda)^2 / (sum(e$lambda)^2 + sum(diag(e$theta))))
}
measures <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "aic", "bic")
one_cfa <- function(model, d, ...) {
  fit <- cfa(model, d, std.lv = TRUE, control = sharp, ...)
  s <- standardizedSolution(fit)
  l <- s[s$op == "=~", ]
  list(fit = as.list(fitMeasures(fit, measures)), converged = lavInspect(fit, "converged"),
       loadings = data.frame(factor = l$lhs, item = l$rhs, loading = l$est.std),
       correlations = s[s$op == "~~" & s$lhs != s$rhs, c("lhs", "rhs", "est.std")])
}
three <- function(k = 12) sapply(1:3, function(g) paste0("s", g, " =~ ", paste0("item_", which((seq_len(k) - 1) %% 3 + 1 == g), collapse = " + ")))
general <- function(k = 12) paste("g =~", paste0("item_", seq_len(k), collapse = " + "))
all_cfa <- function(d) list(one_factor = one_cfa(general(), d), subscales = one_cfa(paste(three(), collapse = "\n"), d),
                            bifactor = one_cfa(paste(c(general(), three()), collapse = "\n"), d, orthogonal = TRUE))
invariance <- function(d) {
  model <- paste(three(), collapse = "\n")
  equal <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"))
  lapply(equal, function(e) as.list(fitMeasures(cfa(model, d, group = "block", group.equal = e, control = sharp), measures)))
}
two_level_omega <- function(d, items, cluster) {
  f <- paste(items, collapse = " + ")
  fit <- cfa(paste0("level: 1\nw =~ ", f, "\nlevel: 2\nb =~ ", f), d, cluster = cluster, std.lv = TRUE,
             optim.method = "nlminb", control = sharp)
  e <- lavInspect(fit, "est")
  part <- function(x) sum(x$lambda)^2 * x$psi[1] / (sum(x$lambda)^2 * x$psi[1] + sum(diag(x$theta)))
  list(within = part(e$within), between = part(e[[2]]), loglik = as.numeric(fitMeasures(fit, "logl")),
       loadings_within = unname(e$within$lambda[, 1]), loadings_between = unname(e[[2]]$lambda[, 1]))
}
reliability <- function(d, items) {
  m <- mlr(d, grp = "Person", Time = "Time", items = items, alpha = FALSE, aov = TRUE, lme = TRUE)
  c(m[c("RkF", "R1R", "RkR", "Rc", "RkRn", "Rcn")], list(components = unname(m$components$variance[1:7])))
}
agreement <- function(d) {
  i <- ICC(d, lmer = FALSE)$results
  list(type = i$type, icc = i$ICC, low = i$`lower bound`, high = i$`upper bound`)
}

simulated <- list(twelve = likert(300), gaps = with_gaps(likert(200, seed = 5), .06, 6), short = likert(120, k = 4, seed = 7),
                  long = likert(400, k = 36, seed = 8))
for (name in names(simulated)) save_data(simulated[[name]], name)
save_json(lapply(simulated, alpha_omega), "alpha")
cfas <- list(twelve = simulated$twelve, other = likert(500, seed = 11, specific = .6, general = .4), five = likert(250, seed = 12, high = 5))
for (name in c("other", "five")) save_data(cfas[[name]], name)
save_json(lapply(cfas, all_cfa), "cfa")
save_data(blocks(21), "blocks")
save_json(invariance(blocks(21)), "invariance")
save_data(clustered(), "clustered")
data(Demo.twolevel)
save_data(Demo.twolevel[c("y1", "y2", "y3", "y4", "y5", "y6", "cluster")], "demo_twolevel")
save_json(list(demo = two_level_omega(Demo.twolevel, c("y1", "y2", "y3"), "cluster"),
               clustered = two_level_omega(clustered(), paste0("item_", 1:6), "client")), "twolevel")
balanced <- multilevel(40, 6, 5, 31)
save_data(shrout, "shrout"); save_data(balanced, "balanced")
save_json(list(shrout = reliability(shrout, c("Item1", "Item2", "Item3")), balanced = reliability(balanced, paste0("Item", 1:5))), "generalizability")
raters <- list(raters = two_raters(90, 41), noisy = two_raters(30, 42, 1.5))
for (name in names(raters)) save_data(raters[[name]], name)
save_json(lapply(raters, agreement), "icc")
