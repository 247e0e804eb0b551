/* How long a DNS message, which is anybody's, may be kept. */
#include "base/dns_ttl.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of its own, so that an octet behind it is seen to be read */
	uint8_t *message = malloc(size + 1);
	unsigned ttl;

	if (!message)
		return 0;
	memcpy(message + 1, data, size);
	ttl = dns_ttl(message + 1, size);
	free(message);
	if (ttl > INT32_MAX && ttl != UINT_MAX)
		__builtin_trap();
	return 0;
}
