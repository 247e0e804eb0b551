/* A line of text with colours, cut to the columns of a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct clip_how {
	unsigned left, width; /* columns: so many are out of sight, so many are seen behind them */
	bool plain;           /* colours are left out */
};

/* Colours are SGR sequences (ECMA-48 8.3.117); other control characters, and octets that are no UTF-8, become "?". A letter
 * counts as one column. out ends without colour. */
void clip(const char *text, const struct clip_how *how, char *out, size_t size);
