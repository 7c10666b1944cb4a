# The data sets the reference cases are fitted to: published tables as R carries them, and seeded simulations.
# Every simulated number is rounded before anything is fitted, so that the CSV holds exactly what R saw.

published <- function() {
  orthodont <- as.data.frame(nlme::Orthodont)
  orthodont <- data.frame(subject = as.character(orthodont$Subject), sex = as.character(orthodont$Sex),
                          age = orthodont$age, distance = orthodont$distance)
  machines <- as.data.frame(nlme::Machines)
  machines <- data.frame(operator = paste0("o", machines$Worker), machine = as.character(machines$Machine),
                         cell = paste0("o", machines$Worker, as.character(machines$Machine)),
                         is_b = as.integer(machines$Machine == "B"), is_c = as.integer(machines$Machine == "C"),
                         score = machines$score)
  oxide <- as.data.frame(nlme::Oxide)
  ovary <- as.data.frame(nlme::Ovary)
  body <- as.data.frame(nlme::BodyWeight)
  ergo <- as.data.frame(nlme::ergoStool)
  cake <- lme4::cake
  list(
    dyestuff = data.frame(batch = as.character(lme4::Dyestuff$Batch), yield = lme4::Dyestuff$Yield),
    dyestuff2 = data.frame(batch = as.character(lme4::Dyestuff2$Batch), yield = lme4::Dyestuff2$Yield),
    pastes = data.frame(batch = as.character(lme4::Pastes$batch), sample = as.character(lme4::Pastes$sample),
                        strength = lme4::Pastes$strength),
    penicillin = data.frame(plate = as.character(lme4::Penicillin$plate),
                            sample = as.character(lme4::Penicillin$sample), diameter = lme4::Penicillin$diameter),
    sleepstudy = data.frame(subject = as.integer(as.character(lme4::sleepstudy$Subject)),
                            days = lme4::sleepstudy$Days, reaction = lme4::sleepstudy$Reaction),
    orthodont = orthodont,
    machines = machines,
    oxide = data.frame(source = paste0("s", oxide$Source), lot = paste0("l", oxide$Lot),
                       wafer = paste0("l", oxide$Lot, "w", oxide$Wafer), thickness = oxide$Thickness),
    ovary = data.frame(mare = paste0("m", ovary$Mare), cycle = round(25 * ovary$Time, 6) / 25, time = round(25 * ovary$Time, 6),
                       sine = round(sin(2 * pi * ovary$Time), 12), cosine = round(cos(2 * pi * ovary$Time), 12),
                       follicles = ovary$follicles),
    bodyweight = data.frame(rat = paste0("r", body$Rat), diet = paste0("d", body$Diet), day = body$Time,
                            weight = body$weight),
    ergostool = data.frame(subject = as.character(ergo$Subject), type = as.character(ergo$Type), effort = ergo$effort),
    cake = data.frame(recipe = as.character(cake$recipe), batch = paste0(cake$recipe, cake$replicate),
                      temperature = paste0("t", as.character(cake$temperature)), angle = cake$angle)
  )
}

name_ids <- function(prefix, number) sprintf("%s%03d", prefix, number)

# One study: workers, clients within them (a share `moving` changes worker half-way), ratings on irregular days.
study <- function(seed, workers, clients, sessions, balanced = FALSE, moving = 0, weekly = FALSE, effect = 0.15,
                  sd_worker = 0.3, sd_client = 0.5, sd_exposure = 0.15, sd_time = 0.05, rho = 0.3,
                  sd_residual = 0.4, phi = NULL) {
  set.seed(seed)
  worker_of <- sample(rep_len(seq_len(workers), clients))
  u <- rnorm(workers, 0, sd_worker)
  v0 <- rnorm(clients)
  v <- cbind(sd_client * v0, sd_exposure * (rho * v0 + sqrt(1 - rho^2) * rnorm(clients)), rnorm(clients, 0, sd_time))
  rows <- lapply(seq_len(clients), function(i) {
    n <- if (balanced) sessions else max(1, rpois(1, sessions))
    worker <- rep(worker_of[i], n)
    if (moving > 0 && runif(1) < moving) worker[seq_len(n) > n / 2] <- sample(workers, 1)
    day <- if (weekly) 7 * seq_len(n) else cumsum(sample(3:14, n, replace = TRUE))
    data.frame(worker = worker, client = i, session_number = seq_len(n), day = day, dose = rpois(n, 0.5 + runif(1)))
  })
  d <- do.call(rbind, rows)
  d$phase <- c("assessment", "engagement", "evaluation", "intervention")[
    pmin(4, 1 + (d$session_number - 1) %/% max(1, sessions %/% 4))]
  d$setting <- sample(c("court", "hospital", "school"), nrow(d), replace = TRUE)
  d$mandated <- (d$client %% 3 == 0)
  mean_client <- ave(d$dose, d$client)
  mean_worker <- ave(mean_client, d$worker)
  d$x_within <- round(d$dose - mean_client, 6)
  d$x_between <- round(mean_client - mean_worker, 6)
  d$x_worker <- round(mean_worker - mean(mean_client), 6)
  d$time <- round(d$session_number - mean(d$session_number), 6)
  noise <- rnorm(nrow(d), 0, sd_residual)
  if (!is.null(phi)) for (k in seq_len(nrow(d))[-1]) {
    if (d$client[k] == d$client[k - 1]) {
      r <- phi^(d$day[k] - d$day[k - 1])
      noise[k] <- r * noise[k - 1] + sqrt(1 - r^2) * noise[k]
    }
  }
  d$weight <- round(runif(nrow(d), 0.3, 3), 2)
  d$alliance <- round(5 + effect * d$x_within + 0.2 * d$x_between + 0.1 * d$x_worker + 0.03 * d$time + u[d$worker] +
    v[d$client, 1] + v[d$client, 2] * d$x_within + v[d$client, 3] * d$time + noise, 4)
  d$worker_id <- name_ids("w", d$worker)
  d$client_id <- name_ids("c", d$client)
  d[c("worker_id", "client_id", "session_number", "day", "phase", "setting", "mandated", "x_within", "x_between",
      "x_worker", "time", "weight", "alliance")]
}

# Three crossed factors with cells left out, as ratings of lectures are.
lectures <- function(seed, students = 24, teachers = 12, departments = 4, rows = 300) {
  set.seed(seed)
  d <- data.frame(student = sample(students, rows, TRUE), teacher = sample(teachers, rows, TRUE),
                  department = sample(departments, rows, TRUE), service = rbinom(rows, 1, 0.4))
  d$rating <- round(3 + 0.2 * d$service + rnorm(students, 0, 0.4)[d$student] + rnorm(teachers, 0, 0.6)[d$teacher] +
    rnorm(departments, 0, 0.3)[d$department] + rnorm(rows), 4)
  d
}

# Three correlated random terms and one that stands apart.
rich <- function(seed, groups = 40, size = 9) {
  set.seed(seed)
  d <- expand.grid(k = seq_len(size), group = seq_len(groups))
  d$a <- round(rnorm(nrow(d)), 4)
  d$b <- round(rnorm(nrow(d)), 4)
  d$c <- round(rnorm(nrow(d)), 4)
  root <- matrix(c(1, 0.4, -0.3, 0, 0.6, 0.2, 0, 0, 0.5), 3)
  effect <- matrix(rnorm(3 * groups), groups) %*% t(root)
  d$y <- round(1 + 0.5 * d$a - 0.2 * d$b + effect[d$group, 1] + effect[d$group, 2] * d$a + effect[d$group, 3] * d$b +
    rnorm(groups, 0, 0.4)[d$group] * d$c + rnorm(nrow(d)), 4)
  d[c("group", "a", "b", "c", "y")]
}

# Found by chance among random designs and kept, as no seed of R's remakes it.
given <- function(here) list(local_optimum = read.csv(file.path(here, "given", "local_optimum.csv")))

simulated <- function() {
  nested <- study(11, 12, 80, 8)
  nested$alliance_shifted <- nested$alliance + 1e6
  nested$alliance_large <- nested$alliance * 1e6
  nested$x_small <- round(nested$x_within * 1e-6, 12)
  tiny <- study(5, 4, 8, 3, balanced = TRUE, sd_exposure = 0)
  singletons <- study(23, 15, 60, 1.6)
  list(
    nested = nested,
    balanced = study(12, 10, 40, 6, balanced = TRUE, weekly = TRUE),
    moving = study(13, 12, 70, 7, moving = 0.4),
    singular = study(14, 8, 40, 5, sd_worker = 0, sd_exposure = 0, sd_time = 0),
    near_singular = study(60, 10, 60, 7, sd_exposure = 0.12, rho = 0.9, sd_time = 0.005),
    boundary = study(15, 10, 60, 7, sd_exposure = 0.12, rho = 0.97, sd_time = 0.005),
    slopes = study(63, 14, 70, 6, sd_exposure = 0.25),
    car1_irregular = study(16, 10, 50, 9, phi = 0.92, sd_time = 0, sd_exposure = 0.2),
    car1_weekly = study(17, 10, 40, 8, balanced = TRUE, weekly = TRUE, phi = 0.93, sd_time = 0.08, sd_exposure = 0),
    tiny = tiny,
    singletons = singletons,
    lectures = lectures(18),
    rich = rich(19)
  )
}
