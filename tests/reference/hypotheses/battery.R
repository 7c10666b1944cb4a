# Every model of a hypothesis in lme4/lmerTest, nlme, clubSandwich and geepack, from the raw rows of study.csv.
# Run in this folder: Rscript battery.R  (writes battery.json)
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(nlme); library(clubSandwich); library(geepack)})
d <- read.csv("study.csv", stringsAsFactors = FALSE)
d$phase <- factor(d$phase, levels = c("engagement", "assessment", "intervention", "evaluation"))
d$client <- factor(d$client)
d$worker <- factor(d$worker)
MODES <- c("joint", "worker_solo", "client_solo", "concrete")

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
hard <- function(f, d) { # two optimizers in turn, started at each other's end: lme4 alone stops near, not at, the optimum
  assign("d_now", d, envir = globalenv())
  m <- suppressMessages(suppressWarnings(eval(bquote(lmerTest::lmer(.(f), data = d_now, control = strict)), globalenv())))
  for (k in 1:3) m <- suppressMessages(suppressWarnings(eval(bquote(lmerTest::lmer(.(f), data = d_now,
    start = .(getME(m, "theta")), control = .(if (k %% 2) lmerControl("nloptwrap", optCtrl = list(xtol_abs = 1e-12,
    ftol_abs = 1e-15, maxeval = 1e5), calc.derivs = FALSE) else strict))), globalenv())))
  m
}
test <- function(m, weights) {
  v <- setNames(rep(0, length(fixef(m))), names(fixef(m))); v[names(weights)] <- weights
  t <- lmerTest::contest1D(m, v, confint = FALSE)
  list(estimate = unname(t$Estimate), std_error = unname(t$`Std. Error`), df = unname(t$df), p_value = unname(t$`Pr(>|t|)`))
}
BASE <- "total ~ joint_w + joint_b + joint_k + time + phase"
RANDOM <- "(1 | worker) + (1 + joint_w + time | client)"
model <- function(fixed, random = RANDOM) as.formula(paste(fixed, "+", random))
out <- list()

# -- primary and what is read from it
p <- prepare(d); primary <- hard(model(BASE), p)
out$primary <- test(primary, c(joint_w = 1))
out$between <- test(primary, c(joint_b = 1))
out$worker <- test(primary, c(joint_k = 1))
out$contextual <- test(primary, c(joint_b = 1, joint_w = -1))
out$deviance <- REMLcrit(primary)

# -- battery
rows <- d; rows$lead <- shift(d$joint, d$client, -1); rows$before <- shift(d$total, d$client, 1)
x <- prepare(rows[!is.na(rows$lead), ]); x <- parts(x, "lead", x$lead)
m <- hard(model(paste(BASE, "+ lead_w")), x)
out$lead_placebo <- test(m, c(joint_w = 1, lead_w = -1)); out$lead_alone <- test(m, c(lead_w = 1))
x <- prepare(rows[!is.na(rows$before), ])
out$lagged_outcome <- test(hard(model(paste(BASE, "+ before")), x), c(joint_w = 1))
x <- p; x$flat <- NA
for (i in levels(x$client)) { own <- x$client == i; x$flat[own] <- resid(lm(joint ~ time, x[own, ])) }
out$detrended <- test(hard(model(sub("joint_w", "flat", BASE), sub("joint_w", "flat", RANDOM)), x), c(flat = 1))
out$without_time_slope <- test(hard(model(BASE, "(1 | worker) + (1 + joint_w | client)"), p), c(joint_w = 1))
x <- p; x$time_squared <- x$time^2
out$quadratic_time <- test(hard(model(paste(BASE, "+ time_squared")), x), c(joint_w = 1))
for (mode in MODES[-1]) {
  m <- hard(model(paste0(BASE, " + ", mode, "_w")), p)
  out[[paste0("control_", mode)]] <- test(m, setNames(c(1, -1), c("joint_w", paste0(mode, "_w"))))
}
# nlme knows nested factors only, so CAR(1) is compared on clients who keep their worker
still <- names(which(tapply(d$worker, d$client, function(w) length(unique(w))) == 1))
x <- prepare(droplevels(d[d$client %in% still, ]))
car <- lme(as.formula(BASE), random = list(worker = ~1, client = ~ 1 + joint_w + time), data = x,
           correlation = corCAR1(form = ~ day | worker / client), method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-10, returnObject = TRUE, opt = "optim"))
out$car1 <- list(estimate = unname(fixef(car)["joint_w"]), std_error = unname(sqrt(vcov(car)["joint_w", "joint_w"])),
                 phi = unname(coef(car$modelStruct$corStruct, unconstrained = FALSE)), log_likelihood = as.numeric(logLik(car)))
x <- rows[!is.na(rows$lead), ]; x$time <- x$session - mean(x$session); x <- parts(x, "y", x$total)
RIGHT <- "y_w + y_b + y_k + time + phase"
out$reverse <- test(hard(as.formula(paste("lead ~", RIGHT, "+ (1 | worker) + (1 | client)")), x), c(y_w = 1))
gee <- function(f, data) {
  data <- data[order(as.integer(data$worker)), ]; environment(f) <- environment()
  m <- geeglm(f, data = data, id = as.integer(data$worker), family = binomial, corstr = "independence",
              control = geese.control(epsilon = 1e-12, maxit = 100))
  list(coef = coef(m), vcov = vcov(m))
}
one <- function(g, weights) list(estimate = sum(g$coef[names(weights)] * weights),
  std_error = sqrt(drop(t(weights) %*% g$vcov[names(weights), names(weights), drop = FALSE] %*% weights)))
named <- function(g) { dimnames(g$vcov) <- list(names(g$coef), names(g$coef)); g }
x$any <- as.integer(x$lead > 0)
out$reverse_any <- one(named(gee(as.formula(paste("any ~", RIGHT)), x)), c(y_w = 1))
# clubSandwich needs clients nested in workers: CR2 is compared on clients who keep their worker
x <- prepare(droplevels(d[d$client %in% still, ])); nested <- hard(model(BASE), x)
cr <- coef_test(nested, vcov = "CR2", cluster = x$worker, coefs = "joint_w")
out$cluster_robust <- list(estimate = cr$beta, std_error = cr$SE, df = cr$df_Satt)
theta <- getME(primary, "theta"); full <- fixef(primary)["joint_w"]; worst <- 0
for (w in levels(p$worker)) {
  assign("d_now", p[p$worker != w, ], envir = globalenv())
  m <- suppressMessages(suppressWarnings(eval(bquote(lme4::lmer(.(model(BASE)), data = d_now, start = .(theta),
    control = lmerControl(optimizer = NULL, calc.derivs = FALSE, boundary.tol = 0))), globalenv())))
  change <- fixef(m)["joint_w"] - full
  if (abs(change) > abs(worst)) worst <- change
}
out$influence <- list(largest_change = unname(worst))

# -- contrasts, moderators
both <- "total ~ joint_w + worker_solo_w + joint_b + joint_k + worker_solo_b + worker_solo_k + time + phase"
out$contrast <- test(hard(model(both, "(1 | worker) + (1 + joint_w + worker_solo_w + time | client)"), p),
                     c(joint_w = 1, worker_solo_w = -1))
x <- p; x$total <- x$bond - x$task
out$outcome_contrast <- test(hard(model(BASE, "(1 | worker) + (1 + joint_w | client)"), x), c(joint_w = 1))
long <- rbind(transform(p, y = bond, o = "bond"), transform(p, y = task, o = "task"))
long$o <- factor(long$o); long$row <- factor(rep(seq_len(nrow(p)), 2))
m <- hard(y ~ 0 + o + o:(joint_w + joint_b + joint_k + time + phase) + (0 + o | worker) + (0 + o + o:joint_w | client) +
            (1 | row), long)
out$outcome_stacked <- test(m, c("obond:joint_w" = 1, "otask:joint_w" = -1))
x <- p; for (l in levels(x$phase)) x[[paste0("at_", l)]] <- x$joint_w * (x$phase == l)
at <- paste0("at_", levels(x$phase))
m <- hard(model(paste("total ~", paste(at, collapse = " + "), "+ joint_b + joint_k + time + phase")), x)
out$by_phase <- test(m, setNames(c(-1, -1, -1, 3) / 3, at))
out$at_engagement <- test(m, c(at_engagement = 1))
out$phases_equal <- as.list(lmerTest::contestMD(m, t(sapply(2:4, function(k) {
  v <- setNames(rep(0, length(fixef(m))), names(fixef(m))); v[at[1]] <- -1; v[at[k]] <- 1; v }))))
x <- p; x$need_c <- x$need - mean(x$need); x$by_need <- x$joint_w * x$need_c
out$by_need <- test(hard(model(paste(BASE, "+ by_need + need_c")), x), c(by_need = 1))

# -- mediation: M one rating earlier, X in the window before it; cov(a, b) from the stacked model of Bauer et al. 2006
x <- d; x$m <- shift(d$empathy_client, d$client, 1); x$joint <- shift(d$joint, d$client, 1)
x <- prepare(x[!is.na(x$m), ]); x <- parts(x, "m", x$m)
a <- hard(model("m ~ joint_w + joint_b + joint_k + time + phase", "(1 | worker) + (1 + joint_w | client)"), x)
b <- hard(model("total ~ joint_w + joint_b + joint_k + m_w + m_b + m_k + time + phase",
                "(1 | worker) + (1 + m_w | client)"), x)
out$path_a <- test(a, c(joint_w = 1)); out$path_b <- test(b, c(m_w = 1)); out$path_direct <- test(b, c(joint_w = 1))
set.seed(1); n <- 1e6
draws <- rnorm(n, out$path_a$estimate, out$path_a$std_error) * rnorm(n, out$path_b$estimate, out$path_b$std_error)
out$product <- list(estimate = out$path_a$estimate * out$path_b$estimate, std_error = sd(draws),
                    conf_low = unname(quantile(draws, .025)), conf_high = unname(quantile(draws, .975)))
side <- rbind(transform(x, z = m, sm = 1, sy = 0), transform(x, z = total, sm = 0, sy = 1))
side$side <- factor(side$sm); side$a_x <- side$joint_w * side$sm; side$b_m <- side$m_w * side$sy
stack <- lme(z ~ 0 + side + side:(joint_w + joint_b + joint_k + time + phase) + sy:(m_w + m_b + m_k),
             random = list(worker = pdDiag(~ 0 + side), client = ~ 0 + side + a_x + b_m), weights = varIdent(form = ~ 1 | side),
             data = side, method = "REML", control = lmeControl(maxIter = 500, msMaxIter = 500, opt = "optim", returnObject = TRUE))
g <- as.matrix(stack$modelStruct$reStruct$client) * stack$sigma^2
out$covariance_ab <- g["a_x", "b_m"]

# -- missed sessions
x <- d; x$missed_next <- shift(d$missed, d$client, 0); x$time <- x$session - mean(x$session); x$time_squared <- x$time^2
out$hazard <- one(named(gee(missed_next ~ joint + time + phase + time_squared, x)), c(joint = 1))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 12, pretty = TRUE), "battery.json")
