# Odds over few workers: CR2 with Satterthwaite's df by clubSandwich, for an odds model and for a linear one.
# Run in this folder: Rscript few_workers.R  (reads few_workers.csv, writes few_workers.json)
suppressMessages({library(clubSandwich); library(jsonlite)})
d <- read.csv("few_workers.csv")
found <- function(m) {
  t <- as.data.frame(coef_test(m, vcovCR(m, cluster = d$worker, type = "CR2"), test = "Satterthwaite"))
  list(estimate = unname(coef(m)), std_error = t$SE, df = t$df_Satt)
}
odds <- glm(event ~ x + time + z, binomial, d, control = list(epsilon = 1e-13))
write_json(list(odds = found(odds), linear = found(lm(y ~ x + time + z, d))), "few_workers.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
