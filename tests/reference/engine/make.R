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
    fits[[m]]$kenward_roger$p_value[1] <- NA
  }
  fits
}
reference <- function(case, d) {
  if (!is.null(case$time)) return(reference_car1(case, d))
  fits <- reference_lmer(case, d)
  if (!is.null(case$weights)) fits <- add_weighted(fits, case, d)
  if (!is.null(case$shift)) fits <- shift_back(fits, case$shift)
  fits
}
write_json <- function(x, path)
  writeLines(jsonlite::toJSON(x, digits = NA, auto_unbox = TRUE, null = "null", na = "null"), path)

sets <- c(published(), simulated())
for (name in names(sets)) write_data(plain(sets[[name]]), name)
all_cases <- cases()
for (name in if (length(wanted)) intersect(wanted, names(all_cases)) else names(all_cases)) {
  case <- all_cases[[name]]
  message(name)
  fits <- reference(case, sets[[case$data]])
  random <- lapply(case$random, function(t) if (is.list(t)) lapply(t, as.list) else as.list(t))
  write_json(list(name = name, source = case$source, data = case$data,
    outcome = if (is.null(case$shifted)) case$outcome else case$shifted, fixed = as.list(case$fixed), random = random,
    weights = case$weights, time = case$time, cluster = case$cluster, contrasts = case$contrasts,
    joint = lapply(case$joint, as.list), fits = fits), file.path(here, "cases", paste0(name, ".json")))
}
if (!length(wanted) || "small_designs" %in% wanted) write_json(small_designs(), file.path(here, "small_designs.json"))
