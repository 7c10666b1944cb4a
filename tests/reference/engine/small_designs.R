small_designs <- function() list()
