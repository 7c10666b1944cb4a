# Agencies as a level above workers, in lme4, lmerTest and pbkrtest, from the raw rows of study.csv: few as fixed differences
# (three, worker modulo 3), enough as a random effect (twelve pairs of workers). A client who changes worker may change agency.
# study.csv has no differences between agencies: a known shift for each is added to the ratings.
# Run in this folder: Rscript agency.R  (writes agency.json)
source("lib.R")
d <- read_study("study.csv"); id <- as.integer(as.character(d$worker)); p <- prepare(d)
three <- id %% 3; pair <- id %/% 2
p$three <- factor(three); p$pair <- factor(pair); p$joint_a <- ave(p$joint, p$pair) - mean(p$joint)
all_of <- function(m, weights, ddf = "Satterthwaite") {
  v <- as.data.frame(VarCorr(m)); own <- v[is.na(v$var2) & (v$var1 == "(Intercept)" | is.na(v$var1)), ]
  c(test(m, weights, ddf), list(deviance = REMLcrit(m), variances = setNames(as.list(own$vcov), own$grp)))
}
x <- p; x$total <- x$total + 0.6 * sin(1.7 * three)
fixed <- hard(model(paste(BASE, "+ three")), x)
x <- p; x$total <- x$total + 0.6 * sin(1.7 * pair)
above <- "(1 | pair) + (1 | worker) + (1 + joint_w + time | client)"
random <- hard(model(BASE, above), x)
within <- hard(model(paste(BASE, "+ joint_a"), above), x)
few <- id < 12; x <- prepare(droplevels(d[few, ])); x$three <- factor(three[few]); x$total <- x$total + 0.6 * sin(1.7 * three[few])
kr <- hard(model(paste(BASE, "+ three")), x)
out <- list(fixed = all_of(fixed, c(joint_w = 1)), fixed_worker = all_of(fixed, c(joint_k = 1)),
  random = all_of(random, c(joint_w = 1)), random_worker = all_of(within, c(joint_k = 1)),
  few = all_of(kr, c(joint_w = 1), "Kenward-Roger"), few_worker = all_of(kr, c(joint_k = 1), "Kenward-Roger"))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 13, pretty = TRUE), "agency.json")
