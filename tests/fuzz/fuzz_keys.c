/* A terminal's octets, and lines cut for it: no sequence of octets leaves either without bounds. */
#include "gateway/manage/cli/keys.c"
#include "gateway/manage/cli/clip.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys keys = { 0 };
	char out[64], text[256];
	const size_t len = size < sizeof(text) ? size : sizeof(text) - 1;
	const struct clip_how how = { .left = size % 7, .width = 40, .plain = size % 2 };

	for (size_t i = 0; i < size; i++) {
		if (keys_put(&keys, data[i]) > KEY_WINDOW || keys.width > 65535 ||
		    keys.height > 65535)
			abort();
	}
	memcpy(text, data, len);
	text[len] = '\0';
	clip(text, &how, out, sizeof(out));
	for (const char *at = out; *at; at++) {
		if (*at == '\033' && !colour_len(at))
			abort();
		if ((unsigned char)*at < ' ' && *at != '\033')
			abort();
	}
	return 0;
}
