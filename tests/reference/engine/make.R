# Remakes every reference of the engine: `Rscript tests/reference/engine/make.R [case ...]`, from any directory.
# Debian's r-cran-lme4 r-cran-lmertest r-cran-pbkrtest r-cran-nlme r-cran-clubsandwich r-cran-jsonlite; R is needed here
# only, never by the product or its tests.
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])))
for (name in c("data.R", "lib.R", "dense.R", "cases.R", "small_designs.R")) source(file.path(here, name))
wanted <- commandArgs(TRUE)
dir.create(file.path(here, "data"), showWarnings = FALSE)
dir.create(file.path(here, "cases"), showWarnings = FALSE)

write_data <- function(d, name)
  write.table(format(d, digits = 15, trim = TRUE), file.path(here, "data", paste0(name, ".csv")), sep = ",",
              row.names = FALSE, quote = FALSE)
plain <- function(d) { d[] <- lapply(d, function(x) if (is.logical(x)) ifelse(x, "true", "false") else x); d }

# `estimate` of the intercept moves with the outcome; nothing else may.
shift_back <- function(fits, by) {
  for (m in c("REML", "ML")) {
    fits[[m]]$estimate[1] <- fits[[m]]$estimate[1] + by
    fits[[m]]$fitted <- fits[[m]]$fitted + by
    fits[[m]]$predicted_fixed <- fits[[m]]$predicted_fixed + by
    fits[[m]]$satterthwaite$p_value[1] <- NA
    if (m == "REML") fits[[m]]$kenward_roger$p_value[1] <- NA
  }
  fits
}
# Millionths and millions: lme4 loses its way (theta of 1e5), so R fits the plain columns and its answers are rescaled.
rescale <- function(fits, outcome, column, by_outcome, by_column) {
  for (m in c("REML", "ML")) {
    f <- fits[[m]]
    s <- by_outcome / ifelse(f$terms == column, by_column, 1)
    two <- outer(s, s)
    f$terms <- sub("x_within", "x_small", f$terms)
    f$estimate <- f$estimate * s
    f$std_error <- f$std_error * s
    f$covariance <- f$covariance * two
    for (part in c("kenward_roger", "cr2")) if (!is.null(f[[part]])) {
      f[[part]]$std_error <- f[[part]]$std_error * s
      f[[part]]$covariance <- f[[part]]$covariance * two
    }
    df <- f$n_obs - if (m == "REML") length(s) else 0
    moved <- 2 * df * log(by_outcome) + if (m == "REML") 2 * log(by_column) else 0
    for (part in c("deviance", "aic", "bic", "r_default_deviance")) f[[part]] <- f[[part]] + moved
    f$log_likelihood <- f$log_likelihood - moved / 2
    f$residual_sd <- f$residual_sd * by_outcome
    f$theta <- NULL
    f$fitted <- f$fitted * by_outcome
    f$predicted_fixed <- f$predicted_fixed * by_outcome
    f$variance <- lapply(f$variance, function(r) {
      powers <- (r$term_1 == column) + (r$term_2 == column)
      r$covariance <- r$covariance * by_outcome^2 / by_column^powers
      r$term_1 <- sub("x_within", "x_small", r$term_1)
      r$term_2 <- sub("x_within", "x_small", r$term_2)
      r
    })
    fits[[m]] <- f
  }
  fits
}
reference <- function(case, d) {
  if (!is.null(case$time)) {
    fits <- reference_car1(case, d)
    if (!is.null(case$phi_power)) for (m in names(fits)) fits[[m]]$phi <- fits[[m]]$phi^case$phi_power
    return(fits)
  }
  fits <- reference_lmer(case, d)
  if (!is.null(case$weights)) fits <- add_weighted(fits, case, d)
  if (!is.null(case$shift)) fits <- shift_back(fits, case$shift)
  if (!is.null(case$rescale)) fits <- rescale(fits, case$outcome, "x_within", 1e6, 1e-6)
  fits
}
write_json <- function(x, path)
  writeLines(jsonlite::toJSON(x, digits = NA, auto_unbox = TRUE, null = "null", na = "null"), path)

sets <- c(published(), simulated(), given(here))
for (name in names(sets)) write_data(plain(sets[[name]]), name)
all_cases <- cases()
for (name in if (length(wanted)) intersect(wanted, names(all_cases)) else names(all_cases)) {
  case <- all_cases[[name]]
  message(name)
  fits <- reference(case, sets[[case$data]])
  if (!is.null(case$rescale)) {
    case$fixed <- sub("x_within", "x_small", case$fixed)
    case$random <- lapply(case$random, function(t) sub("x_within", "x_small", t))
  }
  random <- lapply(case$random, function(t) if (is.list(t)) lapply(t, as.list) else as.list(t))
  write_json(list(name = name, source = case$source, data = case$data,
    outcome = if (is.null(case$as_column)) case$outcome else case$as_column, fixed = as.list(case$fixed), random = random,
    weights = case$weights, time = if (is.null(case$asked_time)) case$time else case$asked_time, cluster = case$cluster, contrasts = case$contrasts,
    joint = lapply(case$joint, as.list), fits = fits), file.path(here, "cases", paste0(name, ".json")))
}
if (!length(wanted) || "small_designs" %in% wanted) write_json(small_designs(), file.path(here, "small_designs.json"))
