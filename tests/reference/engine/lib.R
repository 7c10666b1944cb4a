# Fit hard, then take everything out of the fit under the names the engine's face uses.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(pbkrtest); library(nlme); library(clubSandwich)})

# ---- a model as the engine is asked for it, and as R is asked for it ------------------------------------------------
one <- function(terms) paste(c(if ("1" %in% terms) "1" else "0", setdiff(terms, "1")), collapse = " + ")
blocks_of <- function(random) do.call(c, lapply(names(random), function(group) {
  parts <- if (is.list(random[[group]])) random[[group]] else list(random[[group]])
  lapply(parts, function(terms) list(group = group, terms = terms))
}))
right_side <- function(fixed) paste(c("1", fixed), collapse = " + ")
formula_lmer <- function(case) as.formula(paste(case$outcome, "~", right_side(case$fixed), "+",
  paste(vapply(blocks_of(case$random), function(b) sprintf("(%s | %s)", one(b$terms), b$group), ""), collapse = " + ")))
formula_fixed <- function(case) as.formula(paste(case$outcome, "~", right_side(case$fixed)))

# R's coefficient names -> `Intercept`, `phase[b]`, `x:phase[b]` (first factor runs fastest, as model.matrix does).
term_names <- function(case, d) {
  tt <- terms(formula_fixed(case))
  out <- "Intercept"
  for (label in attr(tt, "term.labels")) {
    pieces <- lapply(strsplit(label, ":")[[1]], function(v) {
      x <- d[[v]]
      if (is.logical(x)) sprintf("%s[True]", v)
      else if (is.character(x) || is.factor(x)) sprintf("%s[%s]", v, levels(factor(x))[-1])
      else v
    })
    out <- c(out, Reduce(function(a, b) as.vector(outer(a, b, paste, sep = ":")), pieces))
  }
  out
}

# ---- lme4, hard ------------------------------------------------------------------------------------------------------
lmer_call <- function(case, d, REML, ...) {
  assign("d", d, envir = globalenv())
  weights <- if (is.null(case$weights)) NULL else as.name(case$weights)
  eval(bquote(lmerTest::lmer(.(formula_lmer(case)), data = d, REML = .(REML), weights = .(weights), ..(list(...))),
              splice = TRUE), globalenv())
}
quiet <- function(expr) suppressWarnings(suppressMessages(expr))
controls <- function() list(
  bobyqa = lmerControl("bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE),
  Nelder_Mead = lmerControl("Nelder_Mead", optCtrl = list(FtolAbs = 1e-13, FtolRel = 1e-15, XtolRel = 1e-10,
                                                          maxfun = 1e5), calc.derivs = FALSE),
  nloptwrap = lmerControl("nloptwrap", optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-13, maxeval = 1e5),
                          calc.derivs = FALSE)
)
at_theta <- function(case, d, REML, theta)
  quiet(lmer_call(case, d, REML, start = theta, control = quote(lmerControl(optimizer = NULL, calc.derivs = FALSE,
                                                                            boundary.tol = 0))))
criterion <- function(fit) if (isREML(fit)) REMLcrit(fit) else deviance(fit)

# Newton steps on the free coordinates: the optimisers stop at 1e-7 in theta, the engine's parity is asked at 1e-5 in
# the standard errors of a slope, which is near that.
polish <- function(devfun, theta, lower) {
  theta[lower == 0 & theta < 1e-4] <- 0
  free <- which(!(lower == 0 & theta == 0))
  f <- function(x) devfun(replace(theta, free, x))
  if (length(free) == 0) return(theta)
  x <- theta[free]
  for (step in 1:4) {
    g <- numDeriv::grad(f, x)
    h <- numDeriv::hessian(f, x)
    move <- tryCatch(solve(h, g), error = function(e) 0 * g)
    if (all(is.finite(move)) && max(abs(move)) < 0.05 && f(x - move) <= f(x) + 1e-9) x <- x - move
    if (max(abs(move)) < 1e-9) break
  }
  replace(theta, free, x)
}

fit_hard <- function(case, d, REML) {
  tries <- list()
  for (name in names(controls())) {
    control <- controls()[[name]]
    fit <- tryCatch(quiet(lmer_call(case, d, REML, control = bquote(.(control)))), error = function(e) NULL)
    if (!is.null(fit)) tries[[name]] <- fit
  }
  first <- tries[[1]]
  devfun <- update(first, devFunOnly = TRUE)
  lower <- getME(first, "lower")
  for (scale in c(0.1, 3)) {                                            # other starts, for local optima
    fit <- tryCatch(quiet(lmer_call(case, d, REML, start = scale * getME(first, "theta") + (lower == 0) * 0.05 * scale,
                                    control = bquote(.(controls()$bobyqa)))), error = function(e) NULL)
    if (!is.null(fit)) tries[[paste0("bobyqa_start_", scale)]] <- fit
  }
  for (tilt in c(-0.3, 0.3)) {                            # lme4 starts with no covariances: local optima again
    fit <- tryCatch(quiet(lmer_call(case, d, REML, start = ifelse(lower == 0, 0.1, tilt),
                                    control = bquote(.(controls()$bobyqa)))), error = function(e) NULL)
    if (!is.null(fit)) tries[[paste0("bobyqa_tilt_", tilt)]] <- fit
  }
  values <- vapply(tries, criterion, 0)
  best <- tries[[which.min(values)]]
  theta <- polish(devfun, getME(best, "theta"), lower)
  polished <- at_theta(case, d, REML, theta)
  # Zeroing a boundary value must not make it worse; if it does the value was small but not zero.
  if (criterion(polished) > min(values) + 1e-9) polished <- at_theta(case, d, REML, getME(best, "theta"))
  default <- quiet(lmer_call(case, d, REML))
  list(fit = polished, best = min(values), default = criterion(default))
}

# ---- taking out -------------------------------------------------------------------------------------------------------
rename_term <- function(x) ifelse(x == "(Intercept)", "Intercept", x)
variance_rows <- function(fit) {
  cnms <- fit@cnms
  values <- VarCorr(fit)
  rows <- list()
  for (k in seq_along(cnms)) {
    m <- values[[k]]
    for (i in seq_along(cnms[[k]])) for (j in seq_len(i))
      rows[[length(rows) + 1]] <- list(group = sub("\\.\\d+$", "", names(cnms)[k]), term_1 = rename_term(cnms[[k]][j]),
                                       term_2 = rename_term(cnms[[k]][i]), covariance = m[j, i])
  }
  rows
}
basic <- function(fit, terms, n) {
  V <- as.matrix(vcov(fit))
  list(terms = terms, estimate = unname(fixef(fit)), std_error = unname(sqrt(diag(V))), covariance = unname(V),
       log_likelihood = as.numeric(logLik(fit)), deviance = criterion(fit), aic = AIC(fit), bic = BIC(fit),
       residual_sd = sigma(fit), theta = unname(getME(fit, "theta")), variance = variance_rows(fit),
       singular = isSingular(fit), n_obs = n, n_groups = as.list(ngrps(fit)))
}
contrast_rows <- function(case, terms) lapply(case$contrasts, function(weights) {
  L <- setNames(rep(0, length(terms)), terms)
  stopifnot(all(names(weights) %in% terms))
  L[names(weights)] <- unlist(weights)
  L
})
joint_rows <- function(case, terms) lapply(case$joint, function(picked) {
  stopifnot(all(picked %in% terms))
  diag(length(terms))[match(picked, terms), , drop = FALSE]
})
satterthwaite <- function(fit, case, terms) {
  table <- coef(summary(fit, ddf = "Satterthwaite"))
  out <- list(df = unname(table[, "df"]), p_value = unname(table[, "Pr(>|t|)"]))
  out$contrasts <- lapply(contrast_rows(case, terms), function(L) {
    r <- lmerTest::contest1D(fit, L, confint = TRUE)
    list(estimate = r$Estimate, std_error = r[["Std. Error"]], df = r$df, p_value = r[["Pr(>|t|)"]],
         conf_low = r$lower, conf_high = r$upper)
  })
  out$joint <- lapply(joint_rows(case, terms), function(L) {
    r <- lmerTest::contestMD(fit, L)
    list(statistic = r[["F value"]], df_1 = r$NumDF, df_2 = r$DenDF, p_value = r[["Pr(>F)"]])
  })
  out
}
kenward_roger <- function(fit, case, terms) {
  Va <- pbkrtest::vcovAdj(fit)
  one_df <- function(L) pbkrtest::Lb_ddf(L, as.matrix(vcov(fit)), Va)
  p <- length(terms)
  plain <- as.matrix(Va)
  out <- list(std_error = unname(sqrt(diag(plain))), covariance = unname(plain),
              df = vapply(seq_len(p), function(i) one_df(as.numeric(seq_len(p) == i)), 0))
  out$p_value <- 2 * pt(-abs(unname(fixef(fit)) / out$std_error), out$df)
  out$contrasts <- lapply(contrast_rows(case, terms), function(L) {
    se <- sqrt(sum(L * (plain %*% L)))
    list(estimate = sum(L * fixef(fit)), std_error = se, df = one_df(unname(L)))
  })
  out$joint <- lapply(joint_rows(case, terms), function(L) {
    r <- pbkrtest::KRmodcomp(fit, L)$test["Ftest", ]
    list(statistic = r$stat, df_1 = r$ndf, df_2 = r$ddf, p_value = r$p.value, scaling = r$F.scaling)
  })
  out
}
cluster_robust <- function(fit, cluster) {
  r <- as.data.frame(clubSandwich::coef_test(fit, vcov = "CR2", cluster = cluster, test = "Satterthwaite"))
  V <- unclass(clubSandwich::vcovCR(fit, type = "CR2", cluster = cluster))
  list(std_error = r$SE, df = r[[grep("^df", names(r))[1]]], covariance = unname(matrix(as.numeric(V), nrow(r))))
}
conditional_modes <- function(fit) {
  r <- as.data.frame(ranef(fit, condVar = TRUE))
  list(group = as.character(r$grpvar), level = as.character(r$grp), term = rename_term(as.character(r$term)),
       value = r$condval, std_error = r$condsd)
}
# Nakagawa, Johnson & Schielzeth (2017), with Johnson's (2014) mean variance for random slopes.
nakagawa <- function(fit) {
  fixed <- var(as.vector(getME(fit, "X") %*% fixef(fit)))
  ZL <- as.matrix(getME(fit, "Z") %*% t(getME(fit, "Lambdat")))
  random <- mean(rowSums(ZL^2)) * sigma(fit)^2
  total <- fixed + random + sigma(fit)^2
  list(marginal = fixed / total, conditional = (fixed + random) / total)
}
leave_one_out <- function(fit, case, d, REML, group) {
  levels <- sort(unique(as.character(d[[group]])))
  theta <- getME(fit, "theta")
  held <- lapply(levels, function(l) {
    m <- at_theta(case, d[as.character(d[[group]]) != l, ], REML, theta)
    unname(fixef(m))
  })
  refit <- lapply(levels, function(l) {
    m <- quiet(lmer_call(case, d[as.character(d[[group]]) != l, ], REML, start = theta,
                         control = bquote(.(controls()$bobyqa))))
    unname(fixef(m))
  })
  assign("d", d, envir = globalenv())
  list(group = group, levels = levels, theta_held = do.call(rbind, held), refitted = do.call(rbind, refit))
}
# Profile-likelihood intervals (full likelihood, as lme4's confint). lme4 interpolates its profile by splines, good to
# three digits; here the bound is solved for on lme4's own deviance in standard deviations and correlations.
profile_intervals <- function(case, d) {
  fit <- quiet(lmer_call(case, d, FALSE, control = bquote(.(controls()$bobyqa))))
  by_lme4 <- quiet(confint(profile(fit, which = "theta_", signames = FALSE, delta.cutoff = 1 / 16, devtol = 1e-7)))
  f <- lme4:::devfun2(fit, useSc = TRUE, signames = FALSE)
  at <- attr(f, "optimum")[seq_len(nrow(by_lme4))]
  correlation <- grepl("^cor_", names(at))
  lower <- ifelse(correlation, -1, 0); upper <- ifelse(correlation, 1, Inf)
  safe <- function(x) { v <- tryCatch(f(x), error = function(e) NA); if (is.finite(v)) v else 1e10 }
  held <- function(i, value) {
    if (length(at) == 1) return(f(value))
    g <- function(x) safe(append(x, value, i - 1))
    scale <- ifelse(correlation, 1, 1 / at)[-i]
    ends <- lapply(list(at[-i], at[-i] * 0.8 + 0.01), function(start)
      nlminb(start, g, lower = lower[-i], upper = upper[-i], scale = scale,
             control = list(rel.tol = 1e-14, eval.max = 5000, iter.max = 5000)))
    min(vapply(ends, `[[`, 0, "objective"))
  }
  lowest <- f(at)
  rise <- function(i, value) held(i, value) - lowest - qchisq(0.95, 1)
  bound <- function(i, to) {
    share <- 0
    step <- function(share) if (correlation[i]) at[i] + share * (to - at[i]) else if (to < 0) at[i] * (1 - share)
      else at[i] * (1 + 4 * share)
    for (share in c(0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, if (to > 0 && !correlation[i]) c(2, 4, 8)))
      if (rise(i, step(share)) > 0) return(uniroot(function(v) rise(i, v), sort(c(at[i], step(share))),
                                                   tol = 1e-9 * max(1, abs(at[i])))$root)
    if (to < 0) lower[i] else upper[i]
  }
  rows <- lapply(seq_along(at), function(i) list(parameter = names(at)[i], conf_low = bound(i, -1),
                                                conf_high = bound(i, 1)))
  found <- cbind(vapply(rows, `[[`, 0, "conf_low"), vapply(rows, `[[`, 0, "conf_high"))
  away <- max(abs(found - by_lme4) / pmax(abs(found), 0.01 * abs(at)), na.rm = TRUE)
  message("  profile beside confint(lme4): ", signif(away, 2))
  rows
}

# ---- one case --------------------------------------------------------------------------------------------------------
nested_in <- function(inner, outer) all(tapply(outer, inner, function(x) length(unique(x)) == 1))

reference_lmer <- function(case, d) {
  terms <- term_names(case, d)
  fits <- list()
  for (method in c("REML", "ML")) {
    REML <- method == "REML"
    hard <- fit_hard(case, d, REML)
    fit <- hard$fit
    out <- basic(fit, terms, nrow(d))
    out$r_default_deviance <- hard$default
    out$fitted <- unname(fitted(fit))[seq_len(min(12, nrow(d)))]
    out$predicted_fixed <- unname(predict(fit, re.form = NA))[seq_len(min(12, nrow(d)))]
    out$r2 <- if (is.null(case$weights)) nakagawa(fit)
    out$satterthwaite <- quiet(satterthwaite(fit, case, terms))
    if (REML && is.null(case$weights)) out$kenward_roger <- quiet(kenward_roger(fit, case, terms))
    if (!is.null(case$cluster) && is.null(case$weights)) out$cr2 <- cluster_robust(fit, d[[case$cluster]])
    if (isTRUE(case$modes)) out$modes <- conditional_modes(fit)
    if (!is.null(case$leave_out) && REML) out$leave_one_out <- leave_one_out(fit, case, d, REML, case$leave_out)
    if (isTRUE(case$profile) && !REML) out$profile <- profile_intervals(case, d)
    fits[[method]] <- out
  }
  if (!is.null(case$smaller)) {
    less <- within(case, fixed <- case$smaller)
    a <- fit_hard(less, d, FALSE)$fit
    chi <- fits$ML$log_likelihood * 2 - 2 * as.numeric(logLik(a))
    df <- length(terms) - length(fixef(a))
    fits$likelihood_ratio <- list(fixed = case$smaller, statistic = chi, df = df,
                                  p_value = pchisq(chi, df, lower.tail = FALSE))
  }
  fits
}
