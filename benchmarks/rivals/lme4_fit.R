# Rscript lme4_fit.R <folder> <repeats>: fit what job.json asks for, print seconds, deviance and peak memory as JSON.
suppressPackageStartupMessages({library(lme4); library(jsonlite)})
given <- commandArgs(TRUE)
job <- fromJSON(file.path(given[1], "job.json"), simplifyVector = FALSE)
read <- function(c) {
  con <- file(file.path(given[1], c$file), "rb"); on.exit(close(con))
  if (c$kind == "integer") readBin(con, "integer", job$rows, 4) else readBin(con, "double", job$rows, 8)
}
d <- as.data.frame(setNames(lapply(job$columns, read), vapply(job$columns, `[[`, "", "name")))
for (g in names(job$random)) d[[g]] <- factor(d[[g]])
bars <- vapply(names(job$random), function(g) sprintf("(%s | %s)", paste(unlist(job$random[[g]]), collapse = " + "), g), "")
f <- as.formula(paste("y ~", paste(c(unlist(job$fixed), bars), collapse = " + ")))
invisible(lmer(Reaction ~ Days + (1 | Subject), sleepstudy))
status <- function(key) as.numeric(gsub("\\D", "", grep(key, readLines("/proc/self/status"), value = TRUE))) / 1024
invisible(gc())
try(cat("5", file = "/proc/self/clear_refs"), silent = TRUE)
before <- status("VmRSS")
seconds <- numeric(0)
for (i in seq_len(as.integer(given[2]))) {
  took <- system.time(m <- suppressWarnings(suppressMessages(lmer(f, d))))
  seconds[i] <- took[["user.self"]] + took[["sys.self"]]
}
cat(toJSON(list(seconds = seconds, deviance = REMLcrit(m), peak_mb = status("VmHWM") - before,
                version = as.character(packageVersion("lme4"))), auto_unbox = TRUE, digits = NA))
