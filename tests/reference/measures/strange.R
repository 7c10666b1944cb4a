# Cases that strain the measures: `Rscript tests/reference/measures/strange.R`, from any directory (half a minute). Negative
# loadings, a Heywood case, no degrees of freedom, local optima, answers missing, clusters of one, four unequal groups.
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])))
source(file.path(here, "data.R"))
library(jsonlite)
save_data <- function(d, name) write.csv(d, file.path(here, paste0("strange_", name, ".csv")), row.names = FALSE, quote = FALSE)
sharp <- list(iter.max = 20000, eval.max = 40000)
measures <- c("chisq", "df", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "aic", "bic")

one_factor <- function(d) {
  full <- na.omit(d)
  f <- suppressWarnings(cfa(paste("f =~", paste(names(d), collapse = " + ")), full, std.lv = TRUE, control = sharp))
  e <- inspect(f, "est")
  a <- suppressWarnings(suppressMessages(alpha(d, check.keys = FALSE)))
  list(fit = as.list(fitMeasures(f, measures)), loadings = unname(inspect(f, "std")$lambda[, 1]), n = nrow(full),
       residuals = unname(diag(inspect(f, "std")$theta)), alpha = a$total$raw_alpha,
       feldt = unname(unlist(a$feldt[c("lower.ci", "upper.ci")])),
       omega = sum(e$lambda)^2 / (sum(e$lambda)^2 + sum(diag(e$theta))))
}
turned <- function(d, items) { for (i in items) d[[i]] <- max(d, na.rm = TRUE) + 1 - d[[i]]; d }
heywood <- function(n, seed) {  # the first item is what the others share and more: its residual variance falls below zero
  set.seed(seed)
  h <- rnorm(n); e <- rnorm(n)
  d <- data.frame(item_1 = h + rnorm(n, sd = .1), item_2 = .8 * h + .6 * e, item_3 = .8 * h - .3 * e + rnorm(n, sd = .5),
                  item_4 = .3 * h + rnorm(n))
  round(d, 3)
}
singles <- function(clients, k, seed) {  # half of the clusters have one rating only
  set.seed(seed)
  size <- ifelse(seq_len(clients) %% 2 == 0, 1, sample(2:9, clients, TRUE))
  client <- rep(seq_len(clients), size)
  trait <- rnorm(clients)[client]; state <- rnorm(length(client))
  x <- sapply(seq_len(k), function(i) 4 + (0.4 + i / 8) * trait + (0.9 - i / 20) * state + rnorm(clients, sd = .4)[client] + rnorm(length(client), sd = .8))
  colnames(x) <- paste0("item_", seq_len(k))
  data.frame(client = client, pmin(pmax(round(x), 1), 7))
}
two_level <- function(d) {
  f <- paste(grep("item", names(d), value = TRUE), collapse = " + ")
  fit <- suppressWarnings(cfa(paste0("level: 1\nw =~ ", f, "\nlevel: 2\nb =~ ", f), d, cluster = "client", std.lv = TRUE,
                              optim.method = "nlminb", control = sharp))
  e <- lavInspect(fit, "est")
  part <- function(x) sum(x$lambda)^2 * x$psi[1] / (sum(x$lambda)^2 * x$psi[1] + sum(diag(x$theta)))
  list(within = part(e$within), between = part(e[[2]]), loglik = as.numeric(fitMeasures(fit, "logl")))
}
four_groups <- function() {
  sizes <- c(90, 160, 250, 310)
  do.call(rbind, lapply(1:4, function(g) {
    d <- likert(sizes[g], k = 9, seed = 60 + g, general = .45 + g / 20, specific = .5, shift = g / 6)
    if (g == 4) d$item_2 <- pmin(7, d$item_2 + 1)
    cbind(block = g, d)
  }))
}
invariance <- function(d) {
  model <- paste(sapply(1:3, function(g) paste0("s", g, " =~ ", paste0("item_", seq(g, 9, 3), collapse = " + "))), collapse = "\n")
  equal <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"))
  lapply(equal, function(e) as.list(fitMeasures(cfa(model, d, group = "block", group.equal = e, control = sharp), measures)))
}

single <- list(negative = turned(likert(150, k = 10, seed = 51), c(3, 7)), heywood = heywood(120, 56),
               three = likert(90, k = 3, seed = 53), gaps = with_gaps(likert(260, k = 8, high = 5, seed = 54), .04, 55),
               weak = likert(60, k = 6, seed = 57, general = .15, specific = .2), wide = likert(600, k = 36, seed = 58))
for (name in names(single)) save_data(single[[name]], name)
ones <- singles(90, 5, 59)
save_data(ones, "singles")
groups <- four_groups()
save_data(groups, "groups")
writeLines(toJSON(list(single = lapply(single, one_factor), twolevel = two_level(ones), invariance = invariance(groups)),
                  digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null"), file.path(here, "strange.json"))
