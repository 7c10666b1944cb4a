# Models of a hypothesis beside its battery: contrasts, moderators, mediation, missed sessions and dropout.

contrasts_of <- function(p) {
  out <- list()
  both <- "total ~ joint_w + worker_solo_w + joint_b + joint_k + worker_solo_b + worker_solo_k + time + phase"
  out$contrast <- test(hard(model(both, "(1 | worker) + (1 + joint_w + worker_solo_w + time | client)"), p),
                       c(joint_w = 1, worker_solo_w = -1))
  x <- p; x$total <- x$bond - x$task
  out$outcome_contrast <- test(hard(model(BASE, "(1 | worker) + (1 + joint_w | client)"), x), c(joint_w = 1))
  long <- rbind(transform(p, y = bond, o = "bond"), transform(p, y = task, o = "task"))
  long$o <- factor(long$o); long$row <- factor(rep(seq_len(nrow(p)), 2)); long$half <- ifelse(long$o == "bond", 0.5, -0.5)
  fixed <- "y ~ 0 + o + o:(joint_w + joint_b + joint_k + time + phase)"
  apart <- c("obond:joint_w" = 1, "otask:joint_w" = -1)
  m <- hard(as.formula(paste(fixed, "+ (0 + o | worker) + (0 + o + o:joint_w | client) + (1 | row)")), long)
  out$outcome_stacked <- test(m, apart)
  # the same with effects of the outcomes' mean and of their difference uncorrelated: what the difference score assumes
  long$half_x <- long$half * long$joint_w
  m <- hard(as.formula(paste(fixed, "+ (1 | worker) + (0 + half | worker) + (1 + joint_w | client) + (0 + half + half_x | client)",
                             "+ (1 | row)")), long)
  out$outcome_stacked_apart <- test(m, apart)
  out
}

moderators_of <- function(p) {
  out <- list(); x <- p
  for (l in levels(x$phase)) x[[paste0("at_", l)]] <- x$joint_w * (x$phase == l)
  at <- paste0("at_", levels(x$phase))
  m <- hard(model(paste("total ~", paste(at, collapse = " + "), "+ joint_b + joint_k + time + phase")), x)
  out$by_phase <- test(m, setNames(c(-1, -1, -1, 3) / 3, at))
  out$phases_equal <- as.list(lmerTest::contestMD(m, t(sapply(2:4, function(k) vector_of(m, setNames(c(-1, 1), c(at[1], at[k])))))))
  trends <- function(m, f, ...) { # emmeans: the slope of the exposure at each level
    s <- as.data.frame(emtrends(m, f, var = "joint_w", lmer.df = "satterthwaite", lmerTest.limit = 1e5, ...))
    lapply(seq_len(nrow(s)), function(i) list(estimate = s$joint_w.trend[i], std_error = s$SE[i], df = s$df[i]))
  }
  m <- hard(model("total ~ joint_w * phase + joint_b + joint_k + time"), x)
  out$at_phases <- trends(m, ~ phase)
  x <- p; x$need_c <- x$need - mean(x$need); spread <- sqrt(mean(x$need_c^2))
  m <- hard(model("total ~ joint_w * need_c + joint_b + joint_k + time + phase"), x)
  out$by_need <- test(m, c("joint_w:need_c" = 1))
  out$at_needs <- trends(m, ~ need_c, at = list(need_c = c(-spread, 0, spread)))
  out
}

# M one rating earlier, X in the window before it; cov(a, b) from the stacked model of Bauer, Preacher & Gil 2006
mediation_of <- function(d) {
  out <- list(); x <- d; x$m <- shift(d$empathy_client, d$client, 1); x$joint <- shift(d$joint, d$client, 1)
  x <- prepare(x[!is.na(x$m), ]); x <- parts(x, "m", x$m)
  a <- hard(model("m ~ joint_w + joint_b + joint_k + time + phase", "(1 | worker) + (1 + joint_w | client)"), x)
  b <- hard(model("total ~ joint_w + joint_b + joint_k + m_w + m_b + m_k + time + phase", "(1 | worker) + (1 + m_w | client)"), x)
  out$path_a <- test(a, c(joint_w = 1)); out$path_b <- test(b, c(m_w = 1)); out$path_direct <- test(b, c(joint_w = 1))
  side <- rbind(transform(x, z = m / sigma(a), sm = 1, sy = 0), transform(x, z = total / sigma(b), sm = 0, sy = 1))
  side$side <- factor(side$sm); side$a_x <- side$joint_w * side$sm; side$b_m <- side$m_w * side$sy
  fixed <- "z ~ 0 + side + side:(joint_w + joint_b + joint_k + time + phase) + sy:(m_w + m_b + m_k)"
  m <- hard(as.formula(paste(fixed, "+ (0 + sm | worker) + (0 + sy | worker) + (0 + sm + a_x + sy + b_m | client)")), side)
  unit <- sigma(a) * sigma(b)
  terms <- lengths(getME(m, "cnms")); place <- which(terms == 4)
  before <- sum((terms * (terms + 1) / 2)[seq_len(place - 1)]) # elements of theta that belong to earlier terms
  own <- function(p) { # cov(a, b) of (theta, sigma)
    low <- matrix(0, 4, 4); low[lower.tri(low, TRUE)] <- p[before + 1:10]
    unit * p[length(p)]^2 * (low %*% t(low))[2, 4]
  }
  at <- c(getME(m, "theta"), sigma(m)); slope <- grad(own, at)
  out$covariance_ab <- own(at); out$covariance_ab_error <- sqrt(drop(slope %*% m@vcov_varpar %*% slope))
  v <- as.matrix(vcov(m)); ia <- "side1:joint_w"; ib <- grep("^sy:m_w$|^m_w:sy$", rownames(v), value = TRUE)
  out$correlation_of_paths <- v[ia, ib] / sqrt(v[ia, ia] * v[ib, ib])
  # nlme, each side with its own residual variance, agrees but for that
  stack <- lme(z ~ 0 + side + side:(joint_w + joint_b + joint_k + time + phase) + sy:(m_w + m_b + m_k),
               random = list(worker = pdDiag(~ 0 + side), client = ~ 0 + side + a_x + b_m), weights = varIdent(form = ~ 1 | side),
               data = side, method = "REML", control = lmeControl(maxIter = 500, msMaxIter = 500, opt = "optim", returnObject = TRUE))
  g <- as.matrix(stack$modelStruct$reStruct$client) * stack$sigma^2
  out$covariance_ab_nlme <- unit * g["a_x", "b_m"]
  set.seed(1); n <- 4e6; first <- rnorm(n); second <- out$correlation_of_paths * first + sqrt(1 - out$correlation_of_paths^2) * rnorm(n)
  draws <- (out$path_a$estimate + out$path_a$std_error * first) * (out$path_b$estimate + out$path_b$std_error * second) +
    out$covariance_ab + out$covariance_ab_error * rnorm(n)
  out$indirect <- list(estimate = out$path_a$estimate * out$path_b$estimate + out$covariance_ab, std_error = sd(draws),
                       conf_low = unname(quantile(draws, .025)), conf_high = unname(quantile(draws, .975)))
  out
}

hazards_of <- function(d) {
  out <- list(); x <- d; x$time <- x$session - mean(x$session); x$time_squared <- x$time^2
  x$missed_next <- x$missed
  last <- as.integer(ave(x$session, x$client, FUN = max)) == x$session
  x$dropped_out <- as.integer(last & x$session < 10) # ten sessions are the whole course
  beside <- c(missed_next = "phase", dropped_out = "need") # all who leave are in the last phase: it would separate them
  for (event in names(beside)) {
    f <- as.formula(paste(event, "~ joint + time +", beside[[event]], "+ time_squared"))
    out[[event]] <- one(gee(f, x), c(joint = 1))
    out[[paste0(event, "_control")]] <- one(gee(update(f, . ~ . + worker_solo), x), c(joint = 1, worker_solo = -1))
  }
  out
}
