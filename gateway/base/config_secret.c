/* Passwords and tokens in a text of the configuration. */
#include "base/config_secret.h"

#include <string.h>

static void hide_after(char *text, const char *word)
{
	for (char *at = text ? strstr(text, word) : NULL; at; at = strstr(at, word)) {
		at += strlen(word);
		size_t len = strcspn(at, " \r\n");
		if (!len)
			continue;
		*at++ = '*';
		memmove(at, at + len - 1, strlen(at + len - 1) + 1);
	}
}

void config_hide_secrets(char *text)
{
	hide_after(text, " password ");
	hide_after(text, " sha256 ");
	hide_after(text, " secret ");
}
