# Sixteen specifications, each as observed and under twenty shifts, every one refitted whole by lme4.
# Run in this folder: Rscript make.R  (writes lme4.json)
suppressMessages({library(lme4); library(jsonlite)})
study <- read.csv("study.csv"); turns <- as.matrix(read.csv("turns.csv"))

turned <- function(values, client, by) { # each client's series turned by some places, as numpy.roll does
  for (one in unique(client)) {
    rows <- which(client == one); n <- length(rows); s <- by[one + 1] %% n
    values[rows] <- values[rows][(seq_len(n) - 1 - s) %% n + 1]
  }
  values
}
lines <- function(values, time, client) { # each client's own line, around zero
  found <- numeric(length(values))
  for (one in unique(client)) { rows <- client == one; x <- time[rows] - mean(time[rows]); found[rows] <- x * sum(x * values[rows]) / sum(x^2) }
  found
}
statistic <- function(d, formula) {
  m <- lmer(formula, d, REML = TRUE, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE))
  found <- coef(summary(m))["within", ]
  c(found[["Estimate"]], found[["t value"]])
}
result <- list()
for (score in c("one", "other")) for (dose in c("count", "any")) for (covariates in c("z", "none")) for (least in c(2, 6)) {
  n <- table(study$client)
  d <- study[study$client %in% as.integer(names(n)[n >= least]), ]
  d$y <- d[[score]]
  raw <- if (dose == "any") as.numeric(d$episodes > 0) else as.numeric(d$episodes)
  mean_of <- ave(raw, d$client)
  d$between <- mean_of; d$t <- d$session - mean(d$session)
  held <- lines(raw - mean_of, d$t, d$client); around <- raw - mean_of - held
  formula <- if (covariates == "z") y ~ within + between + t + z + (1 + t | client) + (1 | worker) else y ~ within + between + t + (1 + t | client) + (1 | worker)
  d$within <- held + around
  rows <- list(statistic(d, formula))
  for (b in seq_len(ncol(turns))) { d$within <- held + turned(around, d$client, turns[, b]); rows[[b + 1]] <- statistic(d, formula) }
  rows <- do.call(rbind, rows)
  result[[length(result) + 1]] <- list(score = score, dose = dose, covariates = covariates, least = least, estimates = rows[, 1], statistics = rows[, 2])
}
write_json(result, "lme4.json", auto_unbox = TRUE, digits = 10, pretty = FALSE)
