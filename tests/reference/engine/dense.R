# The model written out with n x n matrices: an oracle for what no R package gives (Satterthwaite with CAR(1) residuals,
# Kenward-Roger with prior weights). It is checked against lmerTest, pbkrtest and nlme wherever those do answer.

dense_parts <- function(case, d) {
  assign("d", d, envir = globalenv())
  X <- model.matrix(formula_fixed(case), d)
  blocks <- lapply(blocks_of(case$random), function(b) {
    g <- factor(d[[b$group]])
    cols <- lapply(b$terms, function(t) if (t == "1") rep(1, nrow(d)) else as.numeric(d[[t]]))
    Z <- lapply(cols, function(x) x * model.matrix(~ g - 1))
    K <- lapply(Z, function(a) lapply(Z, function(b) tcrossprod(a, b)))
    list(Z = Z, K = K, q = length(cols), group = b$group, terms = b$terms)
  })
  serial <- NULL
  if (!is.null(case$time)) {
    gap <- abs(outer(d[[case$time]], d[[case$time]], "-"))
    same <- outer(d[[case$serial]], d[[case$serial]], "==")
    serial <- list(gap = gap, same = same)
  }
  weights <- if (is.null(case$weights)) rep(1, nrow(d)) else d[[case$weights]]
  list(X = X, y = d[[case$outcome]], blocks = blocks, serial = serial, weights = weights)
}
factors_of <- function(parts, theta) {
  out <- list(); at <- 0
  for (b in parts$blocks) {
    L <- matrix(0, b$q, b$q)
    k <- b$q * (b$q + 1) / 2
    L[lower.tri(L, diag = TRUE)] <- theta[at + seq_len(k)]
    at <- at + k
    out[[length(out) + 1]] <- L
  }
  out
}
residual_part <- function(parts, phi) {
  if (is.null(parts$serial)) return(diag(1 / parts$weights))
  R <- phi^parts$serial$gap
  R[!parts$serial$same] <- 0
  R / sqrt(outer(parts$weights, parts$weights))
}
block_covariance <- function(b, S) {
  out <- 0
  for (i in seq_len(b$q)) for (j in seq_len(b$q)) if (S[i, j] != 0) out <- out + S[i, j] * b$K[[i]][[j]]
  out
}
relative_covariance <- function(parts, theta, phi) {
  V <- residual_part(parts, phi)
  L <- factors_of(parts, theta)
  for (k in seq_along(parts$blocks)) V <- V + block_covariance(parts$blocks[[k]], tcrossprod(L[[k]]))
  V
}
gls <- function(parts, theta, phi) {
  U <- chol(relative_covariance(parts, theta, phi))
  XX <- backsolve(U, parts$X, transpose = TRUE)
  yy <- backsolve(U, parts$y, transpose = TRUE)
  A <- crossprod(XX)
  beta <- drop(solve(A, crossprod(XX, yy)))
  list(A = A, beta = beta, rss = sum((yy - XX %*% beta)^2), logdet_V = 2 * sum(log(diag(U))),
       logdet_A = as.numeric(determinant(A)$modulus), n = length(yy), p = ncol(XX))
}
dense_deviance <- function(g, REML) {                                           # profiled over sigma
  m <- g$n - if (REML) g$p else 0
  g$logdet_V + (if (REML) g$logdet_A else 0) + m * (1 + log(2 * pi * g$rss / m))
}
dense_deviance_sigma <- function(g, sigma, REML) {
  m <- g$n - if (REML) g$p else 0
  g$logdet_V + (if (REML) g$logdet_A else 0) + m * log(2 * pi * sigma^2) + g$rss / sigma^2
}

# Satterthwaite exactly as lmerTest does it, phi among the variance parameters (as a logit: the differences must stay
# inside (0, 1), and at the optimum the df do not depend on the scale a parameter is written in).
dense_satterthwaite <- function(parts, theta, phi, sigma, REML) {
  k <- length(theta)
  serial <- !is.null(parts$serial)
  split <- function(x) list(theta = x[seq_len(k)], phi = if (serial) plogis(x[k + 1]) else NULL, sigma = x[length(x)])
  at <- c(theta, if (serial) qlogis(phi), sigma)
  f <- function(x) { s <- split(x); dense_deviance_sigma(gls(parts, s$theta, s$phi), s$sigma, REML) }
  v <- function(x) { s <- split(x); as.vector(s$sigma^2 * solve(gls(parts, s$theta, s$phi)$A)) }
  H <- numDeriv::hessian(f, at)
  e <- eigen(H, symmetric = TRUE)
  keep <- e$values > 1e-8
  A <- 2 * e$vectors[, keep, drop = FALSE] %*% (t(e$vectors[, keep, drop = FALSE]) / e$values[keep])
  J <- numDeriv::jacobian(v, at)
  p <- ncol(parts$X)
  function(L) {
    grad <- apply(J, 2, function(j) drop(L %*% matrix(j, p) %*% L))
    2 * drop(L %*% matrix(v(at), p) %*% L)^2 / drop(grad %*% A %*% grad)
  }
}

# Kenward and Roger (1997) with the covariance linear in its parameters, as pbkrtest has it.
dense_kenward_roger <- function(parts, theta, sigma) {
  L <- factors_of(parts, theta)
  G <- list()
  for (k in seq_along(parts$blocks)) {
    b <- parts$blocks[[k]]
    for (i in seq_len(b$q)) for (j in seq_len(i)) {
      S <- matrix(0, b$q, b$q); S[i, j] <- S[j, i] <- 1
      G[[length(G) + 1]] <- block_covariance(b, S)
    }
  }
  G[[length(G) + 1]] <- residual_part(parts, NULL)
  V <- sigma^2 * relative_covariance(parts, theta, NULL)
  W <- chol2inv(chol(V))
  X <- parts$X
  Phi <- solve(t(X) %*% W %*% X)
  m <- length(G)
  WG <- lapply(G, function(g) W %*% g)
  P <- lapply(seq_len(m), function(i) -t(X) %*% WG[[i]] %*% W %*% X)
  Q <- function(i, j) t(X) %*% WG[[i]] %*% WG[[j]] %*% W %*% X
  info <- matrix(0, m, m); sum_term <- 0
  Qs <- lapply(seq_len(m), function(i) lapply(seq_len(m), function(j) Q(i, j)))
  for (i in seq_len(m)) for (j in seq_len(m)) info[i, j] <- sum(WG[[i]] * t(WG[[j]])) -
    2 * sum(diag(Phi %*% Qs[[i]][[j]])) + sum(diag(Phi %*% P[[i]] %*% Phi %*% P[[j]]))
  Wc <- 2 * solve(info)
  for (i in seq_len(m)) for (j in seq_len(m)) sum_term <- sum_term +
    Wc[i, j] * (Qs[[i]][[j]] - P[[i]] %*% Phi %*% P[[j]])
  adjusted <- Phi + 2 * Phi %*% sum_term %*% Phi
  df <- function(l) {                                         # one row of L: q = 1 in the formulas of the paper
    l <- matrix(l, 1)
    theta_mid <- t(l) %*% solve(l %*% Phi %*% t(l)) %*% l
    A1 <- A2 <- 0
    for (i in seq_len(m)) for (j in seq_len(m)) {
      ti <- theta_mid %*% Phi %*% P[[i]] %*% Phi; tj <- theta_mid %*% Phi %*% P[[j]] %*% Phi
      A1 <- A1 + Wc[i, j] * sum(diag(ti)) * sum(diag(tj)); A2 <- A2 + Wc[i, j] * sum(ti * t(tj))
    }
    B <- (A1 + 6 * A2) / 2
    g <- (2 * A1 - 5 * A2) / (3 * A2)
    c1 <- g / (3 + 2 * (1 - g)); c2 <- (1 - g) / (3 + 2 * (1 - g)); c3 <- (3 - g) / (3 + 2 * (1 - g))
    E <- 1 / (1 - A2)
    Vs <- 2 * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B))
    rho <- Vs / (2 * E^2)
    4 + 3 / (rho - 1)
  }
  list(covariance = unname(adjusted), df = df)
}

# Bell and McCaffrey's CR2 with Satterthwaite df (Pustejovsky & Tipton 2018), the working model being the fitted one.
dense_cr2 <- function(parts, theta, phi, sigma, cluster) {
  V <- sigma^2 * relative_covariance(parts, theta, phi)
  W <- chol2inv(chol(V)); X <- parts$X
  M <- solve(t(X) %*% W %*% X)
  g <- gls(parts, theta, phi)
  e <- drop(parts$y - X %*% g$beta)
  rows <- split(seq_along(e), cluster)
  IH <- diag(length(e)) - X %*% M %*% t(X) %*% W
  symroot <- function(B) { d <- eigen(B, symmetric = TRUE); v <- ifelse(d$values > 1e-10, 1 / sqrt(d$values), 0)
    d$vectors %*% (v * t(d$vectors)) }
  pieces <- lapply(rows, function(r) {
    D <- chol(V[r, r, drop = FALSE])
    B <- D %*% (V[r, r, drop = FALSE] - X[r, , drop = FALSE] %*% M %*% t(X[r, , drop = FALSE])) %*% t(D)
    A <- t(D) %*% symroot(B) %*% D
    M %*% t(X[r, , drop = FALSE]) %*% W[r, r, drop = FALSE] %*% A
  })
  covariance <- Reduce(`+`, Map(function(G, r) tcrossprod(G %*% e[r]), pieces, rows))
  df <- function(l) {
    p <- do.call(cbind, Map(function(G, r) t(l %*% G %*% IH[r, , drop = FALSE]), pieces, rows))
    Om <- t(p) %*% V %*% p
    sum(diag(Om))^2 / sum(Om^2)
  }
  list(covariance = unname(covariance), df = df)
}

# ---- CAR(1): nlme leads, the dense deviance is then brought to its minimum -------------------------------------------
nlme_fit <- function(case, d, method) {
  assign("d", d, envir = globalenv())
  random <- lapply(case$random, function(t) as.formula(paste("~", one(t))))
  form <- as.formula(sprintf("~ %s | %s", case$time, paste(names(case$random), collapse = "/")))
  control <- lmeControl(maxIter = 500, msMaxIter = 1000, tolerance = 1e-11, msTol = 1e-12, niterEM = 50,
                        returnObject = TRUE, opt = "nlminb")
  weights <- if (is.null(case$weights)) NULL else bquote(varFixed(.(as.formula(paste("~ 1 /", case$weights)))))
  fit <- eval(bquote(lme(.(formula_fixed(case)), data = d, weights = .(weights), random = .(random), method = .(method), control = .(control),
                         correlation = corCAR1(value = 0.5, form = .(form)))), globalenv())
  fit
}
nlme_theta <- function(fit, case) unlist(lapply(names(case$random), function(g) {
  L <- t(chol(as.matrix(fit$modelStruct$reStruct[[g]])))
  L[lower.tri(L, diag = TRUE)]
}))
relative_lower <- function(parts) unlist(lapply(parts$blocks, function(b) {
  m <- matrix(-Inf, b$q, b$q); diag(m) <- 0; m[lower.tri(m, diag = TRUE)]
}))
minimize_dense <- function(parts, theta, phi, REML) {
  k <- length(theta)
  f <- function(x) tryCatch(dense_deviance(gls(parts, x[seq_len(k)], x[k + 1]), REML), error = function(e) 1e10)
  lower <- c(relative_lower(parts), 1e-6)
  best <- NULL
  for (start in list(c(theta, phi), c(theta * 0.5, min(0.95, phi * 1.05)), c(theta + 0.1 * (lower[seq_len(k)] == 0), phi * 0.9),
                     c(theta, 0.5), c(theta, 0.97))) {
    r <- nlminb(start, f, lower = lower, upper = c(rep(Inf, k), 1 - 1e-6),
                control = list(rel.tol = 1e-14, x.tol = 1e-10, eval.max = 2000, iter.max = 1000))
    if (is.null(best) || r$objective < best$objective - 1e-10) best <- r
  }
  logit <- function(x) f(replace(x, k + 1, plogis(x[k + 1])))
  x <- polish(logit, replace(best$par, k + 1, qlogis(best$par[k + 1])), c(relative_lower(parts), -Inf))
  list(theta = x[seq_len(k)], phi = plogis(x[k + 1]), deviance = logit(x))
}
dense_modes <- function(parts, theta, phi, sigma, beta, d) {
  V <- relative_covariance(parts, theta, phi)
  W <- chol2inv(chol(V))
  r <- parts$y - parts$X %*% beta
  L <- factors_of(parts, theta)
  rows <- list()
  fitted <- drop(parts$X %*% beta)
  for (k in seq_along(parts$blocks)) {
    b <- parts$blocks[[k]]
    S <- tcrossprod(L[[k]])
    levels <- levels(factor(d[[b$group]]))
    ZS <- lapply(seq_len(b$q), function(i) Reduce(`+`, lapply(seq_len(b$q), function(j) b$Z[[j]] * S[i, j])))
    for (i in seq_len(b$q)) {
      value <- drop(t(ZS[[i]]) %*% W %*% r)
      spread <- S[i, i] - rowSums((t(ZS[[i]]) %*% W) * t(ZS[[i]]))
      fitted <- fitted + drop(b$Z[[i]] %*% value)
      rows[[length(rows) + 1]] <- list(group = rep(b$group, length(levels)), level = levels,
        term = rep(rename_term(if (b$terms[i] == "1") "Intercept" else b$terms[i]), length(levels)), value = value,
        std_error = sigma * sqrt(pmax(spread, 0)))
    }
  }
  list(modes = lapply(setNames(nm = names(rows[[1]])), function(n) unlist(lapply(rows, `[[`, n), use.names = FALSE)),
       fitted = fitted)
}
dense_variance_rows <- function(parts, theta, sigma) {
  L <- factors_of(parts, theta)
  rows <- list()
  for (k in seq_along(parts$blocks)) {
    b <- parts$blocks[[k]]; S <- sigma^2 * tcrossprod(L[[k]])
    name <- ifelse(b$terms == "1", "Intercept", b$terms)
    for (i in seq_len(b$q)) for (j in seq_len(i))
      rows[[length(rows) + 1]] <- list(group = b$group, term_1 = name[j], term_2 = name[i], covariance = S[i, j])
  }
  rows
}
reference_car1 <- function(case, d) {
  case$serial <- tail(names(case$random), 1)
  terms <- term_names(case, d)
  parts <- dense_parts(case, d)
  fits <- list()
  for (method in c("REML", "ML")) {
    REML <- method == "REML"
    nf <- NULL                                                  # clients who change worker: nlme has no crossed factors
    if (isTRUE(case$crossed)) {
      phi0 <- 0.8
      opt <- minimize_dense(parts, as.numeric(relative_lower(parts) == 0), phi0, REML)
    } else {
      nf <- nlme_fit(case, d, method)
      phi0 <- coef(nf$modelStruct$corStruct, unconstrained = FALSE)
      opt <- minimize_dense(parts, nlme_theta(nf, case), unname(phi0), REML)
    }
    g <- gls(parts, opt$theta, opt$phi)
    p <- g$p; n <- g$n
    sigma <- sqrt(g$rss / (n - if (REML) p else 0))
    V <- sigma^2 * solve(g$A)
    found <- if (is.null(nf)) opt$deviance else as.numeric(-2 * logLik(nf))
    message(sprintf("  %s nlme %.8f dense %.8f phi %.6f / %.6f", method, found, opt$deviance, phi0, opt$phi))
    # nlme stops up to 0.004 above the minimum where phi is near one (weekly ratings counted in days).
    stopifnot(abs(found - opt$deviance) < 0.01, opt$deviance < found + 1e-8)
    k <- length(opt$theta) + 2 + p
    sf <- dense_satterthwaite(parts, opt$theta, opt$phi, sigma, REML)
    unit <- lapply(seq_len(p), function(i) as.numeric(seq_len(p) == i))
    df <- vapply(unit, sf, 0)
    se <- unname(sqrt(diag(V)))
    out <- list(terms = terms, estimate = unname(g$beta), std_error = se, covariance = unname(V),
      log_likelihood = -opt$deviance / 2, deviance = opt$deviance, aic = opt$deviance + 2 * k,
      bic = opt$deviance + log(n) * k, residual_sd = sigma, theta = opt$theta, phi = opt$phi,
      variance = dense_variance_rows(parts, opt$theta, sigma),
      singular = any(opt$theta[relative_lower(parts) == 0] < 1e-4), n_obs = n,
      n_groups = lapply(case$random[names(case$random)], function(x) 0), r_default_deviance = found)
    out$n_groups <- as.list(vapply(names(case$random), function(gn) length(unique(d[[gn]])), 0L))
    m <- dense_modes(parts, opt$theta, opt$phi, sigma, g$beta, d)
    out$fitted <- unname(m$fitted)[seq_len(min(12, n))]
    out$predicted_fixed <- unname(drop(parts$X %*% g$beta))[seq_len(min(12, n))]
    if (isTRUE(case$modes)) out$modes <- m$modes
    out$satterthwaite <- list(df = df, p_value = 2 * pt(-abs(unname(g$beta) / se), df))
    out$satterthwaite$contrasts <- lapply(contrast_rows(case, terms), function(L) {
      s <- sqrt(drop(L %*% V %*% L)); v <- sf(unname(L)); e <- sum(L * g$beta)
      list(estimate = e, std_error = s, df = v, p_value = 2 * pt(-abs(e / s), v), conf_low = e - qt(0.975, v) * s,
           conf_high = e + qt(0.975, v) * s)
    })
    if (!is.null(case$cluster)) {
      cr <- dense_cr2(parts, opt$theta, opt$phi, sigma, d[[case$cluster]])
      out$cr2 <- list(std_error = unname(sqrt(diag(cr$covariance))), df = vapply(unit, cr$df, 0),
                      covariance = cr$covariance)
      theirs <- if (!is.null(nf) && is.null(case$weights)) tryCatch(as.data.frame(clubSandwich::coef_test(nf, vcov = "CR2", cluster = factor(d[[case$cluster]]))),
                         error = function(e) { message("  clubSandwich: ", conditionMessage(e)); NULL })
      if (!is.null(theirs)) {
        away <- max(abs(theirs$SE / out$cr2$std_error - 1))
        message("  CR2 beside clubSandwich on nlme: ", signif(away, 2))
        stopifnot(away < 0.02)
      }
    }
    fits[[method]] <- out
  }
  fits
}

# Prior weights: pbkrtest and clubSandwich leave them out, so these come from the dense formulas.
add_weighted <- function(fits, case, d) {
  parts <- dense_parts(case, d)
  for (method in c("REML", "ML")) {
    f <- fits[[method]]
    at <- weighted_theta(f, case)
    g <- gls(parts, at, NULL)
    stopifnot(abs(dense_deviance(g, method == "REML") - f$deviance) < 1e-6)
    unit <- lapply(seq_along(f$terms), function(i) as.numeric(seq_along(f$terms) == i))
    if (method == "REML") {
      kr <- dense_kenward_roger(parts, at, f$residual_sd)
      fits[[method]]$kenward_roger <- list(std_error = sqrt(diag(kr$covariance)), covariance = kr$covariance,
                                           df = vapply(unit, kr$df, 0))
    }
    if (!is.null(case$cluster)) {
      cr <- dense_cr2(parts, at, NULL, f$residual_sd, d[[case$cluster]])
      fits[[method]]$cr2 <- list(std_error = unname(sqrt(diag(cr$covariance))), df = vapply(unit, cr$df, 0),
                                 covariance = cr$covariance)
    }
  }
  fits
}
weighted_theta <- function(f, case) unlist(lapply(blocks_of(case$random), function(b) {
  q <- length(b$terms); S <- matrix(0, q, q)
  name <- ifelse(b$terms == "1", "Intercept", b$terms)
  for (r in f$variance) if (r$group == b$group && r$term_1 %in% name && r$term_2 %in% name) {
    i <- match(r$term_1, name); j <- match(r$term_2, name)
    S[i, j] <- S[j, i] <- r$covariance
  }
  L <- t(chol(S / f$residual_sd^2))
  L[lower.tri(L, diag = TRUE)]
}))
