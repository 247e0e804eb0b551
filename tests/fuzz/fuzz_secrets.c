/* Any text as a message: what is hidden keeps its length and its lines. */
#include "gateway/sip/text/secrets.c"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	secrets_hide(text, size);
	for (size_t i = 0; i < size; i++)
		if (text[i] != (char)data[i] && (text[i] != '*' || data[i] == '\n'))
			abort();
	free(text);
	return 0;
}
