/* What an HTTP server is asked about a call. Pure. */
#pragma once

#include <stddef.h>

struct route_question;

/* base with ?called=...&calling=...&from=trunk%20pstn, and more where the call has it (redirecting, presentation).
 * 0, or -ENOSPC. */
int lookup_url(const char *base, const struct route_question *question, char *out, size_t size);
