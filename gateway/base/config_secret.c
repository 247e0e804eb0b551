/* Passwords in a text of the configuration. */
#include "base/config_secret.h"

#include <string.h>

void config_hide_secrets(char *text)
{
	static const char word[] = " password ";

	for (char *at = text ? strstr(text, word) : NULL; at; at = strstr(at, word)) {
		at += sizeof(word) - 1;
		size_t len = strcspn(at, " \r\n");
		if (!len)
			continue;
		*at++ = '*';
		memmove(at, at + len - 1, strlen(at + len - 1) + 1);
	}
}
