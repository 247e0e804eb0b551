/* A Request-URI that may be a service URN: what is found lies within it. */
#include "sip/text/service_urn.c"

#include <stdint.h>

#include <sofia-sip/su_alloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char text[512];

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	su_home_init(home);
	const url_t *url = url_make(home, text);
	const char *service = url ? service_urn_sos(url) : NULL;
	if (service && *service && *service != '.')
		__builtin_trap();
	su_home_deinit(home);
	return 0;
}
