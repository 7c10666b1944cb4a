# Between effects by latent means: lavaan's two-level model with the covariate split into latent parts (Luedtke et al. 2008).
# Run in this folder: Rscript latent_means.R  (writes latent_means.csv and latent_means.json)
suppressMessages({library(lavaan); library(jsonlite)})
set.seed(20261125)
clients <- 200; ratings <- 5; n <- clients * ratings
client <- rep(seq_len(clients), each = ratings)
level <- rnorm(clients, 0, 0.6)
x <- round(level[client] + rnorm(n), 6)
y <- round(0.15 * x + 0.45 * level[client] + rnorm(clients, 0, 0.5)[client] + rnorm(n, 0, 0.8), 6)
d <- data.frame(client, x, y)
write.csv(d, "latent_means.csv", row.names = FALSE)
m <- sem("level: 1\n y ~ w * x\nlevel: 2\n y ~ b * x\n contextual := b - w", d, cluster = "client", fixed.x = FALSE,
         control = list(rel.tol = 1e-10))
stopifnot(lavInspect(m, "converged"))
v <- lavInspect(m, "est")
p <- parameterEstimates(m)
own <- function(label) list(estimate = p$est[p$label == label], std_error = p$se[p$label == label])
write_json(list(within = own("w"), between = own("b"), contextual = own("contextual"),
                variance_between = p$est[p$lhs == "x" & p$op == "~~" & p$level == 2],
                variance_within = p$est[p$lhs == "x" & p$op == "~~" & p$level == 1]),
           "latent_means.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
