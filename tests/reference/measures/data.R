# The reference data: seeded simulations, and the two published tables METHODS.md names.
suppressMessages({library(psych); library(lavaan)})

likert <- function(n, k = 12, groups = 3, general = 0.6, specific = 0.35, high = 7, seed = 1, shift = 0) {
  set.seed(seed)
  g <- rnorm(n)
  sub <- matrix(rnorm(n * groups), n)
  lambda <- general * seq(0.7, 1.3, length.out = k)
  x <- sapply(seq_len(k), function(i) lambda[i] * g + specific * sub[, (i - 1) %% groups + 1] + 0.6 * rnorm(n))
  x <- round((high + 1) / 2 + shift + 1.3 * x)
  x[] <- pmin(pmax(x, 1), high)
  colnames(x) <- paste0("item_", seq_len(k))
  as.data.frame(x)
}
# Ratings in clients: a trait, a moving state, items; some clients with fewer ratings.
clustered <- function(clients = 80, k = 6, seed = 2) {
  set.seed(seed)
  size <- sample(2:7, clients, TRUE)
  client <- rep(seq_len(clients), size)
  trait <- rnorm(clients)[client]
  state <- rnorm(length(client))
  x <- sapply(seq_len(k), function(i) 4 + (0.5 + i / 10) * trait + (0.8 - i / 20) * state + rnorm(clients, sd = .3)[client] +
                rnorm(length(client), sd = 0.7))
  colnames(x) <- paste0("item_", seq_len(k))
  data.frame(client = client, occasion = sequence(size), round(x, 3))
}
shrout <- structure(list(Person = c(1L, 2L, 3L, 4L, 5L, 1L, 2L, 3L, 4L, 5L, 1L, 2L, 3L, 4L, 5L, 1L, 2L, 3L, 4L, 5L),
  Time = rep(1:4, each = 5),
  Item1 = c(2L, 3L, 6L, 3L, 7L, 3L, 5L, 6L, 3L, 8L, 4L, 4L, 7L, 5L, 6L, 1L, 5L, 8L, 8L, 6L),
  Item2 = c(3L, 4L, 6L, 4L, 8L, 3L, 7L, 7L, 5L, 8L, 2L, 6L, 8L, 6L, 7L, 3L, 9L, 9L, 7L, 8L),
  Item3 = c(6L, 4L, 5L, 3L, 7L, 4L, 7L, 8L, 9L, 9L, 5L, 7L, 9L, 7L, 8L, 4L, 7L, 9L, 9L, 6L)),
  class = "data.frame", row.names = seq_len(20))
multilevel <- function(persons, times, k, seed) {
  set.seed(seed)
  d <- expand.grid(Person = seq_len(persons), Time = seq_len(times))
  p <- rnorm(persons); t <- rnorm(times, sd = .4); pt <- rnorm(nrow(d), sd = .5)
  pi <- matrix(rnorm(persons * k, sd = .4), persons); ti <- matrix(rnorm(times * k, sd = .2), times)
  for (i in seq_len(k)) d[[paste0("Item", i)]] <-
    round(4 + p[d$Person] + t[d$Time] + pt + pi[d$Person, i] + ti[d$Time, i] + rnorm(nrow(d), sd = .6), 3)
  d
}
two_raters <- function(n, seed, bias = 0.4) {
  set.seed(seed)
  truth <- rnorm(n)
  round(data.frame(one = truth + rnorm(n, sd = .6), two = bias + 0.8 * truth + rnorm(n, sd = .7)), 4)
}
blocks <- function(seed) {
  a <- likert(220, seed = seed); b <- likert(180, seed = seed + 1, shift = 0.4, general = .7)
  c <- likert(150, seed = seed + 2, specific = .45); c$item_3 <- pmin(7, c$item_3 + 1)
  rbind(cbind(block = 1, a), cbind(block = 2, b), cbind(block = 3, c))
}
with_gaps <- function(d, share, seed) { set.seed(seed); d[] <- lapply(d, function(x) replace(x, runif(length(x)) < share, NA)); d }
