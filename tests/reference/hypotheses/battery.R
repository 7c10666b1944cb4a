# Every model of a hypothesis in lme4/lmerTest/pbkrtest, nlme, clubSandwich, geepack and emmeans, from the raw rows of study.csv.
# Run in this folder: Rscript battery.R  (writes battery.json)
source("lib.R"); source("car1.R"); source("others.R")

lagged_rows <- function(d) { x <- d; x$near <- d$joint; x$joint <- shift(d$joint, d$client, 1); x[!is.na(x$joint), ] }
linear_checks <- function(d, ddf) { # the battery's linear mixed models on these rows
  out <- list(); t <- function(f, x, weights) test(hard(f, x), weights, ddf)
  p <- prepare(d); rows <- d; rows$lead <- shift(d$joint, d$client, -1); rows$before <- shift(d$total, d$client, 1)
  out$primary <- t(model(BASE), p, c(joint_w = 1))
  x <- prepare(rows[!is.na(rows$lead), ]); x <- parts(x, "lead", x$lead); m <- hard(model(paste(BASE, "+ lead_w")), x)
  out$lead_placebo <- test(m, c(joint_w = 1, lead_w = -1), ddf); out$lead_alone <- test(m, c(lead_w = 1), ddf)
  x <- prepare(rows[!is.na(rows$before), ])
  out$lagged_outcome <- t(model(paste(BASE, "+ before")), x, c(joint_w = 1))
  x <- p; x$flat <- NA
  for (i in levels(x$client)) { own <- x$client == i; x$flat[own] <- resid(lm(joint ~ time, x[own, ])) }
  out$detrended <- t(model(sub("joint_w", "flat", BASE), sub("joint_w", "flat", RANDOM)), x, c(flat = 1))
  out$without_time_slope <- t(model(BASE, "(1 | worker) + (1 + joint_w | client)"), p, c(joint_w = 1))
  x <- p; x$time_squared <- x$time^2
  out$quadratic_time <- t(model(paste(BASE, "+ time_squared")), x, c(joint_w = 1))
  out$unadjusted <- t(model(sub(" [+] phase", "", BASE)), p, c(joint_w = 1))
  for (mode in MODES[-1]) {
    m <- hard(model(paste0(BASE, " + ", mode, "_w")), p); name <- paste0(mode, "_w")
    out[[paste0("control_", mode)]] <- test(m, setNames(c(1, -1), c("joint_w", name)), ddf)
    out[[paste0("alone_", mode)]] <- test(m, setNames(1, name), ddf)
  }
  x <- rows[!is.na(rows$lead), ]; x$time <- x$session - mean(x$session); x <- parts(x, "y", x$total)
  out$reverse <- t(as.formula(paste("lead ~", RIGHT, "+ (1 | worker) + (1 | client)")), x, c(y_w = 1))
  x <- prepare(lagged_rows(d)); x <- parts(x, "near", x$near)
  out$lagged_exposure <- t(model(BASE), x, c(joint_w = 1))
  out$nearer_windows <- t(model(paste(BASE, "+ near_w")), x, c(joint_w = 1))
  out
}
RIGHT <- "y_w + y_b + y_k + time + phase"
d <- read_study("study.csv"); out <- linear_checks(d, "Satterthwaite"); p <- prepare(d)
# With few workers the product takes Kenward-Roger throughout.
few <- d[as.integer(as.character(d$worker)) < 12, ]
out$few_workers <- linear_checks(droplevels(few), "Kenward-Roger")

primary <- hard(model(BASE), p)
out$between <- test(primary, c(joint_b = 1))
out$worker <- test(primary, c(joint_k = 1))
out$contextual <- test(primary, c(joint_b = 1, joint_w = -1))
out$deviance <- REMLcrit(primary)

# nlme and clubSandwich know nested factors only: CAR(1) and CR2 are compared on clients who keep their worker
still <- names(which(tapply(d$worker, d$client, function(w) length(unique(w))) == 1))
x <- prepare(droplevels(d[d$client %in% still, ]))
car <- lme(as.formula(BASE), random = list(worker = ~1, client = ~ 1 + joint_w + time), data = x,
           correlation = corCAR1(form = ~ day | worker / client), method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-10, returnObject = TRUE, opt = "optim"))
phi <- unname(coef(car$modelStruct$corStruct, unconstrained = FALSE))
out$car1_nlme <- list(estimate = unname(fixef(car)["joint_w"]), std_error = unname(sqrt(vcov(car)["joint_w", "joint_w"])),
                      phi = phi, log_likelihood = as.numeric(logLik(car)))
g <- t(chol(as.matrix(car$modelStruct$reStruct$client) * car$sigma^2))
at <- c(sqrt(as.matrix(car$modelStruct$reStruct$worker)[1]) * car$sigma, g[1, 1], g[2, 1:2], g[3, ], log(car$sigma), phi)
out$car1 <- car1_test(x, BASE, at, "joint_w")
cr <- coef_test(hard(model(BASE), x), vcov = "CR2", cluster = x$worker, coefs = "joint_w")
out$cluster_robust <- list(estimate = cr$beta, std_error = cr$SE, df = cr$df_Satt)

x <- d; x$lead <- shift(d$joint, d$client, -1); x <- x[!is.na(x$lead), ]
x$time <- x$session - mean(x$session); x <- parts(x, "y", x$total); x$any <- as.integer(x$lead > 0)
out$reverse_any <- one(gee(as.formula(paste("any ~", RIGHT)), x), c(y_w = 1))
theta <- getME(primary, "theta"); full <- fixef(primary)["joint_w"]; worst <- 0
for (w in levels(p$worker)) {
  assign("d_now", p[p$worker != w, ], envir = globalenv())
  m <- quietly(bquote(lme4::lmer(.(model(BASE)), data = d_now, start = .(theta),
    control = lmerControl(optimizer = NULL, calc.derivs = FALSE, boundary.tol = 0))))
  change <- fixef(m)["joint_w"] - full
  if (abs(change) > abs(worst)) worst <- change
}
out$influence <- list(largest_change = unname(worst))
out <- c(out, contrasts_of(p), moderators_of(p), mediation_of(d), hazards_of(d))
out$versions <- list(R = paste(R.version$major, R.version$minor, sep = "."))
for (name in c("lme4", "lmerTest", "pbkrtest", "nlme", "clubSandwich", "geepack", "emmeans"))
  out$versions[[name]] <- as.character(packageVersion(name))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 13, pretty = TRUE), "battery.json")
