/* Passwords in a text of the configuration. */
#include "base/config_secret.h"

#include <string.h>

void config_hide_secrets(char *text)
{
	static const char word[] = " password ";

	while (text && (text = strstr(text, word))) {
		size_t len;

		text += sizeof(word) - 1;
		len = strcspn(text, " \r\n");
		if (!len)
			continue;
		*text++ = '*';
		memmove(text, text + len - 1, strlen(text + len - 1) + 1);
	}
}
