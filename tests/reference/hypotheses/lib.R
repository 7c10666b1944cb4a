# What the scripts of this folder share: rows as a hypothesis sees them, fits polished to the optimum, tests of combinations.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(pbkrtest); library(nlme); library(clubSandwich)
  library(geepack); library(emmeans); library(numDeriv)})
MODES <- c("joint", "worker_solo", "client_solo", "concrete")
PHASES <- c("engagement", "assessment", "intervention", "evaluation")

read_study <- function(path) {
  d <- read.csv(path, stringsAsFactors = FALSE)
  d$phase <- factor(d$phase, levels = PHASES); d$client <- factor(d$client); d$worker <- factor(d$worker)
  d
}
shift <- function(x, client, by) { # by > 0: value `by` ratings earlier of the same client
  n <- length(x); out <- rep(NA_real_, n)
  for (i in seq_len(n)) { j <- i - by; if (j >= 1 && j <= n && client[j] == client[i]) out[i] <- x[j] }
  out
}
parts <- function(d, name, x) { # the three parts over the rows given
  mi <- ave(x, d$client); mw <- ave(x, d$worker)
  d[[paste0(name, "_w")]] <- x - mi; d[[paste0(name, "_b")]] <- mi - mw; d[[paste0(name, "_k")]] <- mw - mean(x)
  d
}
prepare <- function(d) { d$time <- d$session - mean(d$session); for (m in MODES) d <- parts(d, m, d[[m]]); d }

strict <- lmerControl("bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5), calc.derivs = FALSE)
other <- lmerControl("nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-15, maxeval = 1e5), calc.derivs = FALSE)
quietly <- function(call) suppressMessages(suppressWarnings(eval(call, globalenv())))
hard <- function(f, d) { # two optimizers in turn, started at each other's end: lme4 alone stops near, not at, the optimum
  assign("d_now", d, envir = globalenv())
  m <- quietly(bquote(lmerTest::lmer(.(f), data = d_now, control = strict)))
  for (k in 1:3) m <- quietly(bquote(lmerTest::lmer(.(f), data = d_now, start = .(getME(m, "theta")),
                                                    control = .(if (k %% 2) other else strict))))
  m
}
vector_of <- function(m, weights) { v <- setNames(rep(0, length(fixef(m))), names(fixef(m))); v[names(weights)] <- weights; v }
test <- function(m, weights, ddf = "Satterthwaite") {
  t <- lmerTest::contest1D(m, vector_of(m, weights), ddf = ddf, confint = FALSE)
  list(estimate = unname(t$Estimate), std_error = unname(t$`Std. Error`), df = unname(t$df), p_value = unname(t$`Pr(>|t|)`))
}
BASE <- "total ~ joint_w + joint_b + joint_k + time + phase"
RANDOM <- "(1 | worker) + (1 + joint_w + time | client)"
model <- function(fixed, random = RANDOM) as.formula(paste(fixed, "+", random))

# Independence GEE of an event with errors clustered by worker.
gee <- function(f, data) {
  data <- data[order(as.integer(data$worker)), ]; environment(f) <- environment()
  m <- geeglm(f, data = data, id = as.integer(data$worker), family = binomial, corstr = "independence",
              control = geese.control(epsilon = 1e-12, maxit = 100))
  v <- vcov(m); dimnames(v) <- list(names(coef(m)), names(coef(m)))
  list(coef = coef(m), vcov = v)
}
one <- function(g, weights) list(estimate = sum(g$coef[names(weights)] * weights),
  std_error = sqrt(drop(t(weights) %*% g$vcov[names(weights), names(weights), drop = FALSE] %*% weights)))
