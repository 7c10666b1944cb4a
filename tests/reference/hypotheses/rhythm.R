# The checks of a recurring cause and of time as it comes, on the headline of ladder.R, in lme4 and lmerTest, from the raw rows
# of study.csv: windows one and two away on either side beside the window itself; a level for every session number.
# Run in this folder: Rscript rhythm.R  (writes rhythm.json)
source("lib.R")
FIXED <- paste(BASE, "+ window + window_log")
SLOPES <- "(1 + joint_w | worker) + (1 + joint_w + time | client)"
own_mean <- function(x, client) ifelse(is.na(x), ave(x, client, FUN = function(v) mean(v, na.rm = TRUE)), x)
d <- read_study("study.csv")
d$total <- d$total + 0.25 * sin(2.3 * as.integer(as.character(d$worker))) * d$joint
d$window <- d$day - shift(d$day, d$client, 1); d$window[is.na(d$window)] <- 14
d$window_log <- log(d$window)
x <- p <- prepare(d); out <- list()
WINDOWS <- c(after = -1, earlier = 1, after_next = -2, earlier_still = 2)
for (name in names(WINDOWS)) {
  value <- shift(d$joint, d$client, WINDOWS[[name]]); x[[paste0("no_", name)]] <- as.integer(is.na(value))
  x <- parts(x, name, own_mean(value, d$client))
}
m <- hard(model(paste(c(FIXED, paste0(names(WINDOWS), "_w"), paste0("no_", names(WINDOWS))), collapse = " + "), SLOPES), x)
out$tested <- test(m, c(joint_w = 1))
for (name in names(WINDOWS)) out[[name]] <- test(m, setNames(1, paste0(name, "_w")))
p$level <- factor(p$session) # lme4 leaves out the level that time implies
out$free_time <- test(hard(model(paste(FIXED, "+ level"), SLOPES), p), c(joint_w = 1))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 13, pretty = TRUE), "rhythm.json")
