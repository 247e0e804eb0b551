/* What a digest signed, and the Request-URI that it came with: two lines. Each names its own user. */
#include "sip/text/request_uri.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char text[1024], *line;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	line = text + strcspn(text, "\n");
	if (*line)
		*line++ = '\0';
	su_home_init(home);
	const url_t *url = url_make(home, line);
	if (url)
		request_uri_same_user(text, url);
	if (url && !request_uri_same_user(line, url))
		__builtin_trap();
	su_home_deinit(home);
	return 0;
}
