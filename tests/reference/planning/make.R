# The standard error of the tested coefficient by lme4 at given variances, and its Satterthwaite df by dense algebra from the
# expected information of the restricted likelihood. Run in this folder: Rscript make.R  (writes planned.json)
suppressMessages({library(lme4); library(jsonlite)})
SD <- list(client = 1, worker = .3, client_effect = .1, worker_effect = .05, trend = .03)
courses <- read.csv("courses.csv")

planned <- function(d) {
  d$mean <- ave(d$dose, d$client); d$own <- ave(d$dose, d$worker)
  d$within <- d$dose - d$mean; d$between <- d$mean - d$own; d$above <- d$own - mean(d$dose); d$time <- d$session - mean(d$session)
  around <- d$time - ave(d$time, d$client)
  residual <- 1 - (SD$client_effect^2 + SD$worker_effect^2) * mean(d$within^2) - SD$trend^2 * mean(around^2)
  d$y <- rnorm(nrow(d)) # the information does not hang on it
  f <- y ~ within + between + above + time + (1 + within | worker) + (1 + within + time | client)
  made <- lFormula(f, d, REML = TRUE, control = lmerControl(check.conv.singular = "ignore"))
  devfun <- do.call(mkLmerDevfun, made)
  # relative factors, group by group in lme4's own order
  sds <- list(client = c(SD$client, SD$client_effect, SD$trend), worker = c(SD$worker, SD$worker_effect))
  theta <- unlist(lapply(names(made$reTrms$cnms), function(g) { m <- diag(sds[[g]] / sqrt(residual)); m[lower.tri(m, diag = TRUE)] }))
  devfun(theta)
  pp <- environment(devfun)$pp
  vcov <- residual * tcrossprod(solve(pp$RX()))
  se <- sqrt(diag(vcov))[[2]]
  # dense: V, its derivatives by every variance and covariance, the expected information
  Zc <- model.matrix(~ 0 + factor(client), d); Zw <- model.matrix(~ 0 + factor(worker), d); X <- model.matrix(~ within + between + above + time, d)
  cols <- list(1, d$within, d$time)
  same_c <- tcrossprod(Zc); same_w <- tcrossprod(Zw)
  one <- function(a, b, same) { a <- rep_len(a, nrow(d)); b <- rep_len(b, nrow(d)); m <- outer(a, b); (if (identical(a, b)) m else m + t(m)) * same }
  V <- SD$client^2 * one(1, 1, same_c) + SD$client_effect^2 * one(d$within, d$within, same_c) + SD$trend^2 * one(d$time, d$time, same_c) +
    SD$worker^2 * one(1, 1, same_w) + SD$worker_effect^2 * one(d$within, d$within, same_w) + residual * diag(nrow(d))
  D <- list(diag(nrow(d)))
  for (j in 1:3) for (k in 1:j) D[[length(D) + 1]] <- one(cols[[j]], cols[[k]], same_c)
  for (j in 1:2) for (k in 1:j) D[[length(D) + 1]] <- one(cols[[j]], cols[[k]], same_w)
  W <- solve(V); H <- solve(t(X) %*% W %*% X); P <- W - W %*% X %*% H %*% t(X) %*% W
  l <- H[2, ] ; A <- as.vector(W %*% X %*% l)
  g <- sapply(D, function(v) as.numeric(t(A) %*% v %*% A))
  PV <- lapply(D, function(v) P %*% v)
  I <- outer(seq_along(D), seq_along(D), Vectorize(function(j, k) sum(PV[[j]] * t(PV[[k]]))))
  df <- 2 * H[2, 2]^2 / as.numeric(t(g) %*% (2 * solve(I)) %*% g)
  list(std_error = se, dense = sqrt(H[2, 2]), df = df, ratings = nrow(d))
}
set.seed(1)
write_json(lapply(split(courses, courses$design), planned), "planned.json", auto_unbox = TRUE, digits = 12)
