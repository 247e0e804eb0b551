/* Diversion headers in a message from a stranger. The input is header lines. */
#include "sip/text/diversion.c"

#include "tests/mock/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const sip_t *sip)
{
	static const struct diversion_to to = { .host = "gw",
						.called = "sip:1@gw",
						.secrets = true };
	struct leg_redirecting r = { 0 };
	char text[DIVERSION_TEXT_MAX];

	if (diversion_read(sip, &r) != (r.count > 0))
		__builtin_trap();
	if (!leg_is_number(r.from.number.digits) || !leg_is_number(r.original.digits))
		__builtin_trap();
	diversion_write(&r, &to, text);
	if (r.count && strcmp(text + strlen(text) - 2, "\r\n") != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	msg_t *msg = message_make((const char *)data, size);
	sip_t *sip = msg ? sip_object(msg) : NULL;

	if (sip)
		check(sip);
	msg_destroy(msg);
	return 0;
}
