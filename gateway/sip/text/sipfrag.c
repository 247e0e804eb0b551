#include "sip/text/sipfrag.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define VERSION "SIP/2.0 "

enum { STATUS_DIGITS = 3, STATUS_MIN = 100, STATUS_MAX = 699 };

int sipfrag_status(const char *body, size_t len)
{
	const size_t head = strlen(VERSION);
	int status = 0;

	if (len < head + STATUS_DIGITS || strncasecmp(body, VERSION, head) != 0)
		return 0;
	for (size_t i = head; i < head + STATUS_DIGITS; i++) {
		if (!isdigit((unsigned char)body[i]))
			return 0;
		status = status * 10 + body[i] - '0';
	}
	if (len > head + STATUS_DIGITS && isdigit((unsigned char)body[head + STATUS_DIGITS]))
		return 0;
	return status >= STATUS_MIN && status <= STATUS_MAX ? status : 0;
}
