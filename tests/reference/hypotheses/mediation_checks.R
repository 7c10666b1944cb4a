# The checks of a mediation in lme4/lmerTest, from the raw rows of study.csv (path a: m on joint, path b: total on m).
# Run in this folder: Rscript mediation_checks.R  (writes mediation_checks.json)
source("lib.R")
d <- read_study("study.csv")
# another person's report of the mediator: study.csv has none, so one is made of it, as tests/hypotheses/test_mediation.py does
d$other <- d$empathy_client + cos(1.7 * seq_len(nrow(d)))
lagged <- function(d, column) {
  x <- d
  x$m <- shift(x[[column]], d$client, 1); x$m_before <- shift(x[[column]], d$client, 2); x$m_later <- shift(x[[column]], d$client, -1)
  x$y_before <- shift(d$total, d$client, 1)
  x$after <- d$joint; x$joint <- shift(d$joint, d$client, 1); x$earlier <- shift(d$joint, d$client, 2)
  x[!is.na(x$m), ]
}
ready <- function(x) { x <- prepare(x); parts(x, "m", x$m) }
A <- "m ~ joint_w + joint_b + joint_k + time + phase"; A_RANDOM <- "(1 | worker) + (1 + joint_w | client)"
B <- "total ~ joint_w + joint_b + joint_k + m_w + m_b + m_k + time + phase"; B_RANDOM <- "(1 | worker) + (1 + m_w | client)"
a_with <- function(more, x) hard(model(paste(A, more), A_RANDOM), x)
b_with <- function(more, x) hard(model(paste(B, more), B_RANDOM), x)
out <- list()

all <- lagged(d, "empathy_client")
x <- ready(all[!is.na(all$m_later), ]); x <- parts(x, "later", x$m_later)
m <- b_with("+ later_w", x)
out$hidden_cause <- list(before = test(m, c(m_w = 1)), after = test(m, c(later_w = 1)), apart = test(m, c(m_w = 1, later_w = -1)))

x <- ready(all); x$none <- as.integer(is.na(x$earlier))
own <- ave(x$earlier, x$client, FUN = function(v) mean(v, na.rm = TRUE)); own[is.nan(own)] <- 0
x$earlier <- ifelse(is.na(x$earlier), own, x$earlier)
x <- parts(x, "after", x$after); x <- parts(x, "earlier", x$earlier)
m <- a_with("+ after_w + earlier_w + none", x)
out$first_path <- list(before = test(m, c(joint_w = 1)), after = test(m, c(after_w = 1)), earlier = test(m, c(earlier_w = 1)),
                       apart = test(m, c(joint_w = 1, after_w = -1)))

x <- ready(all)
out$session_rating <- list(b = test(b_with("+ y_before", x), c(m_w = 1))) # one session back: also the rating before
x <- ready(all[!is.na(all$m_before), ])
out$lagged_outcome <- list(a = test(a_with("+ m_before", x), c(joint_w = 1)), b = out$session_rating$b)

x <- ready(lagged(d, "other"))
out$other_rater <- list(a = test(a_with("", x), c(joint_w = 1)), b = test(b_with("", x), c(m_w = 1)))
out$versions <- list(R = paste(R.version$major, R.version$minor, sep = "."))
for (name in c("lme4", "lmerTest")) out$versions[[name]] <- as.character(packageVersion(name))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 13, pretty = TRUE), "mediation_checks.json")
