/* What differs between two texts, line by line, as a unified diff. Pure. */
#pragma once

/* The diff, talloc'd: "" when the texts are equal, NULL without memory. Each hunk is headed by the
 * section that it lies in. */
char *diff_text(void *talloc_ctx, const char *from, const char *to);
