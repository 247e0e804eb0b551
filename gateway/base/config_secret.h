/* What nobody is shown: passwords in a text of the configuration. Pure. */
#pragma once

#include <stddef.h>

struct config_report;

/* Puts one * in place of each word that follows the word "password", "sha256" or "secret"; in place. Where such a word
 * is the name of a user or a token, it is none. In a line without one, of its first URL with them, the query, or all
 * behind the scheme where a user is in it: https://h/?k=1 is shown as https://h/?*. One pass, however many there are. */
void config_hide_secrets(char *text);
/* The other way, after somebody has edited what he was shown: each * in the text becomes the secret that the lines
 * of `from` have at that place (the same section, the same words before it). The text, talloc'd; NULL without memory.
 * A * that has none there stays, and is a fault of its line. */
char *config_restore_secrets(void *talloc_ctx, const char *text, const char *from,
			     struct config_report *report);
